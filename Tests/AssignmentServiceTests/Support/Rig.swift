import Assignment
import AssignmentService
import PCIe
import Synchronization
import TDISP

/// A service between a scripted platform and a scripted journal.
struct Rig {
    let chronicle = Chronicle()
    let platform: ScriptedPlatform
    let journal: ScriptedJournal
    let service: AssignmentService
    let watched = Watched()

    /// A service over what a journal has.
    init(
        over volatile: VolatileJournal = VolatileJournal(), functions: [FunctionFacts]? = Place.facts,
        judge: @escaping @Sendable (EvidenceCase) -> Judgement = { _ in Judgement(accepted: true, findings: []) },
        nonce: @escaping @Sendable () -> [UInt8]? = { [UInt8](repeating: 7, count: 32) },
        heard: [FunctionAddress: Suspicion] = [:]
    ) throws {
        platform = ScriptedPlatform(chronicle)
        platform.show(functions)
        journal = ScriptedJournal(chronicle, over: volatile)
        service = try AssignmentService(
            world: World(
                platform: platform, journal: journal, judge: judge, nonce: nonce, now: { 0 },
                report: { [watched, chronicle] report in
                    chronicle.add(.told(report.device))
                    watched.add(report)
                }), heard: heard)
    }

    /// A new service over what this one has recorded.
    func restarted(functions: [FunctionFacts]? = Place.facts) throws -> Rig {
        try Rig(over: journal.volatile, functions: functions)
    }

    // MARK: Requests

    func convert(
        _ tdi: FunctionAddress = Place.one, for domain: DomainID = Place.web,
        _ orders: StandingOrders = StandingOrders()
    ) async -> OperationResult {
        await service.run(.convert(domain, orders), on: tdi, dsm: Place.dsm(of: tdi))
    }

    func release(_ tdi: FunctionAddress = Place.one, to rest: Rest = .available) async -> OperationResult {
        await service.run(.release(to: rest), on: tdi, dsm: Place.dsm(of: tdi))
    }

    func recover(
        _ tdi: FunctionAddress = Place.one, _ request: RecoveryRequest = RecoveryRequest()
    ) async -> OperationResult {
        await service.run(.recover(request), on: tdi, dsm: Place.dsm(of: tdi))
    }

    /// The recorded state of a function.
    func state(_ tdi: FunctionAddress = Place.one) async -> AssignmentState {
        await service.state(of: tdi, dsm: Place.dsm(of: tdi))
    }

    func phase(_ tdi: FunctionAddress = Place.one) async -> Phase { await state(tdi).phase }

    /// Brings functions into private operation, and forgets how.
    func makePrivate(_ tdis: FunctionAddress..., orders: StandingOrders = StandingOrders()) async {
        for tdi in tdis {
            _ = await convert(tdi, for: Place.web, orders)
            platform.set(tdi, .run)
        }
        chronicle.forget()
    }
}

/// The functions and domains of these tests: a device with three functions under one DSM, and another device.
enum Place {
    static let one = function(bus: 0x3B, 0)
    static let two = function(bus: 0x3B, 1)
    static let three = function(bus: 0x3B, 2)
    static let other = function(bus: 0x3C, 0)
    static let web = DomainID(high: 1, low: 1)
    static let database = DomainID(high: 1, low: 2)

    /// What the host shows: connected and in a domain, as after a conversion.
    static let facts = [one, two, three, other].map { facts(about: $0, connected: true) }

    static func facts(about tdi: FunctionAddress, connected: Bool, domain: DomainID? = web) -> FunctionFacts {
        FunctionFacts(
            address: tdi, dsm: dsm(of: tdi), bridge: "pci0000:3a", name: "device", vendorID: 1, deviceID: 2,
            domain: domain, connected: connected)
    }

    static func dsm(of tdi: FunctionAddress) -> FunctionAddress { tdi == other ? other : one }

    private static func function(bus: UInt8, _ number: UInt8) -> FunctionAddress {
        FunctionAddress(requesterID: RequesterID(bus: bus, device: 0, function: number))
    }
}

/// What a person who watches was told.
final class Watched: Sendable {
    private let list = Mutex<[StepReport]>([])

    func add(_ report: StepReport) { list.withLock { $0.append(report) } }

    var reports: [StepReport] { list.withLock { $0 } }

    /// The kinds of steps of one function, in order.
    func kinds(of tdi: FunctionAddress) -> [StepReport.Kind] { reports.filter { $0.device == tdi }.map(\.kind) }
}

extension Rig {
    /// Waits until a step that starts this effect has been committed.
    func waitFor(_ effect: EffectName, on tdi: FunctionAddress) async {
        while !chronicle.entries.contains(.recorded(effect, tdi)) { await Task.yield() }
    }
}
