public import Assignment
public import PCIe
internal import TDISP

extension HostModel {
    /// What was noticed about a DSM and its functions since the last call, oldest first. Interfaces of which something
    /// may be wrong are asked for their state over the session, where there is one, and the stream's status is read.
    public mutating func drainNotices(of dsm: FunctionAddress) -> [Notice] {
        if let device = devices[dsm] {
            let suspects = notices.takeSuspects(of: dsm)
            if !suspects.isEmpty { lookAtStream(of: device) }
            for tdi in suspects where tsm.locks[tdi] != nil { question(tdi, device) }
        }
        return notices.take(of: dsm)
    }

    /// What was noticed behind a position, whoever has taken it; without one, what nobody has taken.
    public func news(after position: UInt64?) -> NoticeNews { notices.news(after: position) }

    /// What was noticed about all devices since the last call, by device.
    public mutating func drainNotices() -> [(dsm: FunctionAddress, notice: Notice)] {
        notices.devices.flatMap { dsm in drainNotices(of: dsm).map { (dsm, $0) } }
    }

    /// Reads the status of the stream at both ends: whoever wrote to a function may have written to its registers.
    private mutating func lookAtStream(of device: EmulatedDevice) {
        guard let connection = liveConnection(of: device), !connection.isSecure(on: device) else { return }
        notices.post(.connection(.streamInsecure), of: device.address)
    }

    private mutating func question(_ tdi: FunctionAddress, _ device: EmulatedDevice) {
        guard let connection = liveConnection(of: device) else { return }
        if case .state(let state) = run(.queryState, on: tdi, device, over: connection) {
            notices.post(.device(tdi, .state(state)), of: device.address)
        }
    }
}
