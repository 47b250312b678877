/// What a search explores: states that are one word each, and the steps between them.
///
/// A state *is* its word. No hash stands for a state anywhere, so two states are never taken for one.
public protocol TransitionSystem: Sendable {
    associatedtype Word: StateWord
    associatedtype Label: Hashable, Sendable, CustomStringConvertible

    /// Where it may begin.
    var initial: [Word] { get }

    /// Appends every step out of a state, in an order that is always the same.
    func appendSteps(from word: Word, to steps: inout Steps<Word>)

    /// The state that stands for all states which differ from this one by names only: itself where nothing is folded.
    func representative(of word: Word) -> Word

    /// Appends every step out of a representative, each leading to the representative of its target.
    ///
    /// The default folds what ``appendSteps(from:to:)`` finds. A system does better where it knows what a step changes; of
    /// steps that differ by names only it may leave out all but one.
    func appendFoldedSteps(from word: Word, to steps: inout Steps<Word>)

    /// What the label of a step stands for.
    func label(_ number: UInt32) -> Label

    /// The rule that a state breaks by itself; nil: none. Asked once for every representative.
    func violation(in word: Word) -> Violation?

    /// The rule that a step breaks; nil: none. Asked for every folded step.
    func violation(of step: Step<Word>, from word: Word) -> Violation?
}

extension TransitionSystem {
    /// Nothing is folded.
    public func representative(of word: Word) -> Word { word }

    /// Folds every step.
    public func appendFoldedSteps(from word: Word, to steps: inout Steps<Word>) {
        let first = steps.count
        appendSteps(from: word, to: &steps)
        for index in first..<steps.count { steps[index].target = representative(of: steps[index].target) }
    }

    /// No state breaks a rule by itself.
    public func violation(in word: Word) -> Violation? { nil }

    /// No step breaks a rule.
    public func violation(of step: Step<Word>, from word: Word) -> Violation? { nil }
}

/// A state, packed.
public protocol StateWord: FixedWidthInteger & UnsignedInteger & Sendable {
    /// A number that spreads words evenly. It says where to look for a word, never whether two are the same.
    var spread: UInt64 { get }
}

extension UInt64: StateWord {
    /// The finaliser of MurmurHash3, a bijection: different words have different numbers.
    public var spread: UInt64 {
        var mixed = (self ^ self >> 33) &* 0xff51_afd7_ed55_8ccd
        mixed = (mixed ^ mixed >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return mixed ^ mixed >> 33
    }
}

extension UInt128: StateWord {
    /// Both halves, one after the other.
    public var spread: UInt64 {
        let high = UInt64(truncatingIfNeeded: self >> 64)
        return (UInt64(truncatingIfNeeded: self) ^ (high &* 0x9e37_79b9_7f4a_7c15).spread).spread
    }
}

/// A step out of a state.
public struct Step<Word: StateWord>: Hashable, Sendable {
    /// Where it leads.
    public var target: Word
    /// What was done, as the system numbers it (``TransitionSystem/label(_:)``).
    public let label: UInt32

    /// Creates a step.
    public init(to target: Word, label: UInt32) {
        self.target = target
        self.label = label
    }
}

/// The steps out of a state, in storage that is used again for the next one.
public struct Steps<Word: StateWord>: Sendable {
    private var steps: ContiguousArray<Step<Word>> = []

    /// Creates an empty list.
    public init() {}

    /// How many there are.
    public var count: Int { steps.count }

    /// One of them.
    public subscript(index: Int) -> Step<Word> {
        get { steps[index] }
        _modify { yield &steps[index] }
    }

    /// The first one that is looked for.
    public func first(where isRight: (Step<Word>) -> Bool) -> Step<Word>? { steps.first(where: isRight) }

    /// Adds a step.
    public mutating func append(to target: Word, label: UInt32) { steps.append(Step(to: target, label: label)) }

    /// Forgets all of them, and keeps their storage.
    public mutating func removeAll() { steps.removeAll(keepingCapacity: true) }
}
