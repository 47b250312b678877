/// What the host must be like for a step of a lane.
enum LaneCondition: Hashable {
    /// A VM's page is in a state.
    case page(PageState, ofVM: UInt8)
    /// A stream of the bridge is free, or none is.
    case stream(isFree: Bool)

    /// In a byte: 0: no matter; 1 for a stream that is free, 2 for none; otherwise the VM in bits 7:2, counted from 1, and
    /// its page in bits 1:0.
    struct Code: Hashable, Sendable {
        fileprivate let rawValue: UInt8

        init(_ condition: LaneCondition?) {
            rawValue =
                switch condition {
                case nil: 0
                case .stream(isFree: true)?: 1
                case .stream(isFree: false)?: 2
                case .page(let page, let vm)?: (vm + 1) << 2 | page.rawValue
                }
        }

        var isNone: Bool { rawValue == 0 }
        /// The number that it has among all.
        var number: UInt64 { UInt64(rawValue) }
        /// Whether a stream must be free; nil: no matter.
        var needsStream: Bool? { rawValue == 0 || rawValue > 3 ? nil : rawValue == 1 }
        /// The page that a VM must have; nil: no matter.
        var needed: (vm: Int, page: UInt8)? { rawValue < 4 ? nil : (Int(rawValue >> 2) - 1, rawValue & 3) }

        /// The same under other names of VMs.
        func renamed(_ names: [Int]) -> Code {
            guard let needed, let page = PageState(rawValue: needed.page) else { return self }
            return Code(.page(page, ofVM: UInt8(names[needed.vm])))
        }
    }
}
