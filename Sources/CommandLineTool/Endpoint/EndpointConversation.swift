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
        // What makes a file comes after what can be wrong without one; what only makes a new one, before what replaces one.
        var settings = try options.settings(goal, interface)
        let log = try openKeyLog()
        let capture = try openCapture()
        if let log { settings.keyLog = { log.write($0, $1, $2) } }
        let interruption = Interruption()
        settings.isInterrupted = { interruption.happened }
        let result = await interruption.during {
            await converse(settings, capture)
        } heard: { signal, earlier in
            guard earlier == 0 else { Interruption.obey(signal) }
            Console.err("\ninterrupted: stopping the interface first; again to end at once\n")
        }
        let complaints = [await capture?.finish(), log?.finish()].compactMap(\.self)
        let failure = result.failure ?? complaints.first.map { Failure(.failed, "\($0)") }
        if result.failure != nil { for complaint in complaints { Console.err("tdispctl: \(complaint)\n") } }
        if let report = result.report { show(report, failure) }
        guard let failure else { return }
        // In JSON the failure stands in the one object that was printed.
        throw Failures(all: [(interface.description, failure)], areShown: output == .json && result.report != nil)
    }

    private func show(_ report: ForeignDeviceReport, _ failure: Failure?) {
        switch output {
        case .json: Console.outJSON("ForeignDevice", [ForeignDeviceView(report, endpoint, failure)])
        case .table: Console.out(Self.text(report, failure))
        }
    }

    private func converse(
        _ settings: ForeignDeviceSettings, _ capture: ObjectCapture?
    ) async -> (report: ForeignDeviceReport?, failure: Failure?) {
        let client: SPDMSocketClient
        do throws(TransportError) {
            client = try await SPDMSocketClient.connect(to: endpoint, capture: capture)
        } catch {
            return (nil, Failure(error, connectingTo: endpoint))
        }
        do throws(ForeignDeviceFailure) {
            let report = try await ForeignDevice.run(over: client, settings, progress: progress)
            await client.close()
            return (report, nil)
        } catch {
            await client.close()
            return (error.report, Failure(error, settings.interface, endpoint))
        }
    }

    private var progress: @Sendable (ForeignDeviceStep, String) -> Void {
        guard !isQuiet else { return { _, _ in } }
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
        let log: KeyLog
        do throws(CaptureError) { log = try KeyLog(to: file) } catch {
            throw Failure(.failed, "\(error)", next: "name a file that is not there yet")
        }
        Console.err(
            "tdispctl: warning: \(file) gets the session's secrets; whoever has it can read all that passes\n")
        return log
    }
}

extension Failure {
    /// There is no connection to the endpoint.
    fileprivate init(_ error: TransportError, connectingTo endpoint: Endpoint) {
        let (status, next): (ExitStatus, String) =
            switch error {
            case .overdue: (.unknown, "try again later: it serves one client at a time")
            case .unreachable: (.unreachable, "start the device there, or correct --endpoint")
            case .cannotListen, .notAnEmulator, .closed, .frameTooLong, .unexpectedCommand, .wrongTransport,
                .notAnObject, .inUse, .ended, .failed:
                (.unreachable, "find out what listens there: it does not speak the protocol of SPDM emulators")
            }
        self.init(status, "no connection to the device at \(endpoint)", seen: "\(error)", next: next)
    }

    /// A conversation that ended early.
    fileprivate init(_ failure: ForeignDeviceFailure, _ interface: FunctionAddress, _ endpoint: Endpoint) {
        let isHome = failure.leftovers.isEmpty
        let again =
            "convert once more (tdispctl convert \(interface) --endpoint \(endpoint), options as before): "
            + "an interface that is left in ERROR is stopped first; if that is refused, reset the device"
        self.init(
            failure.status, "the conversation with \(endpoint) \(failure.end) '\(failure.step.rawValue)'",
            seen: failure.isInterrupted ? nil : "\(failure.reason)",
            place: isHome
                ? "the device is as it was found: nothing locked, no keys, no session"
                : failure.leftovers.joined(separator: "; "),
            next: isHome ? Self.advice(failure.deviations) ?? failure.missing : again)
    }

    private static func advice(_ met: [ForeignDeviation]) -> String? {
        guard !met.isEmpty else { return nil }
        let allow = met.map { "--allow-deviation \($0.rawValue)" }.joined(separator: " ")
        let pin = met.contains(.unknownRoot) ? "name the root that you trust with --trust; or, " : ""
        return pin + "if that is expected of this device: \(allow)"
    }
}

extension ForeignDeviceFailure {
    fileprivate var isInterrupted: Bool { if case .interrupted = reason { true } else { false } }

    fileprivate var end: String { isInterrupted ? "was interrupted after" : "failed at" }

    /// Which option may be what the device wants.
    fileprivate var missing: String? {
        if case .overtime = reason { return "if the device is only slow: give it longer with --time-limit SECONDS" }
        guard case .spdm(let failure) = reason else { return nil }
        switch (step, failure.reason) {
        case (.authenticate, .untrusted) where report.connection?.responder.flags.contains(.publicKeyID) == true:
            return "name the key that it was provisioned with: --public-key"
        case (.openSession, .refused) where failure.request == .keyExchange:
            return "if it wants to know who you are: --certificates and --key, or --key alone; or --psk"
        default: return nil
        }
    }

    /// What may have been left on the device is unknown, whatever the reason; else the reason decides. Somebody who has
    /// answered before could be reached.
    fileprivate var status: ExitStatus {
        guard leftovers.isEmpty else { return .unknown }
        return switch reason {
        case .transport(.overdue): .unknown
        case .transport: report.types.isEmpty ? .unreachable : .failed
        case .deviations, .refused: .refused
        case .spdm(let failure): failure.status
        case .discovery, .stream, .interface, .overtime, .interrupted: .failed
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
