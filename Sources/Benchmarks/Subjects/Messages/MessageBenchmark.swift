import Foundation
import TDISP

/// Every message of SPDM, TDISP and IDE_KM: what it costs to read and to write one.
enum MessageBenchmark {
    static func figures() throws -> [Figure] {
        try (MessageSample.tdisp + MessageSample.spdm).flatMap(figures) + reportFigures()
    }

    private static func figures(of sample: MessageSample) throws -> [Figure] {
        try require(sample.encode(1) == sample.bytes, "\(sample.name) encodes to what is decoded")
        let bytes = sample.bytes
        let decode = try measure { try sample.decode(bytes, $0) }
        let encode = measure { blackHole(sample.encode($0)) }
        let copy = measure { times in
            for _ in 0..<times { blackHole([UInt8](copying: bytes)) }
        }
        let most = sample.isFixedSize ? 0.0 : 1.0
        let name = "\(sample.name) (\(bytes.count) bytes)"
        return [
            Figure(
                group: "messages", name: "decode \(name)", value: decode.nanoseconds, unit: .nanoseconds,
                reference: Reference("copying the bytes", copy.nanoseconds, of: decode.nanoseconds)),
            Figure(
                group: "messages", name: "decode \(sample.name)", value: decode.allocations, unit: .allocations,
                target: .atMost(most, decode.allocations)),
            Figure(
                group: "messages", name: "encode \(name)", value: encode.nanoseconds, unit: .nanoseconds,
                reference: Reference("copying the bytes", copy.nanoseconds, of: encode.nanoseconds)),
            Figure(group: "messages", name: "encode \(sample.name)", value: encode.allocations, unit: .allocations),
        ]
    }

    /// The largest thing that is decoded, against the same content in JSON.
    private static func reportFigures() throws -> [Figure] {
        let report = InterfaceReport(
            info: [.dmaWithoutPASID],
            ranges: (0..<6).map { MMIORange(firstPage: UInt64($0) << 8, pageCount: 16, id: UInt16($0)) },
            deviceSpecificInfo: [UInt8](repeating: 0x5A, count: 64))
        let bytes = report.encoded()
        let json = try JSONEncoder().encode(report)
        try require(try InterfaceReport.decode(bytes.span) == report, "the report decodes to itself")
        try require(try JSONDecoder().decode(InterfaceReport.self, from: json) == report, "and so does its JSON")
        let decode = try measure { times in
            for _ in 0..<times { blackHole(try InterfaceReport.decode(bytes.span)) }
        }
        let decodeJSON = try measure { times in
            for _ in 0..<times { blackHole(try JSONDecoder().decode(InterfaceReport.self, from: json)) }
        }
        return [
            Figure(
                group: "messages", name: "decode interface report (\(bytes.count) bytes)", value: decode.nanoseconds,
                unit: .nanoseconds,
                reference: Reference("the same as JSON", decodeJSON.nanoseconds, of: decode.nanoseconds)),
            Figure(
                group: "messages", name: "decode interface report: two arrays", value: decode.allocations,
                unit: .allocations, target: .atMost(2, decode.allocations)),
        ]
    }
}

extension [UInt8] {
    /// A copy in memory of its own.
    fileprivate init(copying bytes: [UInt8]) {
        self = []
        reserveCapacity(bytes.count)
        append(contentsOf: bytes)
    }
}
