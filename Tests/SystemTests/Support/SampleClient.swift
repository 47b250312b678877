import Foundation

/// A client with a key on P-384 and a certificate that is valid until 9999. Everybody can read the key: it is for tests.
enum SampleClient {
    /// The root of its chain.
    static let root = """
        -----BEGIN CERTIFICATE-----
        MIIBlTCCARugAwIBAgIBATAKBggqhkjOPQQDAzAUMRIwEAYDVQQDDAlDbGllbnQg
        Q0EwIBcNMjUwMTAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMBQxEjAQBgNVBAMM
        CUNsaWVudCBDQTB2MBAGByqGSM49AgEGBSuBBAAiA2IABPYXo3Duj6ZtifgcnGTT
        Izry3I/DGe3g8kD0bnOnSXo2Xk8X3zmhOtMoNyvE2r8H+L1wFNhb1ZZVf93AFeYv
        RLcIwk8O4bTnAsq/LxrzI0HFdl04UNkcrWNpaAYgQVxzBqM/MD0wDwYDVR0TAQH/
        BAUwAwEB/zALBgNVHQ8EBAMCAQYwHQYDVR0OBBYEFA5RcdVLU7LPzBvXOMFlTJ6W
        ctOjMAoGCCqGSM49BAMDA2gAMGUCMEcXJa09+++slP58lY4OGBcSkRRoFxT9EAZs
        CazsTCrKDdm0I/D6Sxu0HNJS0NXAOQIxAJn66eP0OxkjGi6kZemjSkA+83ZoVheE
        7AL2HIAKgXrxtPA/1Urnp0FxS3mIQ8nTKQ==
        -----END CERTIFICATE-----
        """

    /// Its certificate, issued by that root.
    static let leaf = """
        -----BEGIN CERTIFICATE-----
        MIIBsjCCATigAwIBAgIBAjAKBggqhkjOPQQDAzAUMRIwEAYDVQQDDAlDbGllbnQg
        Q0EwIBcNMjUwMTAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMBMxETAPBgNVBAMM
        CGNsaWVudCAxMHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEAWJ0VfnRYhPWwAvhwQRO
        a4whs+m5YI1IS8UJlyZG+I0niTrdyCQK9KHrllu6Aizo0IxeEBbxxxQCTl39bztC
        V8qKxsCWcPXfHR9+YDTGOArcV9MWt1L7FH5sjh6VWOQ4o10wWzAMBgNVHRMBAf8E
        AjAAMAsGA1UdDwQEAwIHgDAdBgNVHQ4EFgQULVgubp9LZYa5+VTXOdXtcU/2xRMw
        HwYDVR0jBBgwFoAUDlFx1UtTss/MG9c4wWVMnpZy06MwCgYIKoZIzj0EAwMDaAAw
        ZQIwbsk8xb2u4yAR+O4hY3sCKN2a1OdWcMmJXbrgDCSo/b6RBcAoqde7aqKn7rUv
        LdLEAjEA2OJVEDN5UBEHjPUFwF2wnG92YQrXoDQWAGqM+bvBeBUVfWJILaNi63hf
        uzCSiJLN
        -----END CERTIFICATE-----
        """

    /// Its private key.
    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDId44bkVq7Um48S0eg
        4Iln5E2zaTz4AHUF71e0vvQ+jVlPeY2MqQfXqgH7sApU8vShZANiAAQBYnRV+dFi
        E9bAC+HBBE5rjCGz6blgjUhLxQmXJkb4jSeJOt3IJAr0oeuWW7oCLOjQjF4QFvHH
        FAJOXf1vO0JXyorGwJZw9d8dH35gNMY4CtxX0xa3UvsUfmyOHpVY5Dg=
        -----END PRIVATE KEY-----
        """

    /// A private key of somebody else.
    static let otherKey = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDfdEfElp5z2UrOPTBP
        fKae5qIQSyn3QY2Tz0LZHxLiUJ3tiAgGcIebcU1wCSrCajqhZANiAASkTyTkMgsy
        C/zLuY623dcFnHMmdk1M+XQtoPr+L928XPH7CM00KCX6SkPSmkwxGtTz+PU7Pou3
        Sw1H/vrOQOsiKeFCMsTZBm5f7ecLfvSjNqkgoeVckyxQzgBxpjZ2YVU=
        -----END PRIVATE KEY-----
        """

    /// The public half of the client's.
    static let publicKey = """
        -----BEGIN PUBLIC KEY-----
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEAWJ0VfnRYhPWwAvhwQROa4whs+m5YI1I
        S8UJlyZG+I0niTrdyCQK9KHrllu6Aizo0IxeEBbxxxQCTl39bztCV8qKxsCWcPXf
        HR9+YDTGOArcV9MWt1L7FH5sjh6VWOQ4
        -----END PUBLIC KEY-----
        """
}

/// The files of that client.
struct ClientFiles {
    let root: String
    let chain: String
    let key: String
    let publicKey: String
    let otherKey: String
    /// A key of 32 bytes that two ends may share, and another one.
    let psk: String
    let otherPSK: String

    init(in tool: Tool) throws {
        root = try tool.write(SampleClient.root + "\n", to: "root.pem")
        chain = try tool.write("\(SampleClient.root)\n\(SampleClient.leaf)\n", to: "chain.pem")
        key = try tool.writeSecret(SampleClient.key + "\n", to: "key.pem")
        publicKey = try tool.write(SampleClient.publicKey + "\n", to: "key.pub")
        otherKey = try tool.writeSecret(SampleClient.otherKey + "\n", to: "other.pem")
        psk = try tool.writeSecret(String(repeating: "s", count: 32), to: "psk")
        otherPSK = try tool.writeSecret(String(repeating: "t", count: 32), to: "psk2")
    }
}

extension Tool {
    /// Writes a file that only its owner can read.
    fileprivate func writeSecret(_ text: String, to name: String) throws -> String {
        let path = try write(text, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return path
    }
}
