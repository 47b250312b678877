public import ArgumentParser
public import ForeignDevice
internal import Foundation
internal import OpenSSLCrypto
internal import PCIe
internal import SPDMEndpoints
internal import SPDMTransport

/// Options about a device that is reached at an endpoint, of whatever make.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Talk to the device at this endpoint.",
            discussion: "spdm-emu://HOST:PORT, spdm-emu+unix:///PATH or spdm-emu+stdio:", valueName: "url"),
        transform: { try parsed { try Endpoint(parsing: $0) }($0) })
    var endpoint: Endpoint?

    @Option(
        help: ArgumentHelp(
            "The root certificates that the device's chain may begin with.",
            discussion: "A PEM or DER file with any number of them, or sha384:HEX, the digest of one in DER.",
            valueName: "file|digest"))
    var trust: String?

    @Option(
        help: ArgumentHelp(
            "What configuration space calls the device, to compare its certificate with.",
            discussion: "Vendor=1d05:Device=0a01:CC=120000:REV=00:SSVID=1d05:SSID=0000", valueName: "name"),
        transform: { text in
            guard let name = PCIDeviceName(text) else { throw ValidationError("'\(text)' is not the name of a device") }
            return name
        })
    var pciName: PCIDeviceName?

    @Option(
        help: ArgumentHelp("Number of the device's port in IDE_KM. Default: 0.", valueName: "index"))
    var port: UInt8?

    @Option(
        help: ArgumentHelp(
            "A rule that the device may break, by its name below; can be given more than once.",
            discussion: ForeignDeviation.allCases.map { "\($0.rawValue): \($0.explanation)" }.joined(separator: "\n"),
            valueName: "name"))
    var allowDeviation: [ForeignDeviation] = []

    @Flag(help: "Also ask the device for what it must refuse, such as TDISP outside a session.")
    var probe = false

    @Option(
        help: ArgumentHelp("Write the data objects that pass into a file for Wireshark.", valueName: "file"))
    var pcap: String?

    @Option(
        help: ArgumentHelp(
            "Write the session's secrets into a new file.",
            discussion: "Who has it reads everything that passed.", valueName: "file"))
    var keylog: String?

    func validate() throws {
        guard endpoint == nil else { return }
        let isGiven =
            trust != nil || pciName != nil || port != nil || !allowDeviation.isEmpty || probe || pcap != nil
            || keylog != nil
        guard !isGiven else {
            throw ValidationError(
                "--trust, --pci-name, --port, --allow-deviation, --probe, --pcap and --keylog need --endpoint")
        }
    }
}

/// Turns a typed error of a parser into one of the arguments.
private func parsed<Value>(_ parse: @escaping (String) throws -> Value) -> (String) throws -> Value {
    { text in
        do {
            return try parse(text)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension EndpointOptions {
    /// What a chain must end in; nil when no root was named. Throws ``Failure`` when the file cannot be read.
    func anchor() throws(Failure) -> TrustAnchor? {
        guard let trust else { return nil }
        if trust.hasPrefix("sha384:") {
            guard let digest = [UInt8](hexadecimal: trust.dropFirst(7)), digest.count == 48 else {
                throw Failure(.usage, "'\(trust)' is no SHA-384 digest", next: "sha384: and 96 hexadecimal digits")
            }
            return .rootDigest(digest, .sha384)
        }
        return .roots(try certificates(in: trust))
    }

    private func certificates(in file: String) throws(Failure) -> [[UInt8]] {
        let bytes = try FileContents.read(file)
        do {
            // DER begins with the tag of a sequence; PEM is text.
            let found =
                bytes.first == 0x30
                ? try CertificateChain.split(bytes.span) : try Certificate.encodings(inPEM: bytes.span)
            guard !found.isEmpty else { throw CertificateError(.trustedRoot, .encoding, "there is no certificate") }
            for encoding in found { _ = try Certificate(encoding) }
            return found
        } catch {
            throw Failure(.usage, "\(file): \(error)", next: "give a PEM or DER file of root certificates")
        }
    }

    /// The settings of a conversation about an interface.
    func settings(
        _ goal: ForeignDeviceSettings.Goal, _ interface: FunctionAddress
    ) throws(Failure) -> ForeignDeviceSettings {
        var settings = ForeignDeviceSettings(goal, interface) { Int64(Date().timeIntervalSince1970) }
        settings.portIndex = port ?? 0
        settings.anchor = try anchor()
        settings.pciName = pciName
        settings.allowed = Set(allowDeviation)
        settings.probes = probe
        return settings
    }
}

/// Files that are named on the command line.
enum FileContents {
    /// All bytes of a file. Throws ``Failure``.
    static func read(_ file: String) throws(Failure) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: file)))
        } catch {
            throw Failure(.notFound, "\(file) cannot be read", seen: error.localizedDescription)
        }
    }
}

extension [UInt8] {
    /// Reads hexadecimal digits; nil when there is anything else, or half a byte.
    fileprivate init?(hexadecimal text: some StringProtocol) {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension ForeignDeviation: ExpressibleByArgument {}
