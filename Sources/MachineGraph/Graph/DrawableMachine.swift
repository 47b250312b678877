/// What the drawing needs to know of a machine: how to step it, what to step it with, and what its values are called.
///
/// It says nothing about which state follows which: that is asked of the machine itself.
protocol DrawableMachine {
    /// A state of the machine.
    associatedtype State
    /// An event of the machine.
    associatedtype Event
    /// What two states have in common that cannot be told apart by what follows them. It leaves out what only grows or is
    /// only remembered, so that there are finitely many.
    associatedtype Key: Hashable

    /// What it is the machine of.
    static var title: String { get }
    /// Where it begins.
    static var initial: State { get }
    /// What the colours of its nodes mean.
    static var legend: [Graph.Legend] { get }

    /// What tells the state apart.
    static func key(_ state: State) -> Key
    /// The events that the state is stepped with: every kind, with parameters enough to make each difference there is.
    static func alphabet(in state: State) -> [Event]
    /// One step of the machine.
    static func step(_ state: State, _ event: Event) -> Reaction<State>
    /// What the event is called.
    static func stimulus(_ event: Event, in state: State) -> Graph.Stimulus
    /// The node that the state is shown as.
    static func node(_ state: State, detail: Bool) -> Graph.Node
    /// The next event on the straight path to the machine's purpose; nil where that is reached.
    static func straight(_ state: State) -> Event?
}

/// A step as it is drawn.
struct Reaction<State> {
    /// The next state.
    var next: State
    /// What is issued; nil where nothing is.
    var effect: Issued?
}

/// An effect as it is drawn.
struct Issued {
    /// What is shown.
    var name: String
    /// Whether the machine waits for its outcome.
    var isAwaited: Bool

    /// An effect whose outcome the machine waits for.
    static func work(_ name: String) -> Issued { Issued(name: name, isAwaited: true) }
    /// An effect that is done when it is issued: an answer, an announcement.
    static func word(_ name: String) -> Issued { Issued(name: name, isAwaited: false) }
}
