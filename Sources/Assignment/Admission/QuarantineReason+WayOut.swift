public import PCIe

extension QuarantineReason {
    /// What an operator does about it: what to look at first, and the command that leads the device out.
    public func wayOut(of device: FunctionAddress) -> String {
        let out = "tdispctl recover --from-quarantine 'WHY' \(device)"
        return switch self {
        case .cutUnconfirmed:
            "take all memory that it ever reached for reachable; power the slot off, then \(out)"
        case .stopUnconfirmed, .returnNotProven:
            "tdispctl history \(device); then \(out) --allow-conventional-reset, once its siblings may fall"
        case .siblingsInUse:
            "release the locked siblings (tdispctl list), then \(out); or let them fall: \(out) --take-siblings"
        case .resetFailed: "power cycle the slot, then \(out)"
        case .identityChanged:
            "find out who changed card or firmware; if it is as it should be, \(out) --accept-identity"
        case .mappingsNotRestored: "look at the domain and its memory, then \(out)"
        case .detachFailed: "look at the domain's XML (tdispctl show \(device) --domain-xml), then \(out)"
        case .needsRekey: "release the locked siblings (tdispctl list), then \(out)"
        case .hostDriverNotReturned: "look at the host's kernel log, then \(out)"
        }
    }
}
