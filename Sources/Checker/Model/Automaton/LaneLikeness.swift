/// Which lanes can do the same, for ever: the coarsest division of them into classes that is a bisimulation.
///
/// Two lanes are alike if they have to do with the same VM, rest or do not, break the same rule or none, and whatever the
/// one can do leads to lanes that are like those to which the other can do the same. To do the same is: under the same
/// condition on a VM, going on by itself or not, as a fault or not, alone or as a share of what several do together (a conversion, a death of
/// the manager, a fault of another device). What it is called is left out: no rule asks for it that has not been asked of
/// each lane already. A step from like to like that nobody has to take is as good as none.
///
/// Classes are divided by what their members can do until nothing is to be divided any more. What a lane can do is
/// compared as a whole; no hash stands for it.
struct LaneLikeness {
    /// The class of every lane.
    private(set) var classes: ContiguousArray<UInt32>

    private let automaton: LaneAutomaton
    private let goesOn: [Bool]
    /// How many lanes each class has.
    private var sizes: ContiguousArray<UInt32> = []
    /// The lanes whose class was changed by the last refinement; all of them at first.
    private var isChanged: ContiguousArray<Bool>

    init(_ automaton: LaneAutomaton) {
        self.automaton = automaton
        goesOn = automaton.labels.map(\.goesOn)
        classes = ContiguousArray(repeating: 0, count: automaton.count)
        isChanged = ContiguousArray(repeating: true, count: automaton.count)
        divideByLooks()
    }

    /// What is to be seen of a lane itself.
    private struct Looks: Hashable {
        let vm: UInt8
        let isResting: Bool
        let holdsStream: Bool
        let violation: Violation?
    }

    private mutating func divideByLooks() {
        var numbers: [Looks: UInt32] = [:]
        for lane in 0..<automaton.count {
            let looks = Looks(
                vm: automaton.vms[lane], isResting: automaton.isResting[lane], holdsStream: automaton.holdsStream[lane],
                violation: automaton.violations.isEmpty ? nil : automaton.violations[UInt32(lane)])
            let number = numbers[looks] ?? UInt32(numbers.count)
            numbers[looks] = number
            classes[lane] = number
            if number == sizes.count { sizes.append(0) }
            sizes[Int(number)] += 1
        }
    }

    // MARK: Refining

    /// Lanes of one class that can do the same.
    private struct Group {
        let oldClass: UInt32
        var members: UInt32 = 0
        var newClass: UInt32 = 0
    }

    /// Divides every class by what its members can do; false: nothing was to be divided.
    ///
    /// Only lanes that may have become unlike others are looked at: those of a new class, and those that lead to one. They
    /// differ from the rest of their class for sure, as that leads to no new class.
    mutating func refine() -> Bool {
        let lanes = (0..<automaton.count).filter { isChanged[$0] || leadsToChanged($0) }
        var known = Abilities(capacity: lanes.count)
        var groupOf = ContiguousArray<UInt32>()
        groupOf.reserveCapacity(lanes.count)
        var groups: [Group] = []
        for lane in lanes {
            let number = known.number(of: classes[lane], abilities(of: lane))
            if number == groups.count { groups.append(Group(oldClass: classes[lane])) }
            groups[Int(number)].members += 1
            groupOf.append(number)
        }
        name(&groups)
        for lane in isChanged.indices { isChanged[lane] = false }
        var isDivided = false
        for (lane, group) in zip(lanes, groupOf) where classes[lane] != groups[Int(group)].newClass {
            classes[lane] = groups[Int(group)].newClass
            isChanged[lane] = true
            isDivided = true
        }
        return isDivided
    }

    private func leadsToChanged(_ lane: Int) -> Bool {
        automaton.graph.anyTarget(of: lane) { isChanged[Int($0)] }
    }

