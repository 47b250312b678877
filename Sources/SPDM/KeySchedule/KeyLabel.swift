internal import WireBytes

/// The labels of the key schedule, bin_str0 to bin_str9 (DSP0274, 12).
public enum KeyLabel: String, Hashable, Sendable, CaseIterable {
    /// bin_str0: from the handshake secret to the salt of the master secret.
    case derived = "derived"
    /// bin_str1: the requester's handshake secret.
    case requesterHandshake = "req hs data"
    /// bin_str2: the responder's handshake secret.
    case responderHandshake = "rsp hs data"
    /// bin_str3: the requester's application secret.
    case requesterApplication = "req app data"
    /// bin_str4: the responder's application secret.
    case responderApplication = "rsp app data"
    /// bin_str5: the key of one direction.
    case key = "key"
    /// bin_str6: the IV of one direction.
    case iv = "iv"
    /// bin_str7: the key of verify data.
    case finished = "finished"
    /// bin_str8: the export master secret.
    case exportMaster = "exp master"
    /// bin_str9: the next application secret after KEY_UPDATE.
    case trafficUpdate = "traffic upd"

    /// BinConcat: `count u16 | "spdmX.Y " | label | context`, the info of an HKDF-Expand to `count` bytes.
    public func info(count: UInt16, version: SPDMVersion, context: Span<UInt8>) -> [UInt8] {
        let prefix = "spdm\(version) "
        var writer = WireWriter(capacity: 2 + prefix.utf8.count + rawValue.utf8.count + context.count)
        writer.uint16(count)
        writer.append(prefix.utf8)
        writer.append(rawValue.utf8)
        for index in context.indices { writer.uint8(context[index]) }
        return writer.bytes
    }

    /// BinConcat without a context.
    public func info(count: UInt16, version: SPDMVersion) -> [UInt8] {
        info(count: count, version: version, context: Span())
    }
}
