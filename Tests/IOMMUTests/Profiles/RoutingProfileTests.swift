import IOMMU
import PCIe
import Testing

@Suite struct `Routing profiles` {
    @Test func `there are nine`() {
        #expect(
            RoutingProfile.all.map(\.description) == [
                "sev-tio", "sev-tio/split", "tdx-connect", "arm-cca", "arm-cca/split", "arm-cca/unified", "cove-io",
                "trusted-only", "trusted-only/split",
            ])
    }

    @Test(
        arguments: [
            (.sevTIO, .unified, .untrustedIsTheHosts), (.tdxConnect, .split, .noTrustedVIOMMU),
            (.tdxConnect, .unified, .noTrustedVIOMMU), (.coveIO, .split, .noTrustedVIOMMU),
            (.coveIO, .unified, .noTrustedVIOMMU), (.trustedOnly, .unified, .untrustedIsNotTranslated),
        ] as [(PlatformProfile, VIOMMUKind, RoutingProfileError.Reason)])
    func `an impossible combination is refused by name and with its reason`(
        platform: PlatformProfile, viommu: VIOMMUKind, reason: RoutingProfileError.Reason
    ) {
        let error = RoutingProfileError.impossible(platform, viommu, reason)
        #expect(throws: error) { try RoutingProfile(platform, viommu: viommu) }
        #expect(
            error.description == "\(platform) with a vIOMMU of kind \(viommu) is impossible: \(reason.rawValue)")
    }

    @Test(arguments: RoutingProfile.all) func `its name leads back to it`(profile: RoutingProfile) throws {
        #expect(try RoutingProfile(named: profile.description) == profile)
    }

    @Test func `names that are no profile say what is wrong`() throws {
        #expect(try RoutingProfile(named: "arm-cca/none") == .standard)
        #expect(throws: RoutingProfileError.unknownPlatform("sev")) { try RoutingProfile(named: "sev") }
        #expect(throws: RoutingProfileError.unknownPlatform("")) { try RoutingProfile(named: "") }
        #expect(throws: RoutingProfileError.unknownVIOMMU("")) { try RoutingProfile(named: "arm-cca/") }
        #expect(throws: RoutingProfileError.unknownVIOMMU("x/split")) { try RoutingProfile(named: "arm-cca/x/split") }
        #expect(throws: RoutingProfileError.impossible(.coveIO, .split, .noTrustedVIOMMU)) {
            try RoutingProfile(named: "cove-io/split")
        }
        #expect(
            RoutingProfileError.unknownPlatform("sev").description
                == "no platform profile 'sev'; there are sev-tio, tdx-connect, arm-cca, cove-io, trusted-only")
        #expect(
            RoutingProfileError.unknownVIOMMU("x").description
                == "no vIOMMU kind 'x'; there are none, split, unified")
    }

    @Test(arguments: RoutingProfile.all) func `nothing that is only assumed is open`(profile: RoutingProfile) {
        for standing in Standing.allCases {
            for tBit in TBit.allCases {
                let cell = profile.cell(standing, tBit)
                if case .walked = cell.passage { #expect(cell.source.certainty != .assumed) }
                for kind in RequestKind.allCases where profile.cell(kind, standing, tBit).isOpen {
                    #expect(profile.cell(kind, standing, tBit).source.certainty != .assumed)
                }
            }
        }
    }

    @Test(arguments: CellSource.allCases) func `a source names its document, or says that it has none`(
        source: CellSource
    ) throws {
        switch source.certainty {
        case .assumed, .defined: #expect(source.document == nil && source.description == source.rawValue)
        case .stated, .inferred:
            let document = try #require(source.document)
            #expect(source.description.hasSuffix("\(source.rawValue) (\(document))"))
            #expect(source.description.hasPrefix("inferred: ") == (source.certainty == .inferred))
        }
    }

    @Test(arguments: CellDocument.allCases) func `a document is one that can be found`(document: CellDocument) {
        // A patch series by its subject, a specification by its version, a program by its commit.
        let title = document.rawValue
        let isPatch = title.firstMatch(of: /^\[(RFC )?PATCH( v\d+)? \d+\/\d+\] .+, \w+ 20\d\d$/) != nil
        let isVersioned = title.contains(/\d\.\d|20\d\d|[0-9a-f]{8}/)
        #expect(isPatch || isVersioned || document == .rmm || document == .tdxConnect)
        #expect(CellSource.allCases.contains { $0.document == document })
        #expect(!title.contains(".md") && !title.hasPrefix("/"))
    }

    @Test func `no lock flag says that ATS is answered: that it is, is inferred, as is that peers are bound`() throws {
        for profile in RoutingProfile.all {
            for kind in [RequestKind.translation, .peer] {
                let cell = profile.cell(kind, .run, .trusted)
                #expect(!cell.isOpen || cell.source.certainty == .inferred, "\(profile): \(kind)")
            }
        }
    }

    @Test func `only a unified vIOMMU declares mixed traffic`() {
        #expect(RoutingProfile.all.filter(\.declaresMixedTraffic).map(\.description) == ["arm-cca/unified"])
    }

    @Test func `guest tables are walked where there is a vIOMMU, host tables where T=0 is translated`() {
        for profile in RoutingProfile.all {
            #expect(profile.walks(.guest) == (profile.viommu != .none))
            #expect(profile.walks(.host) == (profile.platform != .trustedOnly))
            #expect(profile.walks(.trusted))
        }
    }

    @Test(arguments: RoutingProfile.all) func `a device that can never be trusted is one like any other`(
        profile: RoutingProfile
    ) throws {
        for standing in Standing.allCases {
            for tBit in TBit.allCases where !(tBit == .untrusted && profile.platform == .trustedOnly) {
                #expect(profile.cell(standing, tBit, canBeTrusted: false) == profile.cell(standing, tBit))
            }
        }
        var unit = RemappingUnit(profile: profile, memorySize: 8 << 20)
        let table = unit.makeTable(.host)
        unit.setBusMaster(true, of: Fixture.device)
        unit.setCanBeTrusted(false, of: Fixture.device)
        try unit.attach(table, to: Fixture.device)
        try unit.map([Mapping(address: 0x1000, physical: 0x1000, pageSize: .small)], in: table)
        #expect(unit.route(Fixture.request(0x1000, .untrusted)).physical == 0x1000)
        #expect(unit.route(Fixture.request(0x1000, .trusted)).fault?.rule == .noTrustedDMAWithoutRun)
        unit.hold(Fixture.device, as: .unlocked, for: Fixture.one)
        #expect(unit.route(Fixture.request(0x1000, .untrusted)).fault != nil)
        guard profile.platform == .trustedOnly else { return }
        #expect(throws: ContextError.notWalked(.host)) { try unit.attach(table, to: Fixture.sibling) }
    }

    @Test func `each platform has its own structure of ownership`() {
        let structures = PlatformProfile.allCases.compactMap { try? RoutingProfile($0).ownership }
        #expect(structures == [.reverseMap, .secureEPT, .granuleTable, .memoryTrackingTable, .granuleTable])
        #expect(OwnershipStructure.allCases.map(\.judgesMappings) == [false, true, true, true])
        #expect(OwnershipStructure.allCases.map(\.checksTrustedAccess) == [true, false, true, true])
    }

    @Test func `only sev-tio has vTOM, and only without a vIOMMU`() {
        #expect(RoutingProfile.all.filter { $0.vTOM != nil }.map(\.description) == ["sev-tio"])
        #expect(RoutingProfile.all.filter(\.fencesAfterFault).map(\.description) == ["sev-tio", "sev-tio/split"])
    }

    @Test func `a cell is told in one line`() throws {
        let sev = try RoutingProfile(.sevTIO)
        #expect(
            Standing.allCases.map { sev.cell($0, .trusted).description } == [
                "nothing [no-trusted-dma-without-run]", "nothing [no-trusted-dma-without-run]",
                "nothing [silent-when-locked-or-failed]",
                "trusted table, to pages private below vTOM, shared from there on",
                "nothing [silent-when-locked-or-failed]",
            ])
        #expect(
            try RoutingProfile(.armCCA, viommu: .unified).cell(.run, .untrusted).description
                == "guest table, then host table, to shared pages")
        #expect(try RoutingProfile(.trustedOnly).cell(.host, .untrusted).description == "nothing: not translated")
    }
}
