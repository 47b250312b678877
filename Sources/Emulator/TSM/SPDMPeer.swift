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

/// What a device proved to be for its present user, for comparison.
struct KnownIdentity: Hashable, Sendable {
    let rootDigest: [UInt8]
    let leafDigest: [UInt8]
    let serial: String
    let measurements: [Measurement]
}
