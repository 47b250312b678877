import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `Provisioned key` {
    @Test(
        arguments: [
            (.p256, .ecdsaP256), (.p384, .ecdsaP384), (.rsa2048, [.rsassa2048, .rsapss2048]),
        ] as [(KeyType, BaseAsymmetricAlgorithms)])
    func `signs with the algorithms of its type, and its public half stands for a chain`(
        type: KeyType, signatures: BaseAsymmetricAlgorithms
    ) throws {
        let key = try ProvisionedKey(try PrivateKey(generating: type))
        #expect(key.signatures == signatures)
        let own = try key.withKey { key throws(CryptoError) in try key.publicKey().subjectPublicKeyInfo }
        #expect(key.subjectPublicKeyInfo == own)
        #expect(key.chain(rootHash: .sha384) == own)
    }

    @Test func `is told as PUB_KEY_ID instead of certificates`() throws {
        let key = try ProvisionedKey(try PrivateKey(generating: .p384))
        let flags = RequesterSettings.capabilities(of: key, hasKeys: false).flags
        #expect(flags.isSuperset(of: [.publicKeyID, .mutualAuthentication]))
        #expect(!flags.contains(.certificate))
        #expect(
            RequesterSettings.capabilities(of: nil, hasKeys: true) == RequesterSettings.capabilities(hasKeys: true))
    }
}
