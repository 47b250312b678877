internal import Attestation
internal import PCIe
internal import SPDM
internal import SPDMEndpoints

/// A device as the TSM knows it over SPDM: the requester that talks to it, and who it proved to be.
final class SPDMPeer {
    /// Negotiated state and sessions.
    var requester: SPDMRequester

    init(_ settings: RequesterSettings, chance: consuming ModelChance) {
        requester = SPDMRequester(settings, chance: chance)
    }
}

/// What a device proved to be for its present user, and in which boot, for comparison.
struct KnownIdentity: Hashable, Sendable {
    let rootDigest: [UInt8]
    let leafDigest: [UInt8]
    let serial: String
    let measurements: [Measurement]
    /// How often the host had seen the device boot by then.
    let boot: UInt32

    /// What is not what it was, in words. A measurement of the boot (`ofBoot`, by its index) has to be the same within a boot
    /// and may be another behind the next one.
    func changes(to found: KnownIdentity, ofBoot: UInt8) -> [String] {
        let excused = found.boot == boot ? 0 : ofBoot
        let (before, now) = (values, found.values)
        let indices = Set(before.keys).union(now.keys).filter { $0 != excused || before[$0] == nil || now[$0] == nil }
        return (rootDigest == found.rootDigest ? [] : ["root certificate"])
            + (leafDigest == found.leafDigest ? [] : ["certificate"])
            + (serial == found.serial ? [] : ["serial number"])
            + indices.sorted().filter { before[$0] != now[$0] }.map { "measurement \($0)" }
    }

    private var values: [UInt8: [Measurement]] { Dictionary(grouping: measurements, by: \.index) }
}
