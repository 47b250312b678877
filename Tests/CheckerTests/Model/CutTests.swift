import Assignment
import IOMMU
import TDISP
import Testing

@testable import Checker

/// The checker's cuts are those of the platform's table.
@Suite struct `Cuts in the model` {
    private struct Case: Sendable, CustomTestStringConvertible {
        let profile: RoutingProfile
        let rank: CutRank
        let cut: PlatformCut

        var testDescription: String { "\(profile), \(cut.means.rawValue)" }
    }

    private static let cases = RoutingProfile.all.flatMap { profile in
        profile.platform.cuts.enumerated().map {
            Case(profile: profile, rank: CutRank(rawValue: UInt8($0.offset)), cut: $0.element)
        }
    }

    /// A device in private operation.
    private static func running(_ stepper: LaneStepper) -> Lane {
        var lane = stepper.initialLane()
        lane.device.tdi = .run
        (lane.device.isSecureAtDevice, lane.device.isSecureAtPort, lane.device.isSessionAlive) = (true, true, true)
        (lane.vm, lane.isInDomain, lane.hasHostDriver, lane.hasGuestDriver) = (0, true, false, true)
        (lane.platform.standing, lane.platform.untrusted, lane.platform.isTrustedOpen) = (.run, .dropped, true)
        return lane
    }

    @Test(arguments: cases) private func `each ends T=1 of a device that lives`(_ case: Case) {
        let stepper = LaneStepper(CheckerModel(`case`.profile))
        var lane = Self.running(stepper)
        #expect(lane.isTrustedOpen && !stepper.routes(of: lane).trusted.isEmpty)
        #expect(stepper.cut(`case`.rank, &lane) == .succeeded)
        #expect(!lane.isTrustedOpen && stepper.routes(of: lane).trusted.isEmpty)
        // What takes siblings along ends the stream that they share, at the end that needs no device.
        #expect(lane.device.isSecureAtPort == (`case`.cut.takes != .dsm))
    }

    @Test(arguments: cases) private func `of a device that is dead, those that need nobody do, and no other says so`(
        _ case: Case
    ) {
        let stepper = LaneStepper(CheckerModel(`case`.profile))
        var lane = Self.running(stepper)
        (lane.device.isPresent, lane.device.isSessionAlive) = (false, false)
        let before = lane
        let isDone = stepper.cut(`case`.rank, &lane) == .succeeded
        #expect(isDone == (`case`.cut.needs == .nobody))
        #expect(isDone ? stepper.routes(of: lane).trusted.isEmpty : lane == before)
    }

    @Test(arguments: cases) private func `those that take all TDIs of the DSM are a step of the sibling as well`(
        _ case: Case
    ) {
        let stepper = LaneStepper(CheckerModel(`case`.profile, hasSiblings: true))
        let event = stepper.sharedEvent(of: .cut(`case`.rank), Self.running(stepper))
        #expect(event == (`case`.cut.takes == .dsm ? .portClosed : nil))
    }

    @Test(arguments: RoutingProfile.all) func `there are as many as the platform has, and the engine tries them all`(
        profile: RoutingProfile
    ) throws {
        let stepper = LaneStepper(CheckerModel(profile))
        var rank = Optional(CutRank.first), count = 0
        while let next = rank {
            var lane = Self.running(stepper)
            #expect(stepper.cut(next, &lane) == .succeeded)
            (rank, count) = (next.next, count + 1)
        }
        #expect(count == profile.platform.cuts.count)
        var lane = Self.running(stepper)
        #expect(stepper.cut(CutRank(rawValue: UInt8(count)), &lane) == .failed(.unsupported))
    }

    @Test(arguments: RoutingProfile.all) func `a STOP that fails leaves the tables open where it comes before them`(
        profile: RoutingProfile
    ) {
        let stepper = LaneStepper(CheckerModel(profile))
        var lane = Self.running(stepper)
        #expect(stepper.stop(&lane, fails: true) == .failed(.deviceRefused))
        #expect(lane.isTrustedOpen == (profile.platform.cuts[0].means == .stop))
        #expect(lane.device.tdi == .error)
    }
}
