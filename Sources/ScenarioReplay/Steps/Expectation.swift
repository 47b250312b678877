internal import StrictYAML

/// One thing that a scenario expects, and where it says so.
struct Expectation: Equatable, Sendable {
    let aspect: Aspect
    let wanted: Wanted
    let position: YAMLPosition

    static func == (left: Expectation, right: Expectation) -> Bool {
        left.aspect == right.aspect && left.wanted == right.wanted
    }

    /// What would satisfy it.
    enum Wanted: Hashable, Sendable {
        /// This word or phrase.
        case word(String)
        /// A text that contains this.
        case containing(String)
        /// These words in this order, and no others.
        case exactly([String])
        /// These words in this order, with others among them.
        case inOrder([String])
        /// None of these words.
        case without([String])
        /// Each of these words so many times.
        case counts([Count])
    }

    /// A word and how often it is expected.
    struct Count: Hashable, Sendable {
        let word: String
        let count: Int
    }
}

/// What was seen of one aspect.
enum Sighting: Hashable, Sendable {
    case word(String)
    case words([String])

    static let none = Sighting.word("none")
}

extension Expectation {
    /// Nil when what was seen satisfies it; otherwise what was expected and what was seen, for a person.
    func difference(from sighting: Sighting) -> (expected: String, seen: String)? {
        isSatisfied(by: sighting) ? nil : (wanted.text, wanted.relevant(of: sighting))
    }

    private func isSatisfied(by sighting: Sighting) -> Bool {
        switch (wanted, sighting) {
        case (.word(let word), .word(let seen)): word == seen
        case (.containing(let part), .word(let seen)): seen.contains(part)
        case (.exactly(let words), .words(let seen)): words == seen
        case (.inOrder(let words), .words(let seen)): words.isSubsequence(of: seen)
        case (.without(let words), .words(let seen)): !words.contains(where: seen.contains)
        case (.counts(let counts), .words(let seen)):
            counts.allSatisfy { wanted in seen.count { $0 == wanted.word } == wanted.count }
        case (.word, .words), (.containing, .words), (.exactly, .word), (.inOrder, .word),
            (.without, .word), (.counts, .word):
            false
        }
    }
}

extension Expectation.Wanted {
    fileprivate var text: String {
        switch self {
        case .word(let word): word
        case .containing(let part): "a text with '\(part)'"
        case .exactly(let words): words.isEmpty ? "none" : words.joined(separator: ", ")
        case .inOrder(let words): "in this order: \(words.joined(separator: ", "))"
        case .without(let words): "none of \(words.joined(separator: ", "))"
        case .counts(let counts): counts.map { "\($0.word) \($0.count)" }.joined(separator: ", ")
        }
    }

    /// What was seen, without what the expectation does not ask for.
    fileprivate func relevant(of sighting: Sighting) -> String {
        switch (self, sighting) {
        case (.counts(let counts), .words(let seen)):
            counts.map { wanted in "\(wanted.word) \(seen.count { $0 == wanted.word })" }.joined(separator: ", ")
        case (_, .word(let word)): word
        case (_, .words(let words)): words.isEmpty ? "none" : words.joined(separator: ", ")
        }
    }
}

extension [String] {
    fileprivate func isSubsequence(of other: [String]) -> Bool {
        var rest = self[...]
        for word in other where word == rest.first { rest = rest.dropFirst() }
        return rest.isEmpty
    }
}
