internal import Assignment
internal import Emulator
internal import PCIe
internal import StrictYAML

// Events: `{link-down: accelerator}`, `{memory-moved: accelerator, register: 0, value: 0x1000}`.

/// The events of a host as scenario files spell them.
enum EventName: String, CaseIterable, Sendable {
    case linkDown, integrityCheckFailed, streamDisabled, sessionLost, heartbeatsHeld, functionReset, conventionalReset,
        virtualFunctions, configurationWrite, busMasterCleared, memorySpaceCleared, memoryMoved, poisonedData,
        incident, debugAuthorized, firmwareUpdate, deviceGone, deviceReturned, identitySwapped, defect, dmaStuck,
        platformDefect,
        invalidationStuck, peersBound, registersMapped, stopBelieved, misbehaves, domainStopped, domainStarted,
        hostdevRemoved, driverHangs, signal, pagesConverted
}

extension HostEvent {
    /// The event's name.
    var name: EventName {
        switch self {
        case .linkDown: .linkDown
        case .integrityCheckFailed: .integrityCheckFailed
        case .streamDisabled: .streamDisabled
        case .sessionLost: .sessionLost
        case .heartbeatsHeld: .heartbeatsHeld
        case .functionReset: .functionReset
        case .conventionalReset: .conventionalReset
        case .virtualFunctions: .virtualFunctions
        case .configurationWrite: .configurationWrite
        case .busMasterCleared: .busMasterCleared
        case .memorySpaceCleared: .memorySpaceCleared
        case .memoryMoved: .memoryMoved
        case .poisonedData: .poisonedData
        case .incident: .incident
        case .debugAuthorized: .debugAuthorized
        case .firmwareUpdate: .firmwareUpdate
        case .deviceGone: .deviceGone
        case .deviceReturned: .deviceReturned
        case .identitySwapped: .identitySwapped
        case .defect: .defect
        case .platformDefect: .platformDefect
        case .dmaStuck: .dmaStuck
        case .invalidationStuck: .invalidationStuck
        case .peersBound: .peersBound
        case .registersMapped: .registersMapped
        case .stopBelieved: .stopBelieved
        case .misbehaves: .misbehaves
        case .domainStopped: .domainStopped
        case .domainStarted: .domainStarted
        case .hostdevRemoved: .hostdevRemoved
        case .driverHangs: .driverHangs
        case .signalled: .signal
        case .pagesConverted: .pagesConverted
        }
    }
}

extension ScenarioReader {
    /// An event: its name with what it happens to, and what else belongs to it.
    func event(_ node: YAMLNode) throws(YAMLError) -> HostEvent {
        try node.mapping { map throws(YAMLError) in
            let words = EventName.allCases.map(\.word)
            let entry = try map.one(of: words)
            let name = EventName.allCases[try entry.key.choice(among: words)]
            return try event(name, entry.value, &map)
        }
    }

