import TDISP
import Testing

@Suite struct `Nonce vault` {
    private let epoch = TDIFixture.epoch

    @Test func `a nonce is good once`() {
        var vault = NonceVault()
        vault.keep(TDIFixture.nonce(1), of: epoch)
        #expect(vault.consume(TDIFixture.nonce(1), of: epoch) == .nonceConsumed(epoch))
        #expect(vault.consume(TDIFixture.nonce(1), of: epoch) == .nonceRejected(epoch))
    }

    @Test func `a wrong nonce leaves the right one in place`() {
        var vault = NonceVault()
        vault.keep(TDIFixture.nonce(1), of: epoch)
        #expect(vault.consume(TDIFixture.nonce(2), of: epoch) == .nonceRejected(epoch))
        #expect(vault.consume(TDIFixture.nonce(1), of: epoch) == .nonceConsumed(epoch))
    }

    @Test func `the nonce of another epoch, or a destroyed one, is not there`() {
        var vault = NonceVault()
        vault.keep(TDIFixture.nonce(1), of: TDIFixture.staleEpoch)
        vault.keep(TDIFixture.nonce(2), of: epoch)
        #expect(vault.consume(TDIFixture.nonce(1), of: TDIFixture.staleEpoch) == .nonceRejected(TDIFixture.staleEpoch))
        vault.destroy()
        #expect(vault.consume(TDIFixture.nonce(2), of: epoch) == .nonceRejected(epoch))
    }

    @Test func `an empty vault does not hold the nonce of zeros`() {
        var vault = NonceVault()
        #expect(vault.consume(StartNonce(InlineArray(repeating: 0)), of: epoch) == .nonceRejected(epoch))
    }

    @Test func `a nonce does not show its bytes`() {
        let nonce = TDIFixture.nonce(0xAB)
        #expect("\(nonce)" == "START_INTERFACE_NONCE")
        var dumped = ""
        dump(nonce, to: &dumped)
        #expect(!dumped.contains("171"))
        #expect(!"\(TDISPResponse.lockInterface(nonce))".contains("171"))
    }
}