    /// The largest group of a class that was looked at as a whole keeps its name; of others the rest keeps it.
    private mutating func name(_ groups: inout [Group]) {
        var lookedAt: [UInt32: UInt32] = [:]
        var largest: [UInt32: Int] = [:]
        for (number, group) in groups.enumerated() {
            lookedAt[group.oldClass, default: 0] += group.members
            if groups[largest[group.oldClass] ?? number].members <= group.members { largest[group.oldClass] = number }
        }
        for number in groups.indices {
            let group = groups[number]
            let isWhole = lookedAt[group.oldClass] == sizes[Int(group.oldClass)]
            if isWhole, largest[group.oldClass] == number {
                groups[number].newClass = group.oldClass
            } else {
                groups[number].newClass = UInt32(sizes.count)
                sizes.append(group.members)
            }
        }
        for group in groups where group.newClass != group.oldClass { sizes[Int(group.oldClass)] -= group.members }
    }

    // MARK: What a lane can do

    /// Every kind of step with the class to which it leads, in order, each once.
    private func abilities(of lane: Int) -> ContiguousArray<UInt64> {
        let graph = automaton.graph
        var found = ContiguousArray<UInt64>()
        func add(_ kind: UInt64, _ target: Int) { found.append(kind << 32 | UInt64(classes[target])) }
        func add(_ edge: LaneGraph.Edge, part: Int) {
            let share = UInt64(edge.followed.map { $0 + 1 } ?? 0) << 8 | UInt64(part) << 16
            let bits = edge.condition.number << 24 | (edge.isFault ? 2 : 0) | (goesOn[Int(edge.label)] ? 1 : 0)
            add(bits | share, Int(edge.target))
        }
        for index in graph.steps(of: lane) {
            let edge = graph.edges[index]
            let isIdle = !goesOn[Int(edge.label)] && !edge.isFault && edge.followed == nil
            if !isIdle || classes[Int(edge.target)] != classes[lane] { add(edge, part: 0) }
        }
        for event in 0..<graph.events {
            for index in graph.parts(of: lane, in: event) { add(graph.edges[index], part: event + 1) }
        }
        for step in ConversionStep.allCases {
            if let target = graph.converted(lane, step) { add(4 | UInt64(step.rawValue) << 8, target) }
        }
        add(8, Int(graph.spent[lane]))
        found.sort()
        var count = 0
        for index in found.indices where count == 0 || found[index] != found[count - 1] {
            found[count] = found[index]
            count += 1
        }
        found.removeLast(found.count - count)
        return found
    }
}

/// Lists of what lanes of a class can do, each by its number.
private struct Abilities {
    private var words: ContiguousArray<UInt64> = []
    /// Where each list ends.
    private var ends: ContiguousArray<Int> = []
    /// A list's number plus one; 0: free. Linear probing.
    private var slots: ContiguousArray<UInt32>

    init(capacity: Int) {
        slots = ContiguousArray(repeating: 0, count: capacity * 2 + 1)
    }

    /// The number of a list of a class: the next one, if it was not known.
    mutating func number(of class: UInt32, _ list: ContiguousArray<UInt64>) -> UInt32 {
        var spread = UInt64(`class`).spread
        for word in list { spread = (spread ^ word).spread }
        var slot = Int(spread.multipliedFullWidth(by: UInt64(slots.count)).high)
        while slots[slot] != 0 {
            if isList(Int(slots[slot]) - 1, `class`, list) { return slots[slot] - 1 }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        words.append(UInt64(`class`))
        words.append(contentsOf: list)
        ends.append(words.count)
        slots[slot] = UInt32(ends.count)
        return UInt32(ends.count - 1)
    }

    private func isList(_ number: Int, _ class: UInt32, _ list: ContiguousArray<UInt64>) -> Bool {
        let start = number == 0 ? 0 : ends[number - 1]
        guard ends[number] - start == list.count + 1, words[start] == UInt64(`class`) else { return false }
        for index in list.indices where words[start + 1 + index] != list[index] { return false }
        return true
    }
}
