/// Why a requester that tried to prove who it is got no session. The requester itself is told a code, no reason.
public enum RequesterRefusal: Hashable, Sendable {
    /// Its certificate chain, or the key that it is known by, is not believed.
    case untrusted(ChainRefusal)
    /// FINISH is signed with another key.
    case signature
    /// The verify data of FINISH or PSK_FINISH are wrong: it has other keys, or saw other messages.
    case verifyData
}

extension RequesterRefusal: CustomStringConvertible {
    /// One line, of which the requester is the subject.
    public var description: String {
        switch self {
        case .untrusted(let refusal): refusal.description
        case .signature: "FINISH is not signed with its key"
        case .verifyData: "its verify data do not agree"
        }
    }
}
