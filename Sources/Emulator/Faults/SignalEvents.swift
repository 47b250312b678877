internal import Assignment
internal import IOMMU
internal import PCIe

// Signs of trouble that a host counts or hears of, while nothing else has come of them yet. The kernel counts errors of ports
// in files (`aer_dev_correctable`, `aer_dev_nonfatal`, `aer_dev_fatal`); the status bits stay until somebody clears them.

/// What is counted, and where. What a port sees is counted for its device, by the address of function 0.
struct SignalCounter: Hashable {
    let place: FunctionAddress
    let kind: SignalKind
    let source: Signal.Source
}

extension HostModel {
    /// Something was seen so many times. Every locked interface behind a port is told what the port counts, as the port does
    /// not know whose packet it was.
    mutating func count(
        _ kind: SignalKind, _ times: Int = 1, at source: Signal.Source?, of address: FunctionAddress
    ) {
        guard times > 0, let (device, function) = locate(address) else { return }
        let source = source ?? kind.usualSource
        let bits = kind.errorBits
        let counter = SignalCounter(place: bits == nil ? address : device.address, kind: kind, source: source)
        signalCounts[counter, default: 0] += UInt64(times)
        if let bits { show(bits, at: source, of: device) }
        let signal = Signal(kind, from: source, at: time, reading: signalCounts[counter])
        for each in bits == nil ? [function] : device.functions where tsm.locks[each.address] != nil {
            notices.post(.signal(each.address, signal), of: device.address)
        }
    }

    /// The IOMMU of a segment may have fenced VMs off: every locked interface of such a VM is told, once for each fence.
    mutating func tellOfFences(in segment: UInt16) {
        let fenced = Set(memory.units[segment]?.fencedDomains ?? [])
        for number in fenced.subtracting(toldFences[segment] ?? []).sorted() {
            for (address, software) in software.sorted(by: { $0.key < $1.key })
            where address.segment == segment && software.domain.flatMap({ domains[$0]?.number }) == number {
                count(.asidFenced, at: .iommu, of: address)
            }
        }
        toldFences[segment] = fenced
    }

    private func show(_ bits: ErrorBits, at source: Signal.Source, of device: EmulatedDevice) {
        switch source {
        case .rootPort: device.rootPort.registers.show(bits)
        case .device, .tsm, .iommu, .guest, .hypervisor: device.functions[0].registers.show(bits)
        }
    }
}

/// Bits of the error status registers.
private struct ErrorBits {
    var uncorrectable: ErrorReportingCapability.Uncorrectable = []
    var correctable: ErrorReportingCapability.Correctable = []
}

extension SignalKind {
    /// How a port shows it; nil: it is not an error of a port.
    fileprivate var errorBits: ErrorBits? {
        switch self {
        case .correctableErrors: ErrorBits(correctable: .badTLP)
        case .nonFatalErrors: ErrorBits(uncorrectable: .completionTimeout)
        case .fatalErrors: ErrorBits(uncorrectable: .dataLinkProtocol)
        case .ideCheck: ErrorBits(uncorrectable: .ideCheckFailed)
        case .misroutedIDE: ErrorBits(uncorrectable: .misroutedIDE)
        case .pcrcCheck: ErrorBits(uncorrectable: .pcrcCheckFailed)
        case .streamInsecure, .allOnes, .memoryAllOnes, .boundEmptied, .filesVanished, .evidenceChanged,
            .evidenceFailing, .sessionLost, .heartbeatMissed, .answersUnlocked, .answersLocked, .answersError,
            .deviceReset, .driverErrors, .driverTimeout, .translationFault, .asidFenced, .domainStopped,
            .hostdevRemoved, .answersRun, .streamSecure:
            nil
        }
    }
}

extension FunctionRegisters {
    /// Sets error status bits, as hardware does.
    fileprivate mutating func show(_ bits: ErrorBits) {
        guard let errors = try? ErrorReportingCapability(in: space) else { return }
        space.store(errors.uncorrectable.union(bits.uncorrectable).rawValue, at: errors.uncorrectableOffset)
        space.store(errors.correctable.union(bits.correctable).rawValue, at: errors.correctableOffset)
    }
}
