internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

extension ForeignDeviceReport {
    /// The report for an operator, line by line; the last is the conclusion.
    public var lines: [String] {
        connectionLines + identityLines + measurementLines + interfaceLines
            + notes.map { "note: \($0)" }
            + admissions.map { "admitted: \($0.deviation.rawValue), \($0.deviation.explanation) (\($0.seen))" }
            + UncheckedFact.allCases.filter(notChecked.contains).map { "not checked: \($0.explanation)" }
            + [goal == .convert ? Self.conclusion : Self.attestationConclusion]
    }

    private var connectionLines: [String] {
        var lines: [String] = []
        if let connection {
            let algorithms = connection.algorithms
            let parts = [
                "\(algorithms.hash)", "\(algorithms.asymmetric)", algorithms.tables.exchange.map { "\($0)" },
                algorithms.tables.aead.map { "\($0)" },
            ]
            let names = parts.compactMap(\.self).filter { !$0.isEmpty }
            lines.append("SPDM \(connection.version): \(names.joined(separator: ", "))")
        }
        if let session {
            lines.append("session \(session.id): \(session.words(connection))")
        }
        return lines
    }

    private var identityLines: [String] {
        guard let identity else { return [] }
        if identity.certificates.isEmpty {
            return ["identity: the key that was provisioned", "key: sha384:\(digits(identity.keyDigest))"]
        }
        let serial = identity.serialNumber.onOneLine
        return [
            "identity: serial \(serial.isEmpty ? "unknown" : serial)"
                + (identity.pciName.map { ", \($0)" } ?? ""),
            "root: sha384:\(digits(identity.rootDigest))",
            "leaf: sha384:\(digits(identity.leafDigest))",
        ]
    }

    private var measurementLines: [String] {
        guard !measurements.isEmpty else { return [] }
        let word = areMeasurementsSigned ? "signed" : "not signed"
        return ["measurements: \(measurements.count), \(word)"]
            + measurements.map { block in
                let value = block.value.prefix(64)
                let rest = block.value.count > 64 ? ".. (\(block.value.count) bytes)" : ""
                return "measurement \(block.index), \(block.kind), "
                    + (block.isRaw ? "raw " : "digest ") + digits(value) + rest
            }
    }

    private var interfaceLines: [String] {
        var lines: [String] = []
        if let stream { lines.append("stream \(stream.id): key set \(stream.keySet.rawValue), port \(stream.port)") }
        if let report = interfaceReport {
            lines.append("interface report: \(report.ranges.count) memory ranges, \(report.byteCount) bytes")
            lines += report.ranges.map { range in
                let last = range.firstPage &+ UInt64(range.pageCount) &- 1
                return "range \(range.id): pages 0x\(hex(range.firstPage, 1)) to 0x\(hex(last, 1)), attributes 0x"
                    + hex(range.attributes.rawValue, 4)
            }
        }
        if !states.isEmpty { lines.append("states: \(states.map(\.description).joined(separator: ", "))") }
        return lines
    }

    private func digits(_ bytes: some Collection<UInt8>) -> String {
        bytes.isEmpty ? "none" : bytes.map { hex($0, 2) }.joined()
    }
}

extension RequesterSession {
    /// How it is protected, and who proved what.
    func words(_ connection: NegotiatedConnection?) -> String {
        var words = [isEncrypted ? "encrypted" : "authenticated only"]
        switch key {
        case .psk: words.append("by a pre-shared key")
        case .slot:
            if isMutual { words.append("both ends authenticated") }
            let isInTheClear = connection?.common.contains(.handshakeInTheClear) == true
            if isInTheClear { words.append("handshake in the clear") }
        }
        return words.joined(separator: ", ")
    }
}