    private func event(
        _ name: EventName, _ node: YAMLNode, _ map: inout YAMLMapping
    ) throws(YAMLError) -> HostEvent {
        switch name {
        case .linkDown: .linkDown(try places.device(node))
        case .integrityCheckFailed: .integrityCheckFailed(try places.device(node))
        case .streamDisabled: .streamDisabled(try places.device(node))
        case .sessionLost: .sessionLost(try places.device(node))
        case .heartbeatsHeld: .heartbeatsHeld(try places.device(node), try isOn(&map))
        case .conventionalReset: .conventionalReset(try places.device(node))
        case .debugAuthorized: .debugAuthorized(try places.device(node))
        case .deviceGone: .deviceGone(try places.device(node))
        case .deviceReturned: .deviceReturned(try places.device(node))
        case .identitySwapped:
            .identitySwapped(try places.device(node), serial: try map.required("serial").string())
        case .defect: .defect(try places.device(node), try map.required("kind").choice())
        case .platformDefect:
            .platformDefect(try places.function(node).function, try map.required("kind").choice())
        case .firmwareUpdate: try firmwareUpdate(node, &map)
        case .functionReset: .functionReset(try places.function(node).function)
        case .virtualFunctions: try virtualFunctions(node, &map)
        case .configurationWrite: try configurationWrite(node, &map)
        case .busMasterCleared: .busMasterCleared(try places.function(node).function)
        case .memorySpaceCleared: .memorySpaceCleared(try places.function(node).function)
        case .memoryMoved:
            .memoryMoved(
                try places.function(node).function, register: try map.required("register").integer(Int.self, in: 0...5),
                value: try map.required("value").integer())
        case .poisonedData: .poisonedData(try places.function(node).function)
        case .incident:
            .incident(try places.function(node).function, try map.required("kind").choice())
        case .dmaStuck:
            .dmaStuck(try places.function(node).function, at: try map.optional("address")?.byteCount())
        case .invalidationStuck: .invalidationStuck(try places.function(node).function, try isOn(&map))
        case .peersBound:
            .peersBound(
                try places.function(node).function,
                with: try places.function(try map.required("with")).function, try isOn(&map))
        case .registersMapped: .registersMapped(try places.function(node).function, try isOn(&map))
        case .stopBelieved: .stopBelieved(try places.function(node).function)
        case .misbehaves: .misbehaves(try places.function(node).function, try isOn(&map))
        case .hostdevRemoved: .hostdevRemoved(try places.function(node).function)
        case .driverHangs: .driverHangs(try places.function(node).function, try isOn(&map))
        case .signal: try signal(node, &map)
        case .domainStopped: .domainStopped(try places.domain(node))
        case .domainStarted: .domainStarted(try places.domain(node))
        case .pagesConverted: try pagesConverted(node, &map)
        }
    }

    /// Whether it begins (unless told otherwise) or ends.
    private func isOn(_ map: inout YAMLMapping) throws(YAMLError) -> Bool { try map.optional("on")?.bool() ?? true }

    private func firmwareUpdate(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> HostEvent {
        .firmwareUpdate(
            try places.device(node), version: try map.required("version").string(),
            lowersSecurityVersion: try map.optional("lowers-security-version")?.bool() ?? false,
            isForced: try map.optional("forced")?.bool() ?? false)
    }

    private func signal(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> HostEvent {
        .signalled(
            try places.function(node).function, try map.required("kind").choice(),
            at: try map.optional("at")?.choice(), count: try map.optional("count")?.integer(Int.self, in: 1...1000) ?? 1
        )
    }

    private func virtualFunctions(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> HostEvent {
        let (function, total) = try places.physicalFunction(node)
        return .virtualFunctions(function, count: try map.required("count").integer(UInt16.self, in: 0...total))
    }

    private func configurationWrite(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> HostEvent {
        let width = try map.required("width")
        guard [1, 2, 4].contains(try width.integer(Int.self)) else { throw width.error("expected 1, 2 or 4") }
        return .configurationWrite(
            try places.function(node).function, offset: try map.required("offset").integer(Int.self, in: 0...4095),
            width: try width.integer(), value: try map.required("value").integer())
    }

    private func pagesConverted(_ node: YAMLNode, _ map: inout YAMLMapping) throws(YAMLError) -> HostEvent {
        enum Kind: String, CaseIterable { case shared, `private` }
        let (domain, memory) = try places.domainWithMemory(node)
        let (from, size) = (try map.required("from"), try map.required("size"))
        let (first, count) = (try from.byteCount(), try size.byteCount())
        guard first.isMultiple(of: 4096), first < memory else {
            throw from.error("expected the address of a page of 4KiB in the domain's memory of \(memory >> 10)KiB")
        }
        guard count.isMultiple(of: 4096), count > 0, count <= memory - first else {
            throw size.error("expected whole pages of 4KiB up to the end of the domain's memory of \(memory >> 10)KiB")
        }
        return .pagesConverted(
            domain, from: first, size: count, toShared: try map.required("to").choice(Kind.self) == .shared)
    }
}
