public import ArgumentParser
public import MachineGraph
internal import PCIe

/// How devices are written and completed.
enum DeviceArgument {
    /// Reads an address. Throws `ValidationError`, which ends in exit code 2.
    static func parse(_ text: String) throws -> FunctionAddress {
        do throws(FunctionAddress.ParseError) {
            return try FunctionAddress(parsing: text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// Completes to the devices of the host that runs; starts none.
    static let completion = CompletionKind.shellCommand(
        "env -u TDISPCTL_TOPOLOGY tdispctl list 2>/dev/null | awk 'NR > 1 { print $1 }'")
}

extension [FunctionAddress] {
    /// Each device once, in the order in which they were named first.
    var unique: [FunctionAddress] {
        var seen: Set<FunctionAddress> = []
        return filter { seen.insert($0).inserted }
    }
}

/// How the name of a pre-shared key is written.
enum HintArgument {
    /// Reads text, or `hex:DIGITS`. Throws `ValidationError`.
    static func parse(_ text: String) throws -> [UInt8] {
        guard let hint = Credentials.hint(text) else {
            throw ValidationError("'\(text)' is not hex: and an even number of hexadecimal digits")
        }
        return hint
    }
}

extension MachineGraph.Machine: ExpressibleByArgument {}
extension MachineGraph.Format: ExpressibleByArgument {}
