internal import ArgumentParser
internal import Assignment
internal import Foundation
internal import IOMMU
internal import Journal
internal import Libvirt
internal import OpenSSLCrypto

/// `tdispctl doctor`
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this host can do and what it lacks, and which part enforces each safety rule.")

    @OptionGroup var options: GlobalOptions

    @Flag(help: "Print the table of safety rules only.")
    var rules = false

    @Flag(help: "Print how each platform ends T=1, in the order in which that is tried.")
    var cuts = false

    func validate() throws {
        guard !rules || !cuts else { throw ValidationError("--rules and --cuts print one table each") }
    }

    func run() async throws {
        try await reporting(options) {
            if rules { return printRules() }
            if cuts { return printCuts() }
            let findings = [stateDirectory(), crypto()] + [await libvirt()] + Self.kernel()
            switch options.output {
            case .json: Console.outJSON("DoctorReport", findings)
            case .table:
                var table = TextTable("", "WHAT", "FOUND", "WHAT TO DO")
                for finding in findings {
                    table.add(finding.result.rawValue, finding.what, finding.found, finding.advice)
                }
                Console.out(table.text)
            }
            let failed = findings.filter { $0.result == .fail }.map(\.what)
            if !failed.isEmpty {
                throw Failure(.lacking, "not as tdispctl needs it: \(failed.joined(separator: ", "))")
            }
        }
    }

    private func printRules() {
        if options.output == .json { return Console.outJSON("RuleList", SafetyRule.allCases.map(RuleView.init)) }
        for rule in SafetyRule.allCases {
            Console.out("\(rule.rawValue)  (enforced by: \(rule.enforcer.rawValue))\n  \(rule.definition)\n")
        }
    }

    private func printCuts() {
        let views = PlatformProfile.allCases.map(PlatformCutsView.init)
        if options.output == .json { return Console.outJSON("CutList", views) }
        for view in views { Console.out("\(view.platform)\n\(PlatformView.table(of: view.cuts))") }
    }

    // MARK: Looking

    private func stateDirectory() -> Finding {
        do throws(JournalError) {
            let directory = try StateDirectory(at: try options.directory)
            let journal = try Journal.openForReading(in: directory)
            switch try journal.verifyHistory() {
            case .intact(let entries, _):
                if let free = directory.freeSpace, free < Self.leastFreeSpace {
                    return Finding(
                        .fail, "state directory", "\(directory.path): the disk is full, \(Bytes.text(free)) free",
                        "free space: \(Bytes.text(Self.leastFreeSpace)) at least for journal and host")
                }
                return Finding(.pass, "state directory", "\(directory.path), history intact (\(entries) entries)")
            case .broken(let sequence, _):
                return Finding(
                    .fail, "state directory", "history changed at entry \(sequence)", "tdispctl history --verify")
            }
        } catch {
            return Finding(.fail, "state directory", error.message, error.advice)
        }
    }

    /// A conversion and its way home take a few hundred kilobytes.
    private static let leastFreeSpace: UInt64 = 1 << 20

    private func crypto() -> Finding {
        do throws(CryptoError) {
            _ = try SecureRandom.bytes(count: 32)
            let digest = try HashAlgorithm.sha384.digest(of: Array("abc".utf8).span)
            return digest == Self.digestOfABC
                ? Finding(.pass, "OpenSSL", "random bytes; SHA-384 of 'abc' is right")
                : Finding(.fail, "OpenSSL", "SHA-384 of 'abc' is wrong", "reinstall OpenSSL 3")
        } catch {
            return Finding(.fail, "OpenSSL", "\(error)", "reinstall OpenSSL 3")
        }
    }

    /// SHA-384 of `abc` (FIPS 180-4, example).
    private static let digestOfABC: [UInt8] = [
        0xCB, 0x00, 0x75, 0x3F, 0x45, 0xA3, 0x5E, 0x8B, 0xB5, 0xA0, 0x3D, 0x69, 0x9A, 0xC6, 0x50, 0x07,
        0x27, 0x2C, 0x32, 0xAB, 0x0E, 0xDE, 0xD1, 0x63, 0x1A, 0x8B, 0x60, 0x5A, 0x43, 0xFF, 0x5B, 0xED,
        0x80, 0x86, 0x07, 0x2B, 0xA1, 0xE7, 0xCC, 0x23, 0x58, 0xBA, 0xEC, 0xA1, 0x34, 0xC8, 0x25, 0xA7,
    ]

    private func libvirt() async -> Finding {
        let uri = options.connect ?? "test:///default"
        do throws(LibvirtError) {
            let connection = try await LibvirtConnection.open(uri: uri)
            let count = try await connection.domains().count
            await connection.close()
            return Finding(.pass, "libvirt", "\(connection.uri): \(count) domain(s)")
        } catch {
            return Finding(
                .fail, "libvirt", "\(uri): \(error)", "is libvirt installed, and the daemon of that URI running?")
        }
    }

    /// The directory is there without an IOMMU as well, and empty.
    private static func groups(in path: String) -> Finding {
        let count = (try? FileManager.default.contentsOfDirectory(atPath: path))?.count ?? 0
        return count > 0
            ? Finding(.pass, "IOMMU", "\(count) group(s) in \(path)")
            : Finding(.warn, "IOMMU", "no group in \(path)", "enable the IOMMU in firmware and kernel")
    }

    /// What a real host would need. None of it is needed for the emulated platform.
    private static func kernel() -> [Finding] {
        func look(_ path: String, _ what: String, _ advice: String) -> Finding {
            FileManager.default.fileExists(atPath: path)
                ? Finding(.pass, what, path) : Finding(.warn, what, "\(path) is not there", advice)
        }
        return [
            look(
                "/sys/class/tsm", "TSM",
                "needs a kernel with PCI/TSM (6.19) and a platform with TDISP; emulated hosts work without"),
            groups(in: "/sys/kernel/iommu_groups"),
            look("/dev/iommu", "iommufd", "needs CONFIG_IOMMUFD; the legacy VFIO container cannot carry TDISP"),
            look("/dev/vfio", "VFIO", "modprobe vfio-pci"),
        ]
    }
}

/// One thing that doctor looked at.
struct Finding: Encodable {
    /// How it looks.
    enum Result: String, Encodable { case pass, warn, fail }

    let result: Result
    let what: String
    let found: String
    let advice: String

    init(_ result: Result, _ what: String, _ found: String, _ advice: String = "") {
        self.result = result
        self.what = what
        self.found = found
        self.advice = advice
    }
}

/// A safety rule as JSON.
struct RuleView: Encodable {
    let rule: String
    let enforcedBy: String
    let definition: String

    init(_ rule: SafetyRule) {
        self.rule = rule.rawValue
        enforcedBy = rule.enforcer.rawValue
        definition = rule.definition
    }
}
