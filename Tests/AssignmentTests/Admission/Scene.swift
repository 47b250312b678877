import Assignment
import IOMMU
import PCIe
import TDISP

/// A host with one device that could be converted at once: a physical function with two virtual ones, and two domains.
struct Scene: Sendable {
    var device = Scene.function(1)
    var physical = Scene.function(0)
    var other = Scene.function(2)
    var domains = [
        DomainFacts(id: Walk.web, name: "web", running: true, tee: "sev-snp", memoryKiB: 16384, pinnedRoots: [[1]]),
        DomainFacts(id: Walk.database, name: "database", running: true, tee: "sev-snp", memoryKiB: 16384),
    ]
    var bridge = BridgeFacts(name: "pci0000:3a", ideStreams: 4, ideStreamsLeft: 3)
    var iommufd: Bool?
    var refreshesKeys: Bool?
    var policyError: String?
    var cuts: [PlatformCut] = []
    var missing: Set<FunctionAddress> = []
    var assignments: [FunctionAddress: AssignmentState] = [:]
    var connections: [FunctionAddress: ConnectionState] = [:]

    static func address(_ number: UInt8) -> FunctionAddress {
        FunctionAddress(requesterID: RequesterID(bus: 0x3B, device: 0, function: number))
    }

    static let pf = address(0), vf = address(1), sibling = address(2)

    private static func function(_ number: UInt8) -> FunctionFacts {
        FunctionFacts(
            address: address(number), dsm: pf, bridge: "pci0000:3a",
            name: number == 0 ? "accelerator" : "accelerator VF",
            vendorID: 0x1D05, deviceID: 0x0001, physicalFunction: number == 0 ? nil : pf,
            driver: number == 1 ? "vfio-pci" : nil, enabledVFs: number == 0 ? 2 : 0,
            authentication: .authenticated(serial: "SN-1", root: "Example Device CA", isTrusted: true))
    }

    var admission: Admission {
        var host = HostSnapshot(
            platform: "emulated", functions: [physical, device, other].filter { !missing.contains($0.address) },
            domains: domains, bridges: [bridge], iommufd: iommufd, refreshesKeys: refreshesKeys,
            policyError: policyError)
        host.cuts = cuts
        return Admission(host: host, assignments: assignments, connections: connections)
    }

    var conversion: Plan { admission.plan(convert: Scene.vf, to: Walk.web) }

    /// The same scene, changed.
    func with(_ change: (inout Scene) -> Void) -> Scene {
        var scene = self
        change(&scene)
        return scene
    }

    /// The device is recorded, and known to its domain's definition, as a walk left it.
    func recorded(_ walk: Walk, at address: FunctionAddress = Scene.vf) -> Scene {
        with { scene in
            scene.assignments[address] = walk.state
            if address == Scene.vf { scene.device.domain = walk.state.domain }
            if address == Scene.sibling { scene.other.domain = walk.state.domain }
        }
    }
}

extension Plan {
    subscript(_ name: PreconditionName) -> Precondition? { preconditions.first { $0.name == name } }
}

extension DisconnectPlan {
    subscript(_ name: PreconditionName) -> Precondition? { preconditions.first { $0.name == name } }
}
