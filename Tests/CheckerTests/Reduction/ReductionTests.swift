import Assignment
import Testing

@testable import Checker

@Suite struct ReductionTests {
    @Test func `a device has fourteen states, and its second life is like its first`() throws {
        var lane = ReducedLane.initial
        var lives: [[ReducedLane.Shape]] = []
        for _ in 0..<3 {
            var life: [ReducedLane.Shape] = []
            repeat {
                life.append(lane.shape)
                #expect(lane.steps.count == 1)
                lane = try #require(lane.steps.first).lane
            } while lane.state.phase != .available
            lives.append(life)
        }
        #expect(lives[0].count == 14)
        #expect(Set(lives[0]).count == 14)
        #expect(lives[1] == lives[0])
        #expect(lives[2] == lives[0])
        #expect(lane.state.lineage.epoch.rawValue == 3)
    }

    @Test func `T=1 is routed from accept to cut, and no lane breaks the rule`() throws {
        var lane = ReducedLane.initial
        var routed: [String] = []
        repeat {
            #expect(lane.violation == nil)
            let step = try #require(lane.steps.first)
            if lane.isRouted { routed.append(step.event.description) }
            lane = step.lane
        } while lane.state.phase != .available
        #expect(
            routed == ["accept succeeded", "bind-guest-driver succeeded", "release to available", "cut is carried out"])
    }

    @Test func `a route that is open with the host breaks the rule`() {
        let lane = ReducedLane(state: .initial, isRouted: true)
        #expect(lane.violation?.rule == .noTrustedDMAWithoutRun)
    }

    @Test(arguments: 1...2) func `devices do not hinder each other`(cores: Int) async throws {
        let system = try #require(Reduction<UInt64>(devices: 4, isFolded: false))
        let result = await system.search(cores: cores)
        #expect(result.end == .complete)
        #expect(result.progress.states == 38_416)
        #expect(result.progress.transitions == 4 * 38_416)
        #expect(result.progress.depth == 4 * 13)
    }

    @Test func `wide words hold the same states`() async throws {
        let system = try #require(Reduction<UInt128>(devices: 3, isFolded: false))
        #expect(await system.search().progress.states == 2744)
        #expect(Reduction<UInt64>(devices: 17, isFolded: false) == nil)
        let folded = try #require(Reduction<UInt128>(devices: 17, isFolded: true))
        #expect(await folded.search(limits: SearchLimits(depth: 3)).end == .depth)
    }

    @Test func `folded, six devices have at least 200 times fewer states, which stand for all`() async throws {
        let system = try #require(Reduction<UInt64>(devices: 6, isFolded: true))
        let exploration = await Search(system).explore { _ in nil }
        #expect(exploration.result.end == .complete)
        #expect(exploration.result.progress.states == 27_132)
        let all = exploration.known.reduce(0) { $0 + $1.table.words.reduce(0) { $0 + system.lanes.orders(of: $1) } }
        #expect(all == 7_529_536)
        #expect(all / exploration.result.progress.states >= 200)
    }

    @Test(arguments: [(false, 1), (false, 2), (true, 1), (true, 2)])
    func `folding and cores change neither the verdict nor the length of the way to it`(
        isFolded: Bool, cores: Int
    ) async throws {
        let base = try #require(Reduction<UInt64>(devices: 3, isFolded: isFolded))
        let result = await Search(Forbidding(base: base, device: 8, times: 2), cores: cores).run()
        let found = try #require(result.counterexample)
        #expect(found.violation.rule == .oneOwner)
        #expect(found.steps.count == 16)
        #expect(found.isWay(of: base))
    }
}

/// The reduction with one more rule: never so many devices in the same state.
private struct Forbidding: TransitionSystem {
    let base: Reduction<UInt64>
    let device: Int
    let times: Int

    var initial: [UInt64] { base.initial }
    func appendSteps(from word: UInt64, to steps: inout Steps<UInt64>) { base.appendSteps(from: word, to: &steps) }
    func appendFoldedSteps(from word: UInt64, to steps: inout Steps<UInt64>) {
        base.appendFoldedSteps(from: word, to: &steps)
    }
    func representative(of word: UInt64) -> UInt64 { base.representative(of: word) }
    func label(_ number: UInt32) -> Reduction<UInt64>.Label { base.label(number) }
    func violation(in word: UInt64) -> Violation? {
        base.lanes.numbers(in: word).count { $0 == device } < times ? nil : Violation(.oneOwner, "\(times) of them")
    }
}

extension Counterexample<Forbidding> {
    /// Whether every step can be taken, by the device that it names, without folding.
    fileprivate func isWay(of base: Reduction<UInt64>) -> Bool {
        zip([start] + self.steps.map(\.state), self.steps).allSatisfy { before, taken in
            var steps = Steps<UInt64>()
            base.appendSteps(from: before, to: &steps)
            return steps.first { $0.target == taken.state && base.label($0.label) == taken.label } != nil
        }
    }
}

extension Lanes {
    fileprivate func numbers(in word: Word) -> [Int] { (0..<count).map { number($0, in: word) } }

    /// In how many orders the numbers of a word can stand.
    fileprivate func orders(of word: Word) -> Int {
        func factorial(_ number: Int) -> Int { number < 2 ? 1 : number * factorial(number - 1) }
        let equal = Dictionary(grouping: numbers(in: word)) { $0 }.values.map { factorial($0.count) }
        return factorial(count) / equal.reduce(1, *)
    }
}
