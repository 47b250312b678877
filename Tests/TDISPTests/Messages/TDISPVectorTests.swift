import PCIe
import TDISP
import Testing

@Suite struct `TDISP of another implementation` {
    @Test(arguments: ["1.1", "1.2", "1.3"]) func `recorded messages decode and re-encode identically`(
        _ version: String
    ) throws {
        let recording = try Recording("tdisp-sequence-v\(version)")
        #expect(recording.exchanges.count == 11)
        for exchange in recording.exchanges {
            let header = try TDISPHeader.decode(exchange.request.span)
            let request = try TDISPRequest.decode(exchange.request.span)
            #expect(request.encoded(to: header.interfaceID) == exchange.request, "\(exchange.title)")
            let response = try TDISPResponse.decode(exchange.response.span)
            #expect(response.encoded(from: header.interfaceID) == exchange.response, "\(exchange.title)")
            #expect(response.type == request.type.response, "\(exchange.title)")
        }
    }

    @Test func `the recorded report decodes to what its device means and re-encodes identically`() throws {
        let exchanges = try Recording("tdisp-sequence-v1.2").exchanges
        let bytes = exchanges.flatMap { exchange -> [UInt8] in
            guard case .interfaceReport(let portion) = try? TDISPResponse.decode(exchange.response.span) else {
                return []
            }
            return portion.bytes
        }
        let report = try InterfaceReport.decode(bytes.span)
        #expect(report == EmulatedSample.report)
        #expect(report.encoded() == bytes)
    }

    @Test func `every recorded error re-encodes identically, except for its version`() throws {
        for exchange in try Recording("tdisp-negative-v1.2").exchanges {
            let header = try TDISPHeader.decode(exchange.response.span)
            let response = try TDISPResponse.decode(exchange.response.span)
            #expect(
                response.encoded(from: header.interfaceID, version: header.version) == exchange.response,
                "\(exchange.title)")
        }
    }
}

/// The sample device of the recordings.
enum EmulatedSample {
    static let requesterID = RequesterID(rawValue: 0xBEEF)

    static let report = InterfaceReport(
        info: [.noFirmwareUpdate, .dmaWithoutPASID],
        ranges: [
            MMIORange(firstPage: 0, pageCount: 1, attributes: .nonTEEMemory, id: 1),
            MMIORange(firstPage: 0x8000, pageCount: 4, attributes: .updatable, id: 2),
            MMIORange(firstPage: 0x1_0000, pageCount: 8, attributes: .updatable, id: 3),
            MMIORange(firstPage: 0x2_0000, pageCount: 8, attributes: .updatable, id: 4),
        ],
        deviceSpecificInfo: Array("tdisp_dev_emu".utf8) + [0, 0, 0])
}
