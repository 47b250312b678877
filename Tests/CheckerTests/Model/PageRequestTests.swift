import PCIe
import Testing

@testable import Checker
@testable import IOMMU

@Suite struct `Page requests in the model` {
    /// A platform that forwards page requests with T=1 as well, which none of those that there are does.
    private static let forwarding: RoutingProfile = {
        let table = RoutingTable.armCCA
        let requests = RoutingTable.RunningRequests(
            translation: table.requests.translation, page: .open(.assumedClosed), peer: table.requests.peer,
            lockedInterrupt: table.requests.lockedInterrupt)
        return RoutingProfile(
            .armCCA, .none,
            RoutingTable(
                available: table.available, attached: table.attached, running: table.running,
                runningUntrusted: table.runningUntrusted, requests: requests))
    }()

    private func state(_ standing: Standing, _ change: (inout PlatformState) -> Void = { _ in }) -> PlatformState {
        var state = PlatformState()
        (state.standing, state.untrusted) = (standing, standing == .run ? .dropped : .own)
        state.isTrustedOpen = standing == .run
        change(&state)
        return state
    }

    private func answered(_ tBit: TBit, _ state: PlatformState, _ profile: RoutingProfile) throws -> PlatformState? {
        switch try PageAnswered(tBit, on: state, CheckerModel(profile)) {
        case .state(let next): return next
        case .broken(let violation):
            Issue.record("\(violation)")
            return nil
        }
    }

    @Test func `T=0 is asked in shared operation, T=1 in RUN where it is forwarded, and the cut ends both`() throws {
        let model = CheckerModel(Self.forwarding)
        for (value, standing, asked) in [
            (PlatformOperation.TBitValue.untrusted, Standing.unlocked, PlatformState.Asked.untrusted),
            (.trusted, .run, .trusted), (.untrusted, .run, []), (.trusted, .unlocked, []), (.untrusted, .locked, []),
        ] {
            let next = try #require(
                PlatformOperation.askForPage(value).carriedOut(on: state(standing), model), "\(value) \(standing)")
            #expect(next.asked == asked, "\(value) \(standing)")
            let cut = try #require(PlatformOperation.hold(.error).carriedOut(on: next, model))
            #expect(cut.asked == [], "\(value) \(standing)")
        }
    }

    @Test func `a page that is being converted leaves the request open, any other answer ends it`() throws {
        for (page, left) in [
            (PageState.private, PlatformState.Asked()), (.becomingShared, .untrusted), (.shared, []),
            (.becomingPrivate, .untrusted),
        ] {
            let asking = state(.unlocked) { ($0.page, $0.asked) = (page, .untrusted) }
            #expect(try answered(.untrusted, asking, .standard)?.asked == left, "\(page)")
        }
    }

    @Test(arguments: RoutingProfile.all) func `an answer maps nothing that was not mapped, in any state`(
        profile: RoutingProfile
    ) throws {
        for standing in [Standing.unlocked, .locked, .run, .error] {
            for page in PageState.allCases {
                for tBit in TBit.allCases {
                    let state = state(standing) { $0.page = page }
                    #expect(try answered(tBit, state, profile) == state)
                }
            }
        }
    }

    @Test func `a platform that forwards page requests with T=1 as well breaks no rule by that`() async throws {
        let found = try await SeededFault(Self.forwarding, conversions: true) { _ in }.found()
        #expect(found == nil)
    }
}
