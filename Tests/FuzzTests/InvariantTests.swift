import PCIe
import TDISP
import Testing
import WireBytes

@testable import FuzzEntries

@Suite struct `Fuzzing invariants` {
    @Test(arguments: [
        WireError(.truncated, at: 4, in: "f"), WireError(.truncated, at: -1, in: "f"),
        WireError(.trailingBytes, at: 3, in: "f"), WireError(.invalidValue, at: 3, in: "f"),
    ]) func `an error that points outside the bytes is found`(error: WireError) {
        #expect(throws: BrokenInvariant.self) {
            try accepted([1, 2, 3]) { _ throws(WireError) -> Int in throw error }
        }
    }

    @Test func `an error that points at the missing bytes is a refusal`() throws {
        let error = WireError(.truncated, at: 3, in: "f")
        #expect(try accepted([1, 2, 3]) { _ throws(WireError) -> Int in throw error } == nil)
    }

    @Test(arguments: ["\n", "\u{1B}[2J", "\u{7F}", "\u{9B}", "\u{2028}"])
    func `a text that does something to a terminal is found`(text: String) {
        #expect(throws: BrokenInvariant.self) { try requireOneLine("a\(text)b") }
    }

    @Test func `every state of a TDI is reached once`() throws {
        let names = try DeviceModel.everyState.get().map { device in
            try #require(device.dsm.interface(DeviceModel.interface)).tdi.name
        }
        #expect(
            names == [
                "unlocked", "inspecting", "locking", "locked", "checkingNonce", "starting",
                "run", "adjusting", "stopping", "failing", "error",
            ])
    }

    @Test func `a DSM that enters RUN although no START showed the nonce is found`() throws {
        let states = try DeviceModel.everyState.get().map(\.dsm)
        var observer = DeviceObserver(interfaceCount: 3)
        #expect(throws: BrokenInvariant("RUN without a START that showed the nonce of the lock")) {
            try observer.check(
                states[3], .completed(.adjusted, on: DeviceModel.interface), DSM.Transition(states[6], .none))
        }
    }

    @Test func `a DSM that refuses and changes its state all the same is found`() throws {
        let states = try DeviceModel.everyState.get().map(\.dsm)
        var observer = DeviceObserver(interfaceCount: 3)
        let interfaceID = InterfaceID(requesterID: DeviceModel.interface)
        let refusal = TDISPResponse.error(.busy).encoded(from: interfaceID)
        #expect(throws: BrokenInvariant("an answer at once came with a change")) {
            try observer.check(
                states[6],
                .received(
                    TDISPRequest.getInterfaceState.encoded(to: interfaceID), over: DeviceModel.sessionA),
                DSM.Transition(states[10], .respond(refusal, over: DeviceModel.sessionA)))
        }
    }

    @Test func `a DSM that says another state than its own is found`() throws {
        let states = try DeviceModel.everyState.get().map(\.dsm)
        var observer = DeviceObserver(interfaceCount: 3)
        let interfaceID = InterfaceID(requesterID: DeviceModel.interface)
        let answer = TDISPResponse.interfaceState(.run).encoded(from: interfaceID)
        #expect(throws: BrokenInvariant.self) {
            try observer.check(
                states[3],
                .received(
                    TDISPRequest.getInterfaceState.encoded(to: interfaceID), over: DeviceModel.sessionA),
                DSM.Transition(states[3], .respond(answer, over: DeviceModel.sessionA)))
        }
    }
}

extension TDI {
    fileprivate var name: String {
        switch self {
        case .unlocked: "unlocked"
        case .inspecting: "inspecting"
        case .locking: "locking"
        case .locked: "locked"
        case .checkingNonce: "checkingNonce"
        case .starting: "starting"
        case .run: "run"
        case .adjusting: "adjusting"
        case .stopping: "stopping"
        case .failing: "failing"
        case .error: "error"
        }
    }
}
