import IOMMU
import Testing

@Suite struct `Platform cuts` {
    @Test(arguments: PlatformProfile.allCases)
    func `at least one of a platform's cuts needs nobody, and the last one does not`(platform: PlatformProfile) throws {
        let last = try #require(platform.cuts.last)
        #expect(last.needs == .nobody)
        #expect(last.means == .streamDisabled && last.takes == .dsm)
        // The engine tries three.
        #expect(platform.cuts.count == 3)
    }

    @Test(arguments: PlatformProfile.allCases)
    func `the first cut takes nobody along, and no cut is listed twice`(platform: PlatformProfile) {
        #expect(platform.cuts.first?.takes == .interface)
        #expect(Set(platform.cuts.map(\.means)).count == platform.cuts.count)
    }

    @Test func `where the platform enforces that order STOP comes before the tables`() {
        let stopsFirst = PlatformProfile.allCases.filter { $0.cuts.first?.means == .stop }
        #expect(stopsFirst == [.tdxConnect, .coveIO])
        for platform in PlatformProfile.allCases where !stopsFirst.contains(platform) {
            #expect(platform.cuts.first?.means == .trustedTableEntry && platform.cuts.first?.needs == .nobody)
        }
    }
}
