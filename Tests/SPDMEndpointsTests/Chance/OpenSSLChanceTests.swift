import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import Testing

@Suite struct `OpenSSL chance` {
    @Test(arguments: KeyExchangeGroup.allCases) func `two ends agree on a secret of the group's full width`(
        group: KeyExchangeGroup
    ) throws {
        var requester = OpenSSLChance()
        var responder = OpenSSLChance()
        let request = try requester.beginExchange(group)
        let response = try responder.beginExchange(group)
        #expect(request.count == group.exchangeByteCount)
        #expect(request != response)
        let mine = try requester.finishExchange(response)
        let theirs = try responder.finishExchange(request)
        #expect(mine.isEqual(to: theirs) == true)
        #expect(mine.count == group.sharedSecretByteCount)
    }

    @Test func `a private half serves once, is replaced by the next, and is gone when the peer's is wrong`() throws {
        var chance = OpenSSLChance()
        var peer = OpenSSLChance()
        let data = try peer.beginExchange(.secp256r1)
        #expect(throws: CryptoError.self) { _ = try chance.finishExchange(data) }
        let first = try chance.beginExchange(.secp384r1)
        let second = try chance.beginExchange(.secp256r1)
        #expect(first.count == 96)
        let mine = try chance.finishExchange(data)
        let theirs = try peer.finishExchange(second)
        #expect(mine.isEqual(to: theirs) == true)
        #expect(throws: CryptoError.self) { _ = try chance.finishExchange(data) }
        _ = try chance.beginExchange(.secp256r1)
        let zeros = [UInt8](repeating: 0, count: 64)
        #expect(throws: CryptoError.self) { _ = try chance.finishExchange(zeros) }
        let failure = #expect(throws: CryptoError.self) { _ = try chance.finishExchange(data) }
        #expect(failure?.reasons == ["none was begun"])
    }

    @Test func `no value comes twice`() throws {
        var chance = OpenSSLChance()
        var (nonces, halves, contexts): (Set<Nonce>, Set<UInt16>, Set<[UInt8]>) = ([], [], [])
        for _ in 0..<64 {
            nonces.insert(try chance.nonce())
            halves.insert(try chance.sessionIDHalf())
            let context = try chance.bytes(32)
            #expect(context.count == 32)
            contexts.insert(context)
        }
        #expect(nonces.count == 64)
        #expect(contexts.count == 64)
        // Of 65,536 numbers some may meet; both bytes vary.
        #expect(Set(halves.map { $0 >> 8 }).count > 16)
        #expect(Set(halves.map { $0 & 0xFF }).count > 16)
    }
}
