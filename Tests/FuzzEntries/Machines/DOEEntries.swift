internal import PCIe
internal import SPDM

/// The input is a ``Script``: register writes and answers to a device's mailbox. ``DOEMailboxModel`` must agree with every
/// step, and an abort leads out of every state.
func fuzzDOEMailboxLife(_ input: [UInt8]) throws(BrokenInvariant) {
    var script = Script(input)
    var model = DOEMailboxModel()
    while let step = script.step() {
        switch step.what {
        case 0: try model.write(script.message())
        case 1: try model.write(wellFormed(script.message(), type: UInt8(step.which & 3)))
        case 2: try model.take(.write(.control, step.which == 0 ? 1 << 31 : UInt32(script.number())))
        case 3: for _ in 0...step.which { try model.take(.write(.readMailbox, 0)) }
        case 4: try model.answer(script.message(), isLate: step.which & 1 == 1)
        case 5: try model.take(.unanswered(UInt32(step.which)))
        case 6: try model.take(.write(.status, UInt32(script.number())))
        default: try model.take(.write(.control, 1))
        }
    }
    try model.take(.write(.control, 1))
}

/// The input is a ``Script``: objects to carry, and what the registers of the mailbox read as. ``DOEDriverModel`` must
/// agree with every step, and the last transaction ends when the registers read as zero.
func fuzzDOEDriverLife(_ input: [UInt8]) throws(BrokenInvariant) {
    let values: [UInt32] = [0, DOECapability.Status.dataObjectReady.rawValue, 1, 4, .max, 0x8000_0005]
    var script = Script(input)
    var model = DOEDriverModel()
    while let step = script.step() {
        switch step.what {
        case 0: try model.begin(wellFormed(script.message(), type: UInt8(step.which & 3)))
        case 1: try model.begin(script.message())
        case 2: try model.proceed(reading: UInt32(script.number()) | UInt32(script.number()) << 16)
        case 3: try model.proceed(reading: values[step.which % values.count])
        case 4: for _ in 0...step.which { try model.proceed(reading: 0) }
        case 5: try answer(wellFormed(script.message(), type: UInt8(step.which & 3)), &model)
        case 6: try model.lose()
        default: try model.abandon()
        }
    }
    try model.abandon()
}

/// Lets the mailbox show an object, for as many steps as that takes at most.
private func answer(_ object: [UInt8], _ model: inout DOEDriverModel) throws(BrokenInvariant) {
    for offset in stride(from: 0, to: object.count, by: 4) {
        while model.isReadingStatus { try model.proceed(reading: DOECapability.Status.dataObjectReady.rawValue) }
        try model.proceed(reading: dword(object[offset...]))
        try model.proceed(reading: 0)
    }
}

/// An object of the PCI-SIG with this payload, in which at least a DWORD is missing nothing.
func wellFormed(_ payload: [UInt8], type: UInt8) -> [UInt8] {
    let payload = payload.isEmpty ? [0] : payload
    return (try? DOEObject.encode(DOEType(vendor: DOEType.pciSIG, number: type), payload: payload.span)) ?? []
}
