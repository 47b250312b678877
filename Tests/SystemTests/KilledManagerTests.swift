import Assignment
import Foundation
import Testing

/// Kill -9 of the manager, at every effect: before it is carried out, and after, before the manager hears of it.
@Suite struct `A manager killed with -9` {
    /// The effects of a conversion that starts at the host, in order.
    static let conversion: [EffectName] = [
        .releaseHostDriver, .requireConnection, .attach, .unbindGuestDriver, .drainDMA, .saveLedger, .dropMappings,
        .lock, .collectEvidence, .appraise, .reconfirm, .accept, .bindGuestDriver, .probePrivate,
    ]

    /// The effects of a release to the host, in order.
    static let release: [EffectName] = [
        .unbindGuestDriver, .cut, .stop, .reset, .compareIdentity, .restoreConfiguration, .proveReturn, .detach, .rekey,
        .returnHostDriver,
    ]

    /// The effects of bringing home what was interrupted while it was accepted, in order.
    static let recovery: [EffectName] = [
        .cut, .askState, .stop, .reset, .compareIdentity, .restoreConfiguration, .proveReturn, .detach, .rekey,
        .returnHostDriver,
    ]

    static let convert = ["convert", Demo.vf, "--domain", "web1"]

    @Test func `has no other effects to be killed in than those of the plan`() async throws {
        try await Tool.with { tool in
            let plan = try await tool.json("plan", Demo.vf, "--domain", "web1").items[0]
            #expect(plan["effects"].array.compactMap(\.string) == Self.conversion.map(\.rawValue))
            try await tool.convert()
            let release = try await tool.json("release", Demo.vf, "--plan").items[0]
            let effects = release["effects"].array.compactMap(\.string)
            #expect(effects.filter { $0 != "connect" } == Self.release.map(\.rawValue))
        }
    }

    @Test(arguments: conversion)
    func `in a conversion is seen by list, and recover brings the device home`(in effect: EffectName) async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                for moment in [Moment.before(effect), .after(effect)] {
                    // Recovery leaves a connection, which the next conversion would find.
                    if effect == .requireConnection { try await tool.succeed("disconnect", Demo.vf) }
                    try await relay.kill(Self.convert, at: moment, of: tool)
                    let listed = try await tool.listed(Demo.vf)
                    #expect(listed["recorded"]["pending"] == .string(effect.rawValue), "\(moment)")
                    #expect(listed["note"].string?.contains("interrupted") == true, "\(moment)")
                    try await tool.expectRecovery(to: "available", found, "\(moment)")
                }
            }
        }
    }

    @Test func `in a conversion from shared operation leaves a device that recovers to shared operation`() async throws
    {
        try await Tool.with { tool in
            try await tool.convert()
            try await tool.succeed("release", Demo.vf, "--keep")
            let attached = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                for effect in [EffectName.unbindGuestDriver, .dropMappings, .lock, .accept, .probePrivate] {
                    for moment in [Moment.before(effect), .after(effect)] {
                        try await relay.kill(Self.convert, at: moment, of: tool)
                        try await tool.expectRecovery(to: "attached", attached, "\(moment)")
                    }
                }
            }
        }
    }

    @Test func `behind the host driver's release leaves a device that recovers even if the journal is gone`()
        async throws
    {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                try await relay.kill(Self.convert, at: .after(.releaseHostDriver), of: tool)
                for suffix in ["", "-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: tool.stateDirectory + "/journal.sqlite" + suffix)
                }
                let listed = try await tool.listed(Demo.vf)
                #expect(listed["note"] == "recorded available, cut by the platform: tdispctl recover")
                let recovered = try await tool.json("recover", Demo.vf)
                #expect(recovered.status == 0, "\(recovered.err)")
                #expect(try recovered.items[0]["phase"] == "available")
                #expect(try await tool.traces(of: Demo.vf) == found)
                try await tool.expectSoundness()
            }
        }
    }

    @Test func `in a release leaves a device that recovers to the host`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                for moment in [.before(.cut)] + Self.release.map(Moment.after) {
                    try await tool.convert()
                    try await relay.kill(["release", Demo.vf], at: moment, of: tool)
                    try await tool.expectRecovery(to: "available", found, "\(moment)")
                }
            }
        }
    }

    @Test func `in a recovery leaves a device that the next recovery brings home`() async throws {
        try await Tool.with { tool in
            let found = try await tool.traces(of: Demo.vf)
            try await Relay.between(tool) { relay in
                for moment in [.before(.cut)] + Self.recovery.map(Moment.after) {
                    try await relay.kill(Self.convert, at: .after(.accept), of: tool)
                    try await relay.kill(["recover", Demo.vf], at: moment, of: tool)
                    try await tool.expectRecovery(to: "available", found, "\(moment)")
                }
            }
        }
    }

    @Test(arguments: [Moment.after(.unbindGuestDriver), .after(.lock), .after(.accept)])
    func `leaves a device that a recovery converts again, where it is told to`(_ moment: Moment) async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                try await relay.kill(Self.convert, at: moment, of: tool)
                let recovered = try await tool.json("recover", Demo.vf, "--convert")
                #expect(recovered.status == 0, "\(recovered.err)")
                #expect(try recovered.items[0]["phase"] == "private" && recovered.items[0]["domainName"] == "web1")
                try await tool.expectSoundness()
            }
        }
    }

    @Test func `leaves siblings of its device in private operation, and so does the recovery`() async throws {
        try await Tool.with { tool in
            try await tool.succeed("convert", Demo.sibling, "--domain", "db1")
            try await Relay.between(tool) { relay in
                for effect in [EffectName.lock, .accept, .probePrivate] {
                    try await relay.kill(Self.convert, at: .after(effect), of: tool)
                    try await tool.succeed("recover", Demo.vf)
                    let sibling = try await tool.listed(Demo.sibling)
                    #expect(sibling["recorded"]["phase"] == "private" && sibling["confirmed"]["state"] == "RUN")
                }
                try await tool.expectSoundness()
            }
        }
    }

    @Test func `gives its lock back, and the next conversion settles what it left`() async throws {
        try await Tool.with { tool in
            try await Relay.between(tool) { relay in
                try await relay.kill(Self.convert, at: .after(.lock), of: tool)
                let again = try await tool.json("convert", Demo.vf, "--domain", "web1", "--wait", "0")
                #expect(again.status == 0, "\(again.err)")
                #expect(try again.items[0]["phase"] == "private" && again.items[0]["epoch"] == 2)
                try await tool.expectSoundness()
            }
        }
    }
}

extension Tool {
    /// A recovery brings the device, which an interrupted manager left, to where it came from, without a trace.
    fileprivate func expectRecovery(
        to phase: JSONValue, _ traces: Traces, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try pending(of: Demo.vf) != nil, comment, sourceLocation: sourceLocation)
        let recovered = try await json("recover", Demo.vf)
        #expect(recovered.status == 0, "\(comment): \(recovered.err)", sourceLocation: sourceLocation)
        #expect(try recovered.items[0]["phase"] == phase, comment, sourceLocation: sourceLocation)
        #expect(try pending(of: Demo.vf) == nil, comment, sourceLocation: sourceLocation)
        #expect(try await self.traces(of: Demo.vf) == traces, comment, sourceLocation: sourceLocation)
        try await expectSoundness(sourceLocation: sourceLocation)
    }
}
