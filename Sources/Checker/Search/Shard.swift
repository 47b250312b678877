/// A share of the states: those whose words spread to it. It alone knows and expands them.
///
/// Being an actor, it works on a core of its own while others work on theirs, and owns its table without a lock.
actor Shard<System: TransitionSystem> {
    private var search: ShardSearch<System>

    init(_ search: ShardSearch<System>) { self.search = search }

    /// Takes the mail in and expands some states. The mail of all shards is delivered between rounds, in a fixed order, so
    /// what is found does not depend on how fast each of them is.
    func round(_ mail: [Mail<System.Word>], opensLevel: Bool) -> Round<System> {
        search.round(mail, opensLevel: opensLevel)
    }

    /// What it knows.
    var known: KnownStates<System.Word> { search.known }
}

/// States that one shard found and another owns.
typealias Mail<Word: StateWord> = ContiguousArray<Word>

/// What a shard did in a round.
struct Round<System: TransitionSystem>: Sendable {
    /// States for every shard.
    var mail: [Mail<System.Word>]
    /// States that it knows.
    var states = 0
    /// Steps that it followed in this round.
    var transitions = 0
    /// Bytes that its states take.
    var bytes = 0
    /// States of this level that it has not expanded.
    var left = 0
    /// States of the next level.
    var next = 0
    /// A state found no room.
    var isFull = false
    /// The first rule that it found broken.
    var finding: Finding<System.Word>?
}

/// A broken rule: by a state, or by a step out of it.
struct Finding<Word: StateWord>: Sendable {
    let violation: Violation
    let state: Word
    let step: Step<Word>?
}

/// The states of a shard, by level: how many steps they are away from the initial ones.
struct KnownStates<Word: StateWord>: Sendable {
    var table: StateTable<Word>
    /// Where each level ends that was opened; what follows belongs to the next one.
    var ends: [Int] = []

    /// The numbers of a level's states.
    func level(_ depth: Int) -> Range<Int> { (depth == 0 ? 0 : ends[depth - 1])..<ends[depth] }

    /// The level of a state; nil: not its shard's, or not found.
    func depth(of word: Word) -> Int? {
        table.number(of: word).map { number in ends.firstIndex { $0 > number } ?? ends.count }
    }
}

/// The work of a shard. A value, so that a round has it to itself.
struct ShardSearch<System: TransitionSystem>: Sendable {
    private let system: System
    private let number: Int
    private let count: Int
    /// How many states are expanded in a round.
    private let roundSize: Int
    private(set) var known: KnownStates<System.Word>
    /// The next state to be expanded.
    private var next = 0
    /// Where this level ends.
    private var end = 0
    private var steps = Steps<System.Word>()
    /// States that were sent lately, each in the place that its spread gives it.
    private var sent: Mail<System.Word>
    /// States to be put into the table together.
    private var batch = Mail<System.Word>()

    init(_ search: Search<System>, number: Int) {
        system = search.system
        self.number = number
        count = search.cores
        roundSize = search.roundSize
        known = KnownStates(table: StateTable(budget: search.limits.bytes / search.cores))
        sent = Mail(repeating: 0, count: search.cores > 1 ? 1 << 15 : 0)
    }

    mutating func round(_ mail: [Mail<System.Word>], opensLevel: Bool) -> Round<System> {
        var round = Round<System>(mail: Array(repeating: [], count: count))
        for letter in mail {
            for word in letter { take(word, &round) }
        }
        flush(&round)
        if opensLevel {
            end = known.table.words.count
            known.ends.append(end)
        }
        let stop = min(next + roundSize, end)
        while next < stop, !round.isFull, round.finding == nil {
            expand(known.table.words[next], &round)
            next += 1
        }
        flush(&round)
        round.states = known.table.words.count
        round.bytes = known.table.bytes
        round.left = end - next
        round.next = known.table.words.count - end
        return round
    }

    private mutating func expand(_ word: System.Word, _ round: inout Round<System>) {
        steps.removeAll()
        system.appendFoldedSteps(from: word, to: &steps)
        round.transitions += steps.count
        for index in 0..<steps.count {
            let step = steps[index]
            if let violation = system.violation(of: step, from: word) {
                round.note(Finding(violation: violation, state: word, step: step))
            }
            let owner = step.target.shard(of: count)
            if owner == number { take(step.target, &round) } else { send(step.target, to: owner, &round) }
        }
    }

    /// Most states are found several times in a short while; once is enough for their owner.
    private mutating func send(_ word: System.Word, to owner: Int, _ round: inout Round<System>) {
        let place = Int(word.spread >> 49)
        // 0 is also what stands in places that were never used.
        if sent[place] == word, word != 0 { return }
        sent[place] = word
        round.mail[owner].append(word)
    }

    private mutating func take(_ word: System.Word, _ round: inout Round<System>) {
        batch.append(word)
        if batch.count == StateTable<System.Word>.batchSize { flush(&round) }
    }

    private mutating func flush(_ round: inout Round<System>) {
        let hasRoom = known.table.insert(batch) { [system] word in
            if let violation = system.violation(in: word) {
                round.note(Finding(violation: violation, state: word, step: nil))
            }
        }
        if !hasRoom { round.isFull = true }
        batch.removeAll(keepingCapacity: true)
    }
}

extension Round {
    mutating func note(_ found: Finding<System.Word>) { finding = finding ?? found }
}

extension StateWord {
    /// The shard, of this many, that owns the word. Taken from bits that say nothing about its slot in a table.
    func shard(of count: Int) -> Int { Int(((spread & 0xffff_ffff) &* UInt64(count)) >> 32) }
}
