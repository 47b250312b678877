public import PCIe

/// Which functions may send DMA to each other over a stream bound to both (TDISP 1.0, BIND_P2P_STREAM).
struct PeerBindings: Hashable, Sendable {
    private var pairs: Set<Pair> = []

    private struct Pair: Hashable {
        let lower: RequesterID
        let upper: RequesterID

        init(_ one: RequesterID, _ other: RequesterID) { (lower, upper) = (min(one, other), max(one, other)) }
    }

    func contains(_ one: RequesterID, _ other: RequesterID) -> Bool { pairs.contains(Pair(one, other)) }

    /// The functions that one is bound to, in order.
    func peers(of one: RequesterID) -> [RequesterID] {
        pairs.compactMap { $0.lower == one ? $0.upper : $0.upper == one ? $0.lower : nil }.sorted()
    }

    mutating func insert(_ one: RequesterID, _ other: RequesterID) { pairs.insert(Pair(one, other)) }

    mutating func remove(_ one: RequesterID, _ other: RequesterID) { pairs.remove(Pair(one, other)) }

    mutating func remove(_ one: RequesterID) { pairs = pairs.filter { $0.lower != one && $0.upper != one } }
}

extension RemappingUnit {
    /// Binds two functions to each other for T=1 traffic between them.
    ///
    /// Returns nil when it is done, or why it is refused: the profile has none, or they are not both in RUN for one VM.
    public mutating func bindPeers(_ one: RequesterID, _ other: RequesterID) -> RequestRefusal? {
        let (left, right) = (contexts[one], contexts[other])
        for context in [left, right] {
            let cell = profile.cell(.peer, context.standing, .trusted)
            guard cell.isOpen else { return .closed(.peer, context.standing, .trusted, cell) }
        }
        guard one != other, left.isHeld(like: right) else { return .notBound(other) }
        peers.insert(one, other)
        return nil
    }

    /// The functions that a function is bound to, in order.
    public func peers(of requester: RequesterID) -> [RequesterID] { peers.peers(of: requester) }

    /// Takes the binding of two functions away (UNBIND_P2P_STREAM).
    public mutating func unbindPeers(_ one: RequesterID, _ other: RequesterID) { peers.remove(one, other) }

    /// Takes all bindings of a function away, as the end of its RUN does.
    public mutating func unbindPeers(of requester: RequesterID) { peers.remove(requester) }
}
