import TDISP
import Testing

@Suite struct `Request budget` {
    private func budget(_ limit: UInt8) -> RequestBudget {
        RequestBudget(TDISPCapabilities(lockFlags: [], outstandingPerDevice: limit))
    }

    private func take(_ count: Int, of budget: inout RequestBudget) -> [Bool] {
        (0..<count).map { _ in budget.take() }
    }

    @Test func `permits run out at NUM_REQ_ALL and come back one by one`() {
        var budget = budget(2)
        #expect(take(3, of: &budget) == [true, true, false])
        budget.giveBack()
        #expect(take(2, of: &budget) == [true, false])
        #expect(budget.outstanding == 2)
    }

    @Test func `a DSM that declares none takes one`() {
        var budget = budget(0)
        #expect(take(2, of: &budget) == [true, false])
    }

    @Test func `a permit that was not taken cannot be given back`() {
        var budget = budget(1)
        budget.giveBack()
        #expect(budget.outstanding == 0)
        #expect(take(2, of: &budget) == [true, false])
    }
}
