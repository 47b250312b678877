internal import PCIe
internal import TDISP

/// One function of an emulated device: its registers, and what it keeps of the one who uses it.
final class EmulatedFunction {
    let address: FunctionAddress
    let role: DSM.Role
    /// Its configuration space, as hardware has it.
    var registers: FunctionRegisters
    /// Whether it exists: a virtual function only while its physical one enables it.
    var isEnabled = true
    /// What its registers held when the system had been set up.
    private let initial: ConfigurationSpace
    /// The nonce of its lock.
    var vault = NonceVault()
    /// How many locks there were.
    var epoch: UInt32 = 0
    /// Whether it holds data of the one who uses it, which must be scrubbed.
    var holdsData = false
    /// DMA that was started and has not ended. Only a reset ends what is stuck.
    var inFlight = 0
    /// Whether it asks for translations and uses them (ATS).
    var isATSEnabled = false
    /// Whether it has given up all translations that it held, and nobody has taken note yet.
    var hasForgottenTranslations = false
    /// Whether it does not answer when it is asked to forget translations, which a reset cures.
    var ignoresInvalidations = false

    init(address: FunctionAddress, role: DSM.Role, registers: FunctionRegisters) {
        self.address = address
        self.role = role
        self.registers = registers
        initial = registers.space
    }

    /// Its registers are as when the system had been set up.
    func setUp() { registers.space = initial }

    /// After a reset: what can be written is zero, and nothing is under way.
    ///
    /// A physical function keeps its virtual ones: the kernel that resets it enables them again before anybody looks
    /// (Linux: `sriov_restore_state`), and that they are away in between is not modelled.
    func reset() {
        var space = initial
        let virtualization = sriov
        for offset in stride(from: 0, to: ConfigurationSpace.size, by: 4) {
            let writable = registers.writable.uint32(at: offset)
            if writable != 0 { space.store(initial.uint32(at: offset) & ~writable, at: offset) }
        }
        registers.space = space
        inFlight = 0
        hasForgottenTranslations = true
        ignoresInvalidations = false
        guard let virtualization else { return }
        registers.write(virtualization.settingNumberOfVFs(virtualization.numberOfVFs))
        registers.write(virtualization.setting(virtualization.control))
    }

    /// Its SR-IOV capability.
    var sriov: SRIOVCapability? { (try? SRIOVCapability(in: registers.space)) ?? nil }

    /// How many virtual functions its registers enable.
    var enabledVFs: Int { Int(sriov?.enabledVFs ?? 0) }

    /// Whether it has interrupts.
    var hasMSIX: Bool { ((try? MSIXCapability(in: registers.space)) ?? nil) != nil }

    var isPhysical: Bool { role == .physical }

    var canMaster: Bool { registers.space.command.contains(.busMaster) }

    /// What software keeps over a reset and compares afterwards: everything but status bits, of errors as well, and the stream
    /// registers, which belong to the platform.
    static func comparable(_ space: ConfigurationSpace) -> ConfigurationSpace {
        var space = space
        space.store(UInt16(0), at: 0x06)
        if let ide = try? IDECapability(in: space) {
            for offset in stride(from: ide.offset + 4, to: ide.end, by: 4) { space.store(UInt32(0), at: offset) }
        }
        if let errors = try? ErrorReportingCapability(in: space) {
            space.store(UInt32(0), at: errors.uncorrectableOffset)
            space.store(UInt32(0), at: errors.correctableOffset)
        }
        return space
    }
}

extension IDECapability {
    /// Offset behind the last register.
    var end: Int {
        selectiveStreams.last.map { $0.offset + $0.size } ?? linkStreams.last.map { $0.offset + 8 } ?? offset + 12
    }

    /// Writes that fit the first selective block, which is the one that the emulated platform uses.
    var block: SelectiveStreamBlock? { selectiveStreams.first }
}
