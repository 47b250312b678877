internal import WireBytes

extension Responder {
    /// The opaque data that answers a requester's: the version of secured messages that this end prefers among those
    /// offered. Nothing is answered to nothing.
    func opaqueResponse(to opaque: ArraySlice<UInt8>, _ version: SPDMVersion) throws(Refusal) -> [UInt8] {
        guard !opaque.isEmpty else { return [] }
        let offered: [VersionMessage.Entry]
        do throws(WireError) {
            offered = try Self.securedVersions(in: OpaqueData.decode(opaque, version: version))
        } catch {
            throw .invalid
        }
        // Update and alpha numbers do not tell versions apart.
        guard
            let selected = profile.securedVersions.first(where: { own in
                offered.contains { $0.version == own.version }
            })
        else { throw .invalid }
        return OpaqueData([SecuredMessageVersions.selected(selected).element]).encoded(version: version)
    }

    /// The versions that a requester offers; none when it says nothing of them.
    private static func securedVersions(in opaque: OpaqueData) throws(WireError) -> [VersionMessage.Entry] {
        for element in opaque.elements {
            switch try SecuredMessageVersions.decode(element) {
            case .supported(let versions): return versions
            case .selected, nil: continue
            }
        }
        return []
    }
}
