import Emulator
import ForeignDevice
import OpenSSLCrypto
import PCIe
import SPDM
import SPDMTransport
import TDISP

/// An emulated device, and the way to it without a socket. What the device does for an answer is counted apart.
actor DirectAttach: DOETransport {
    private var model: HostModel
    private let device: FunctionAddress
    private let settings: ForeignDeviceSettings
    private var responder = Spending()

    init() throws {
        let topology = Topology.uniform(devices: 1)
        device = topology.devices[0].address
        model = try HostModel(topology, entropy: SeededEntropy(seed: 1), traceCapacity: 0)
        let isReady = model.prepareForForeignHost(device, policy: .strict)
        guard isReady, let root = model.rootCertificate(of: device) else { throw NotDone("\(device) is no device") }
        settings = ForeignDeviceSettings(attaching: device, root: root)
    }

    /// Drives the device to RUN, once; everything runs here, one after the other.
    func attach() async throws -> (requester: Spending, responder: Spending) {
        let start = Spending.now
        let report = try await ForeignDevice.run(over: self, settings)
        let whole = Spending.now - start
        try report.requireRun()
        return (whole - responder, responder)
    }

    func exchange(_ object: [UInt8]) async throws(TransportError) -> [UInt8] {
        let start = Spending.now
        let answer = answer(object)
        responder = responder + (Spending.now - start)
        guard let answer else { throw .closed }
        return answer
    }

    private func answer(_ object: [UInt8]) -> [UInt8]? {
        switch DOERequest(decoding: object.span) {
        case .discovery(let request): try? DOEDiscovery.Response(to: request).doeObject()
        case .message(let message): try? model.answer(message, of: device)?.doeObject()
        case .unsupported, .malformed: nil
        }
    }
}

extension ForeignDeviceSettings {
    /// Attaches an emulated device and leaves it in RUN. It must keep every rule.
    init(attaching device: FunctionAddress, root: [UInt8]) {
        self.init(.convert, device, now: { 1_767_225_600 })
        anchor = .roots([root])
        stops = false
    }
}

extension ForeignDeviceReport {
    /// Throws unless the interface was brought to RUN, with all evidence.
    func requireRun() throws {
        try require(states.last == .run, "the interface is in RUN: \(states)")
        try require(areMeasurementsSigned && stream != nil && admissions.isEmpty, "and nothing was let pass")
    }
}
