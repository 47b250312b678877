internal import ForeignDevice
internal import PCIe
internal import SPDM
internal import SPDMTransport

/// One conversation with the device at an endpoint: connection, capture, progress, result.
struct EndpointConversation {
    let options: EndpointOptions
    let endpoint: Endpoint
    let output: OutputFormat
    let isQuiet: Bool

    /// Talks to the device and prints what came of it. Throws ``Failure``.
    func run(_ goal: ForeignDeviceSettings.Goal, _ interface: FunctionAddress) async throws {
        let log = try openKeyLog()
        let settings = try options.settings(goal, interface, log)
        let capture = try openCapture()
        let result = await converse(settings, capture)
        let complaints = [await capture?.finish(), log?.finish()].compactMap(\.self)
        for complaint in complaints { Console.err("tdispctl: \(complaint)\n") }
        if let report = result.report {
            switch output {
            case .json:
                Console.outJSON("ForeignDevice", [ForeignDeviceView(report, endpoint, result.failure)])
            case .table: Console.out(Self.text(report, result.failure))
            }
        }
        if let failure = result.failure { throw failure }
        if let complaint = complaints.first { throw Failure(.failed, "\(complaint)") }
    }

    private func converse(
        _ settings: ForeignDeviceSettings, _ capture: ObjectCapture?
    ) async -> (report: ForeignDeviceReport?, failure: Failure?) {
        let client: SPDMSocketClient
        do throws(TransportError) {
            client = try await SPDMSocketClient.connect(to: endpoint, capture: capture)
        } catch {
            return (nil, Failure(error, endpoint))
        }
        do throws(ForeignDeviceFailure) {
            let report = try await ForeignDevice.run(over: client, settings, progress: progress)
            await client.close()
            return (report, nil)
        } catch {
            await client.close()
            return (error.report, Failure(error, endpoint))
        }
    }

    private var progress: @Sendable (ForeignDeviceStep, String) -> Void {
        guard !isQuiet, Console.isLive else { return { _, _ in } }
        return { step, detail in Console.err("  \(step.rawValue.padded(to: 14)) \(detail)\n") }
    }

    /// The lines of a report; its conclusion only when it was reached.
    private static func text(_ report: ForeignDeviceReport, _ failure: Failure?) -> String {
        let lines = failure == nil ? report.lines : report.lines.dropLast()
        return lines.map { $0 + "\n" }.joined()
    }

    private func openCapture() throws(Failure) -> ObjectCapture? {
        guard let file = options.pcap else { return nil }
        do throws(CaptureError) {
            return try ObjectCapture(to: file) { .now }
        } catch {
            throw Failure(.failed, "\(error)", next: "name a file that can be written")
        }
    }

    private func openKeyLog() throws(Failure) -> KeyLog? {
        guard let file = options.keylog else { return nil }
        Console.err("tdispctl: warning: the session's secrets are written to \(file); who has them reads the session\n")
        do throws(CaptureError) {
            return try KeyLog(to: file)
        } catch {
            throw Failure(.failed, "\(error)", next: "name a file that is not there yet")
        }
    }
}

extension Failure {
    /// The endpoint cannot be talked to.
    init(_ error: TransportError, _ endpoint: Endpoint) {
        let status: ExitStatus =
            switch error {
            case .overdue: .unknown
            case .unreachable, .cannotListen, .notAnEmulator, .closed, .frameTooLong, .unexpectedCommand,
                .wrongTransport, .notAnObject, .inUse, .ended, .failed:
                .unreachable
            }
        self.init(
            status, "no conversation with \(endpoint)", seen: "\(error)", next: "is something listening there?")
    }

    /// A conversation that ended early.
    fileprivate init(_ failure: ForeignDeviceFailure, _ endpoint: Endpoint) {
        let left =
            failure.leftovers.isEmpty ? "the device is as it was found" : failure.leftovers.joined(separator: "; ")
        let allow = failure.deviations.map { "--allow-deviation \($0.rawValue)" }.joined(separator: " ")
        self.init(
            failure.status, "\(failure.step.rawValue) at \(endpoint) came to nothing", seen: "\(failure.reason)",
            place: left, next: allow.isEmpty ? nil : "if that is expected of this device: \(allow)")
    }
}

extension ForeignDeviceFailure {
    fileprivate var status: ExitStatus {
        switch reason {
        case .transport(.overdue): .unknown
        case .transport: .unreachable
        case .deviations, .refused: .refused
        case .spdm(let failure): failure.status
        case .discovery, .stream, .interface: .failed
        case .noRandomness: .lacking
        }
    }
}

extension RequesterFailure {
    /// What is wrong with who the device is, is a refusal of ours; silence leaves open what it did.
    fileprivate var status: ExitStatus {
        switch reason {
        case .signature, .verifyData, .chainDigest, .untrusted, .notAllowed, .recordNotAuthentic, .unprotected: .refused
        case .noAnswer, .notReady: .unknown
        case .busy: .busy
        case .refused, .malformed, .unexpected, .requestTooLarge, .responseTooLarge, .notPossible, .crypto, .closed:
            .failed
        }
    }
}
