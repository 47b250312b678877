import Assignment
import Emulator
import EmulatorProcess
import IOMMU
import Journal
import PCIe
import Testing

/// What the demo topology has, and how a device of it is looked at behind the program's back.
enum Demo {
    /// A virtual function of the accelerator, its sibling, and the function that has their DSM.
    static let vf = "0000:3b:00.1"
    static let sibling = "0000:3b:00.2"
    static let pf = "0000:3b:00.0"
    /// A disk on a device of its own.
    static let nvme = "0000:3c:00.0"
    /// A card without TDISP.
    static let network = "0000:3d:00.0"

    static let web1 = "3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0001"
}

/// Everything about a function that a failed conversion has to leave as it found it.
struct Traces: Hashable {
    let driver: String?
    let domain: DomainID?
    let hasGuestDriver: Bool
    let isBusMaster: Bool
    /// The TDISP state of the device's own machine.
    let state: String?
    /// What its DMA reaches, by T. Why T=1 has no stream is another matter: the connection stays.
    let reaches: [[ReachableRange]]
    let translations: [HeldTranslation]
    let peers: [FunctionAddress]
    /// Domains in whose XML it stands.
    let hostdevs: Set<String>
}

extension Tool {
    /// The function as its host has it.
    func inspect(_ device: String) async throws -> HostInspection {
        try await host.inspect(try FunctionAddress(parsing: device))
    }

    /// What a conversion of the function leaves on the host.
    func traces(of device: String) async throws -> Traces {
        let inspection = try await inspect(device)
        let view = inspection.function
        let address = try FunctionAddress(parsing: device)
        var hostdevs: Set<String> = []
        for domain in try await host.snapshot().domains
        where try await host.domainXML(domain.id).names(hostdev: address) {
            hostdevs.insert(domain.name)
        }
        return Traces(
            driver: view.driver, domain: view.domain, hasGuestDriver: view.hasGuestDriver,
            isBusMaster: view.isBusMaster, state: view.state.map { "\($0)" },
            reaches: inspection.routes.map { [$0.untrusted, $0.trusted] } ?? [],
            translations: inspection.routes?.translations ?? [], peers: inspection.routes?.peers ?? [],
            hostdevs: hostdevs)
    }

    /// What `list` says of a device.
    func listed(_ device: String) async throws -> JSONValue {
        try await json("list").items.array.first { $0["address"] == .string(device) } ?? .null
    }

    /// Converts the demo's function for `web1`.
    func convert(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await succeed("convert", Demo.vf, "--domain", "web1", sourceLocation: sourceLocation)
    }

    /// The history's chain holds, and nothing that a device tried although it may not came through.
    func expectSoundness(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let verdict = try journal.verifyHistory()
        if case .broken = verdict { Issue.record("\(verdict)", sourceLocation: sourceLocation) }
        for function in try await host.snapshot().functions {
            let workload = try await host.inspect(function.address).function.workload
            #expect(workload.violations == 0, "\(function.address)", sourceLocation: sourceLocation)
        }
    }

    /// The journal, opened as whoever looks does.
    var journal: Journal {
        get throws { try Journal.openForReading(in: try StateDirectory(at: stateDirectory)) }
    }

    /// The phase that is recorded for a device; nil: it was never seen.
    func recordedPhase(of device: String) throws -> Phase? {
        try journal.device(try FunctionAddress(parsing: device))?.recordedPhase
    }

    /// The effect that was begun on a device and has no outcome.
    func pending(of device: String) throws -> EffectName? {
        try journal.device(try FunctionAddress(parsing: device))?.intent?.effect.name
    }

    /// How often the history has an event of a device.
    func count(of event: AssignmentEvent, on device: String) throws -> Int {
        try journal.history(of: try FunctionAddress(parsing: device)).count { entry in
            guard case .assignment(let step) = try entry.content() else { return false }
            return step.event == event
        }
    }
}

extension String {
    /// Whether a domain's XML has a function as a hostdev.
    func names(hostdev address: FunctionAddress) -> Bool {
        let id = address.requesterID
        func hex(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value, radix: 16)
            return "0x" + String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return contains("<hostdev mode='subsystem' type='pci' managed='no'>")
            && contains("bus='\(hex(id.bus, 2))' slot='\(hex(id.device, 2))' function='\(hex(id.function, 1))'")
    }
}
