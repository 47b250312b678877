/// Why there is no such profile.
public enum RoutingProfileError: Error, Hashable, Sendable {
    /// No platform has this name.
    case unknownPlatform(String)
    /// No kind of vIOMMU has this name.
    case unknownVIOMMU(String)
    /// The platform cannot have such a vIOMMU.
    case impossible(PlatformProfile, VIOMMUKind, Reason)

    /// What rules a combination out.
    public enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nothing of the kind is known of the platform.
        case noTrustedVIOMMU = "no trusted vIOMMU is known of it"
        /// T=0 is translated by tables that nobody trusted walks.
        case untrustedIsTheHosts = "its T=0 is translated by the host's own device table entry, out of reach of a guest"
        /// There is no T=0 to walk tables for.
        case untrustedIsNotTranslated = "it translates no T=0 that guest tables could govern"
    }
}

extension RoutingProfileError: CustomStringConvertible {
    /// One line for an operator.
    public var description: String {
        switch self {
        case .unknownPlatform(let name): "no platform profile '\(name)'; there are \(Self.list(PlatformProfile.self))"
        case .unknownVIOMMU(let name): "no vIOMMU kind '\(name)'; there are \(Self.list(VIOMMUKind.self))"
        case .impossible(let platform, let viommu, let reason):
            "\(platform) with a vIOMMU of kind \(viommu) is impossible: \(reason.rawValue)"
        }
    }

    private static func list<Names: CaseIterable & CustomStringConvertible>(_ names: Names.Type) -> String {
        names.allCases.map(\.description).joined(separator: ", ")
    }
}
