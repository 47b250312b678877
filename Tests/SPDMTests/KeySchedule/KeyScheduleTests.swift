import OpenSSLCrypto
import SPDM
import Testing

@Suite struct `SPDM key schedule` {
    @Test func `the info is length, version, label and context`() {
        let context: [UInt8] = [0xAA, 0xBB]
        #expect(
            KeyLabel.requesterHandshake.info(count: 0x0130, version: .v1_2, context: context.span)
                == [0x30, 0x01] + Array("spdm1.2 req hs data".utf8) + [0xAA, 0xBB])
        #expect(KeyLabel.iv.info(count: 12, version: .v1_1) == [12, 0] + Array("spdm1.1 iv".utf8))
    }

    @Test func `every label has its words`() {
        #expect(
            KeyLabel.allCases.map(\.rawValue) == [
                "derived", "req hs data", "rsp hs data", "req app data", "rsp app data", "key", "iv", "finished",
                "exp master", "traffic upd",
            ])
    }

    @Test(arguments: [(.v1_1, 0), (.v1_2, 0), (.v1_3, 0xFF)] as [(SPDMVersion, UInt8)])
    func `the salt of a PSK is ones from SPDM 1_3 on`(version: SPDMVersion, byte: UInt8) throws {
        let psk = TestSecret([1, 2, 3], .sha256)
        let salt = [UInt8](repeating: byte, count: 32)
        let expected = try psk.extract(salt: salt.span)
        let secret = try KeySchedule(version: version).handshakeSecret(psk: psk)
        let bytes = (secret.bytes, expected.bytes)
        #expect(bytes.0 == bytes.1)
    }

    @Test func `the salt of a key exchange is zeros in every version`() throws {
        let shared = TestSecret([1, 2, 3], .sha384)
        let salt = [UInt8](repeating: 0, count: 48)
        let expected = try shared.extract(salt: salt.span)
        let secret = try KeySchedule(version: .v1_3).handshakeSecret(keyExchange: shared)
        let bytes = (secret.bytes, expected.bytes)
        #expect(bytes.0 == bytes.1)
    }
}
