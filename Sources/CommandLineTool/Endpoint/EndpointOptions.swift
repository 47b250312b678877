public import ArgumentParser
public import ForeignDevice
internal import Foundation
internal import PCIe
internal import SPDMEndpoints
internal import SPDMTransport

/// Options about a device that is reached at an endpoint, of whatever make.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Talk to the device at this endpoint.",
            discussion: "spdm-emu://HOST:PORT, spdm-emu+unix:///PATH or spdm-emu+stdio:", valueName: "url"),
        transform: { text in
            do throws(Endpoint.ParseError) { return try Endpoint(parsing: text) } catch {
                throw ValidationError(error.description)
            }
        })
    var endpoint: Endpoint?

    @Option(
        help: ArgumentHelp(
            "The root certificates that the device's chain may begin with.",
            discussion: "A PEM or DER file with any number of them, or sha384:HEX, the digest of one in DER.",
            valueName: "file|digest"))
    var trust: String?

    @Option(
        help: ArgumentHelp(
            "The device's public key, if you have it.",
            discussion: "PEM or DER. A device without certificates is known by it; a chain has to be about it, and "
                + "be one that --trust takes, where that is given.",
            valueName: "file"))
    var publicKey: String?

    @Option(
        help: ArgumentHelp(
            "Show this certificate chain when the device asks who you are.",
            discussion: "PEM, or DER certificates one behind the other; the root first.", valueName: "file"))
    var certificates: String?

    @Option(
        help: ArgumentHelp(
            "The private key of its last certificate; alone, one that the device knows.",
            discussion: "PEM or DER, not encrypted.", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Open the session with a key that the device has too: the bytes of this file.",
            discussion: "Certificates are then asked for only with --trust or --public-key.", valueName: "file"))
    var psk: String?

    @Option(
        help: ArgumentHelp(
            "What the device calls that key: text, or hex:DIGITS. Default: nothing.", valueName: "hint"),
        transform: HintArgument.parse)
    var pskHint: [UInt8]?

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
        help: ArgumentHelp(
            "Give up after this many seconds, and undo what was done. Default: 120.", valueName: "seconds"))
    var timeLimit: Double?

    @Option(
        help: ArgumentHelp("Write the data objects that pass into a file for Wireshark.", valueName: "file"))
    var pcap: String?

    @Option(
        help: ArgumentHelp(
            "Write the session's secrets into a new file.",
            discussion: "Who has it reads everything that passed.", valueName: "file"))
    var keylog: String?

    func validate() throws {
        guard certificates == nil || key != nil else { throw ValidationError("--certificates needs --key") }
        guard pskHint == nil || psk != nil else { throw ValidationError("--psk-hint needs --psk") }
        if let timeLimit {
            // Longer than anybody waits, and far from what a duration cannot hold.
            guard timeLimit > 0, timeLimit <= 1e6 else {
                throw ValidationError("--time-limit takes seconds, more than 0 and at most 1000000")
            }
        }
        guard endpoint == nil else { return }
        let files = [trust, publicKey, certificates, key, psk, pcap, keylog]
        let isGiven =
            files.contains { $0 != nil } || pciName != nil || port != nil || !allowDeviation.isEmpty || probe
            || timeLimit != nil
        guard !isGiven else {
            throw ValidationError(
                "--trust, --public-key, --certificates, --key, --psk, --pci-name, --port, --allow-deviation, --probe, "
                    + "--time-limit, --pcap and --keylog need --endpoint")
        }
    }
}

extension EndpointOptions {
    /// The settings of a conversation about an interface.
    func settings(
        _ goal: ForeignDeviceSettings.Goal, _ interface: FunctionAddress
    ) throws(Failure) -> ForeignDeviceSettings {
        var settings = ForeignDeviceSettings(goal, interface) { Int64(Date().timeIntervalSince1970) }
        settings.portIndex = port ?? 0
        settings.anchor = try trust.map { (text) throws(Failure) in try Credentials.anchor(text) }
        settings.deviceKey = try publicKey.map { (file) throws(Failure) in try Credentials.publicKey(in: file) }
        settings.identity = try Credentials.identity(certificates: certificates, key: key)
        settings.preSharedKey = try Credentials.preSharedKey(psk, hint: pskHint)
        settings.pciName = pciName
        settings.allowed = Set(allowDeviation)
        settings.probes = probe
        if let timeLimit { settings.timeLimit = .seconds(timeLimit) }
        return settings
    }
}

extension ForeignDeviation: ExpressibleByArgument {}
