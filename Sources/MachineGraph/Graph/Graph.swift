import Assignment

/// A machine as it is drawn: the states that can be reached, folded to nodes, and what leads from one to another.
///
/// Nobody writes one by hand: an ``Exploration`` finds it by stepping the machine.
struct Graph: Hashable, Sendable {
    /// What the machine is the machine of.
    var title: String
    /// The nodes: those of the straight path first and in its order, then the others as they were discovered.
    var nodes: [Node]
    /// What leads from a node to another, ordered as the nodes are.
    var edges: [Edge]
    /// What leads to one node from (almost) everywhere, and is drawn once instead of as an edge from each.
    var jumps: [Jump]
    /// How many nodes, counted from the first, the straight path visits: from the initial state to the machine's purpose.
    var straightCount: Int
    /// What the colours mean.
    var legend: [Legend]
    /// How many states were visited.
    var stateCount: Int
    /// How many steps were taken: one for each state and event of the alphabet.
    var stepCount: Int

    /// States that are shown as one.
    struct Node: Hashable, Sendable {
        /// Stable and unique in the graph.
        var id: String
        /// The name that is shown.
        var label: String
        /// What nodes have in common that belong together.
        var group: String
        /// What DMA may reach memory, in words.
        var traffic: String
        /// What DMA may reach memory: the colour.
        var dma: PermittedDMA
        /// What it is to be there.
        var kind: Kind
        /// The effects that are carried out there, in the order in which they succeed each other.
        var activities: [String] = []
    }

    /// What it is to be in a node.
    enum Kind: Hashable, Sendable, CaseIterable {
        /// The machine may stay.
        case resting
        /// Something is under way.
        case transient
        /// Out of the ordinary: being met, or waiting for an answer to it.
        case error
        /// Put away until somebody says otherwise.
        case quarantine
    }

    /// What a colour means.
    struct Legend: Hashable, Sendable {
        /// The colour.
        var dma: PermittedDMA
        /// Its meaning.
        var text: String
    }
}

extension Graph {
    /// An event as it is shown.
    struct Stimulus: Hashable, Sendable {
        /// What an event is to the machine.
        enum Kind: Hashable, Sendable {
            /// Somebody asks for something.
            case request
            /// What is under way succeeded, or was answered.
            case success
            /// Something went wrong, or turned back.
            case trouble
            /// Comes from outside, wherever the machine is, and ends what is under way.
            case interruption
        }

        /// What is shown.
        var name: String
        /// What it is to the machine.
        var kind: Kind

        /// What somebody asks for.
        static func request(_ name: String) -> Self { Self(name: name, kind: .request) }
        /// What went well.
        static func success(_ name: String) -> Self { Self(name: name, kind: .success) }
        /// What went wrong.
        static func trouble(_ name: String) -> Self { Self(name: name, kind: .trouble) }
        /// What comes from outside.
        static func interruption(_ name: String) -> Self { Self(name: name, kind: .interruption) }
    }

    /// What leads from one node to another, for one kind of reason.
    struct Edge: Hashable, Sendable {
        /// The kind of reason.
        enum Strand: Int, Hashable, Sendable, CaseIterable {
            /// A request or a success, on the straight path.
            case straight
            /// A request or a success elsewhere.
            case onward
            /// Trouble.
            case trouble
            /// An interruption that comes from too few nodes to be a ``Jump``.
            case interruption
        }

        /// Where it starts.
        var from: String
        /// Where it ends.
        var to: String
        /// The kind of reason.
        var strand: Strand
        /// The names of the events, in the order in which they were discovered.
        var events: [String]
        /// The names of the effects that are issued, likewise.
        var effects: [String]

        /// The events in a few words: names where there are few, else their number.
        var label: String {
            switch strand {
            case .straight, .onward: Graph.label(of: events) ?? ""
            case .trouble, .interruption: events.count > 1 ? "trouble (\(events.count))" : events.joined()
            }
        }

        /// The effects in a few words; nil where nothing is issued.
        var effectLabel: String? { Graph.label(of: effects) }
    }

    /// An interruption that leads to one node from most others.
    struct Jump: Hashable, Sendable {
        /// Where it ends.
        var to: String
        /// The name of the event.
        var event: String
        /// The names of the effects that are issued.
        var effects: [String]
        /// The nodes, ``to`` apart, from which it does not lead there.
        var exceptions: [String]

        /// The effects in a few words; nil where nothing is issued.
        var effectLabel: String? { Graph.label(of: effects) }

        /// Where it starts, in words.
        var origin: String {
            exceptions.isEmpty ? "from anywhere" : "from anywhere but " + exceptions.joined(separator: ", ")
        }
    }
}

extension Graph {
    /// One name, or two with their common first word said once, or the first and how many more.
    fileprivate static func label(of names: [String]) -> String? {
        guard let first = names.first, let last = names.last, names.count > 1 else { return names.first }
        guard names.count == 2 else { return "\(first) or \(names.count - 1) others" }
        let words = [first, last].map { $0.split(separator: " ", maxSplits: 1) }
        return words[1].count == 2 && words[0].first == words[1].first
            ? "\(first) or \(words[1][1])" : "\(first) or \(last)"
    }
}
