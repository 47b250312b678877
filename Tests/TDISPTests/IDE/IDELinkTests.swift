import TDISP
import Testing

/// Requester and responder against each other, through bytes.
@Suite struct `IDE link` {
    @Test func `without faults the stream comes up, refreshes, carries traffic throughout and goes down`() throws {
        var link = IDELinkModel(seed: 1)
        try link.take(.start(.k0))
        _ = try link.settle()
        var reports: [IDERequester.Report] = [.secure(.k0)]
        expect(link.reports, reports)
        for keySet in [IDEKeySet.k1, .k0, .k1] {
            var works = link.exchangeTraffic()
            #expect(works)
            try link.take(.refresh)
            while try link.tick() {
                works = link.exchangeTraffic()
                #expect(works)
            }
            reports.append(.secure(keySet))
            expect(link.reports, reports)
        }
        let keys = link.keysMade
        #expect(keys.count == 24)
        #expect(Set(keys).count == 24)
        try link.take(.stop)
        _ = try link.settle()
        reports.append(.closed(.init(failure: nil, isConfirmed: true)))
        expect(link.reports, reports)
        expectDown(link)
    }

    private func expect(_ seen: [IDERequester.Report], _ expected: [IDERequester.Report]) { #expect(seen == expected) }

    /// Both ends Insecure and without keys.
    private func expectDown(_ link: borrowing IDELinkModel) {
        let device = link.device.stream(link.key)
        let rootPort = link.rootPort
        let leftOver = [link.device.keys[link.key]?.count ?? 0, link.rootPortKeys.count]
        #expect(device?.isSecure == false)
        #expect(device?.keys == nil)
        #expect(!rootPort.isSecure)
        #expect(rootPort.keys == nil)
        #expect(leftOver == [0, 0])
    }

    /// What must hold whenever the requester rests, after orders that did not leave it idle.
    private func expectSound(_ link: inout IDELinkModel, hostIsReliable: Bool) {
        let state = link.requester
        let keys = link.keysMade
        #expect(Set(keys).count == keys.count)
        switch state {
        case .secure(let secure):
            let works = link.exchangeTraffic()
            #expect(works)
            #expect(link.device.stream(link.key)?.transmitKeySet(.posted) == secure.keySet)
        case .closed(let closed):
            let anySecure = link.rootPort.isSecure || link.device.stream(link.key)?.isSecure == true
            if closed.isConfirmed { expectDown(link) } else if hostIsReliable { #expect(!anySecure) }
        case .idle, .querying, .obtainingKey, .programmingDevice, .programmingRootPort, .activatingDevice,
            .activatingRootPort, .enabling, .confirming, .disabling, .stoppingDevice, .stoppingRootPort:
            Issue.record("not at rest: \(state.name)")
        }
    }

    /// How bad a run is.
    struct Weather: Sendable, CustomStringConvertible {
        let description: String
        var loss = 0
        var duplicates = 0
        var reordering = 0
        var busy = 0
        var hostFaults = 0
        /// Whether no run may end otherwise than as ordered.
        var isHarmless = false
    }

    private static let weathers = [
        Weather(description: "duplicates", duplicates: 30, isHarmless: true),
        Weather(description: "duplicates out of order", duplicates: 40, reordering: 50, isHarmless: true),
        Weather(description: "busy device", busy: 10),
        Weather(description: "losses", loss: 3),
        Weather(description: "host faults", hostFaults: 3),
        Weather(description: "storm", loss: 2, duplicates: 20, reordering: 30, busy: 5, hostFaults: 1),
    ]

    private func link(_ weather: Weather, seed: UInt64) -> IDELinkModel {
        var link = IDELinkModel(seed: seed)
        link.toDevice = IDEFaultyWay(
            lossPercent: weather.loss, duplicatePercent: weather.duplicates, reorderPercent: weather.reordering)
        link.toHost = link.toDevice
        link.busyPercent = weather.busy
        link.hostFaultPercent = weather.hostFaults
        return link
    }

    @Test(arguments: weathers, 0..<UInt64(50))
    func `whatever happens on the way, every order ends at rest and in a sound state`(weather: Weather, seed: UInt64)
        throws
    {
        var link = link(weather, seed: seed)
        for order in [.start(.k0), .refresh, .refresh, .stop] as [IDERequester.Event] {
            try link.take(order)
            let ticks = try link.settle()
            #expect(ticks < 2000)
            expectSound(&link, hostIsReliable: weather.hostFaults == 0)
        }
        let reports = link.reports
        guard case .closed(let closed) = reports.last else {
            Issue.record("stop did not close: \(reports)")
            return
        }
        if weather.isHarmless {
            let expected: [IDERequester.Report] = [.secure(.k0), .secure(.k1), .secure(.k0), .closed(closed)]
            #expect(reports == expected)
            #expect(closed.failure == nil && closed.isConfirmed)
        }
    }

    @Test(arguments: [IDERequester.Event.stop, .streamLost, .sessionLost], 0..<UInt64(60))
    func `an interruption at any point of bring-up or refresh leaves a sound state`(
        event: IDERequester.Event, point: UInt64
    ) throws {
        for isRefresh in [false, true] {
            var link = IDELinkModel(seed: point)
            try link.take(.start(.k0))
            if isRefresh {
                _ = try link.settle()
                try link.take(.refresh)
            }
            for _ in 0..<point where try link.tick() {}
            if event == .sessionLost { try link.endSession() } else { try link.take(event) }
            let ticks = try link.settle()
            #expect(ticks < 2000)
            expectSound(&link, hostIsReliable: true)
        }
    }

    @Test func `a device that loses its stream is noticed, and a new machine keys it again`() throws {
        var link = IDELinkModel(seed: 3)
        try link.take(.start(.k0))
        _ = try link.settle()
        link.loseDeviceStream(.integrityCheckFailed)
        var works = link.exchangeTraffic()
        #expect(!works)
        try link.take(.streamLost)
        _ = try link.settle()
        let reports = link.reports
        #expect(reports.last == .closed(.init(failure: .streamLost, isConfirmed: true)))
        expectDown(link)
        link.startOver()
        try link.take(.start(.k1))
        _ = try link.settle()
        works = link.exchangeTraffic()
        #expect(works)
    }
}
