public import WireBytes

/// The host's side of DOE discovery: asks a mailbox type by type, from number 0 until the answer names no next, and sees
/// to it that SPDM and secured SPDM are both there, as CMA needs (PCIe 6.0, 6.30.1.1.1 and 6.31).
///
/// The number asked for next is the last one plus 1, so that a mailbox is asked 256 times at most.
public struct DOEDiscoveryWalk: Hashable, Sendable {
    /// The version that requests name: 2 when the DOE capability has version 2 or later, else 0.
    public let version: UInt8
    /// The types so far.
    public let found: [DOEType]
    /// The number that was asked for; nil once the walk is over.
    public let index: UInt8?

    /// What goes in.
    public enum Event: Hashable, Sendable {
        /// The object that answers.
        case answered([UInt8])
        /// No object came.
        case unanswered
    }

    /// What comes out.
    public enum Effect: Hashable, Sendable {
        /// Nothing: the walk is over.
        case none
        /// Send this object.
        case send([UInt8])
        /// The walk is over: the types in the order of their numbers, or what is wrong.
        case finish(Result<[DOEType], Failure>)
    }

    /// Why a mailbox is of no use.
    public enum Failure: Error, Hashable, Sendable {
        /// No answer for this number.
        case noAnswer(UInt8)
        /// The answer cannot be read.
        case malformed(WireError)
        /// The answer is an object of another type.
        case notDiscovery(DOEType)
        /// The answer for the first number names the second as next, which is not the one that follows.
        case outOfOrder(UInt8, next: UInt8)
        /// The mailbox does not offer this type.
        case missing(DOEType)
    }

    /// Exactly one next state and one effect.
    public struct Transition: Hashable, Sendable {
        /// The next state.
        public var next: DOEDiscoveryWalk
        /// What the owner does.
        public var effect: Effect

        /// Creates a transition.
        public init(_ next: DOEDiscoveryWalk, _ effect: Effect) {
            self.next = next
            self.effect = effect
        }
    }

    private init(version: UInt8, found: [DOEType], index: UInt8?) {
        self.version = version
        self.found = found
        self.index = index
    }

    /// Begins with number 0.
    public static func begin(version: UInt8 = 0) -> Transition {
        DOEDiscoveryWalk(version: version, found: [], index: 0).ask()
    }

    /// Takes an event.
    public static func step(_ walk: DOEDiscoveryWalk, _ event: Event) -> Transition {
        guard let index = walk.index else { return Transition(walk, .none) }
        switch event {
        case .unanswered: return walk.finish(.failure(.noAnswer(index)))
        case .answered(let bytes):
            do throws(Failure) {
                return walk.take(try read(bytes), for: index)
            } catch {
                return walk.finish(.failure(error))
            }
        }
    }

    private func ask() -> Transition {
        guard let index, let object = try? DOEDiscovery.Request(index: index, version: version).doeObject() else {
            return finish(.failure(.noAnswer(0)))
        }
        return Transition(self, .send(object))
    }

    private func take(_ response: DOEDiscovery.Response, for index: UInt8) -> Transition {
        let isThere = response.type.vendor != 0xFFFF
        let known = DOEDiscoveryWalk(
            version: version, found: isThere ? found + [response.type] : found, index: response.nextIndex)
        guard isThere, response.nextIndex != 0 else { return known.conclude() }
        guard response.nextIndex == index &+ 1 else {
            return finish(.failure(.outOfOrder(index, next: response.nextIndex)))
        }
        return known.ask()
    }

    private func conclude() -> Transition {
        let missing = [DOEType.spdm, .securedSPDM].first { !found.contains($0) }
        return finish(missing.map { .failure(.missing($0)) } ?? .success(found))
    }

    private func finish(_ result: Result<[DOEType], Failure>) -> Transition {
        Transition(DOEDiscoveryWalk(version: version, found: found, index: nil), .finish(result))
    }

    private static func read(_ bytes: [UInt8]) throws(Failure) -> DOEDiscovery.Response {
        let object: DOEObject
        let response: DOEDiscovery.Response?
        do throws(WireError) {
            object = try DOEObject.decode(bytes.span)
            let payload = bytes.span.extracting(object.payload)
            response = object.type == .discovery ? try DOEDiscovery.Response.decode(payload) : nil
        } catch {
            throw .malformed(error)
        }
        guard let response else { throw .notDiscovery(object.type) }
        return response
    }
}
