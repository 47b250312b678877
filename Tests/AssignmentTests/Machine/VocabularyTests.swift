import Assignment
import Testing

@Suite struct VocabularyTests {
    /// The table of phases: which DMA may reach memory in each.
    @Test(arguments: [
        (Phase.available, PermittedDMA.hostOwn), (.attaching, .none), (.attached, .sharedPages),
        (.quiescing, .sharedPages),
        (.locking, .none), (.locked, .none), (.attesting, .none), (.attested, .none), (.accepting, .none),
        (.confirming, .privatePages), (.private, .privatePages), (.releasing, .none), (.failed, .none),
        (.recovering, .none), (.quarantined, .none), (.unknown, .none),
    ])
    func `a phase permits the DMA of its row`(phase: Phase, permitted: PermittedDMA) {
        #expect(phase.permittedDMA == permitted)
    }

    @Test func `a device may stay in four phases`() {
        #expect(Phase.allCases.filter(\.isResting) == [.available, .attached, .private, .quarantined])
    }

    @Test func `resting phases wait for nothing, all others for an effect`() {
        for situation in Situation.allCases {
            #expect((situation.state.pending == .none) == situation.state.phase.isResting, "\(situation)")
        }
    }

    @Test func `only the cut and the teardown that it starts precede the journal, and nothing that grants does`() {
        #expect(EffectName.allCases.filter(\.precedesJournal) == [.cut, .stop, .reset])
        #expect(EffectName.allCases.filter(\.isGranting).allSatisfy { !$0.precedesJournal })
    }

    @Test func `every rule has its printed name and a definition of its own`() {
        #expect(SafetyRule.allCases.count == 13)
        #expect(SafetyRule.noTrustedDMAWithoutRun.rawValue == "no-trusted-dma-without-run")
        #expect(Set(SafetyRule.allCases.map(\.definition)).count == 13)
        #expect(SafetyRule.oneOwner.enforcer == .admission)
        #expect(SafetyRule.revokeFirst.enforcer == .engine)
        #expect(SafetyRule.alwaysEnds.enforcer == .checker)
    }

    @Test func `cuts come in three ranks`() {
        #expect(CutRank.first.next?.next == CutRank(rawValue: 2))
        #expect(CutRank(rawValue: 2).next == nil)
    }

    @Test func `epochs grow by one`() {
        #expect(LockEpoch.none.next == LockEpoch(rawValue: 1))
        #expect(LockEpoch(rawValue: 1) < LockEpoch(rawValue: 2))
        #expect("\(LockEpoch(rawValue: 12))" == "12")
    }

    @Test(arguments: ["00000000-0000-0011-0000-000000000001", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"])
    func `a domain's identity prints as it is read`(text: String) throws {
        #expect(try #require(DomainID(text)).description == text)
    }

    @Test(arguments: [
        "", "f81d4fae7dec11d0a76500a0c91e6bf6", "f81d4fae-7dec-11d0-a765-00a0c91e6bf",
        "g81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        "f81d4fae-7dec-11d0-a765-00a0c91e6bf6-",
    ])
    func `what is not a UUID names no domain`(text: String) {
        #expect(DomainID(text) == nil)
    }
}
