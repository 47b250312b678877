public import Emulator
internal import Foundation
public import PCIe
public import SPDM
public import SPDMEndpoints
public import SPDMTransport
public import TDISP

/// Serves one emulated device to whoever speaks the DMTF emulators' socket protocol: sessions, IDE keys, TDISP.
///
/// There is no manager and no VM: the host around the device is the client's to imagine.
public actor DeviceServer {
    /// What happens to the device while it is served.
    public enum Event: Sendable, CustomStringConvertible {
        /// An interface is in another state.
        case changed(FunctionAddress, TDIState)
        /// A client that tried to prove who it is got no session.
        case refused(RequesterRefusal)

        /// One line.
        public var description: String {
            switch self {
            case .changed(let function, let state): "\(function) is now \(state)"
            case .refused(let refusal): "refused a client: \(refusal)"
            }
        }
    }

    private var model: HostModel
    private var states: [FunctionAddress: TDIState] = [:]
    /// The device, by function 0.
    public nonisolated let device: FunctionAddress
    /// The root certificate of its chain in DER; nil with an identity of somebody's own.
    public nonisolated let root: [UInt8]?

    /// Builds the host of a device.
    ///
    /// - Parameters:
    ///   - topology: what the host consists of.
    ///   - device: any function of the device; nil: the first that has a DSM.
    ///   - policy: the versions and algorithms that it agrees to.
    ///   - terms: whom it shows itself as, and whom it takes.
    ///
    /// Throws ``DeviceServerError``.
    public init(
        _ topology: Topology, device: FunctionAddress?, policy: AlgorithmPolicy = .strict,
        _ terms: ForeignTerms = ForeignTerms(), entropy: some EntropySource
    ) throws(DeviceServerError) {
        do throws(TopologyError) {
            model = try HostModel(topology, entropy: entropy)
        } catch {
            throw .topology(error)
        }
        guard let dsm = Self.dsm(of: device, topology, model) else { throw .noDevice(device) }
        self.device = dsm
        guard model.prepareForForeignHost(dsm, policy: policy, terms) else { throw .noTDISP(dsm) }
        root = terms.identity == nil ? model.rootCertificate(of: dsm) : nil
    }

    private static func dsm(
        of function: FunctionAddress?, _ topology: Topology, _ model: borrowing HostModel
    ) -> FunctionAddress? {
        guard let function else { return topology.devices.first { $0.features.contains(.teeIO) }?.address }
        return model.device(of: function)
    }

    /// Serves clients, one after the other, until one asks to end; `tell` is told what happens to the device. Throws
    /// ``TransportError``.
    public func serve(
        on server: SPDMSocketServer, tell: @escaping @Sendable (Event) -> Void
    ) async throws(TransportError) {
        states = model.states(of: device)
        try await server.serve(
            SPDMService(
                answer: { await self.answer($0, tell) },
                clientLeft: { await self.clientLeft(tell) }))
    }

    private func answer(_ message: TransportMessage, _ tell: (Event) -> Void) -> TransportMessage? {
        let answer = model.answer(message, of: device, at: Int64(Date().timeIntervalSince1970))
        if let refusal = model.takeRequesterRefusal(of: device) { tell(.refused(refusal)) }
        tellChanges(tell)
        return answer
    }

    private func clientLeft(_ tell: (Event) -> Void) {
        model.foreignHostLeft(device)
        tellChanges(tell)
    }

    private func tellChanges(_ tell: (Event) -> Void) {
        let now = model.states(of: device)
        for (function, state) in now.sorted(by: { $0.key < $1.key }) where states[function] != state {
            tell(.changed(function, state))
        }
        states = now
    }
}

/// Why a device cannot be served.
public enum DeviceServerError: Error, Sendable, CustomStringConvertible {
    /// The topology cannot be built.
    case topology(TopologyError)
    /// There is no such function, or none that could be served.
    case noDevice(FunctionAddress?)
    /// It has no TDISP.
    case noTDISP(FunctionAddress)

    /// One line.
    public var description: String {
        switch self {
        case .topology(let error): error.description
        case .noDevice(let address?): "there is no function \(address)"
        case .noDevice(nil): "no device of the topology has TDISP"
        case .noTDISP(let address): "\(address) has no TDISP"
        }
    }
}
