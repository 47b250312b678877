import Assignment
import Testing

@Suite struct TableTests {
    @Test(arguments: Situation.allCases) func `a situation reaches the state that its name says`(situation: Situation) {
        #expect(situation.state.label == situation.label)
    }

    @Test func `no two situations are the same state`() {
        #expect(Set(Situation.allCases.map(\.state)).count == Situation.allCases.count)
    }

    @Test func `every state that has an effect has a situation`() {
        #expect(Set(Situation.allCases.map(\.label)) == Set(Expectation.effects.keys))
    }

    @Test(arguments: Situation.allCases) func `a state waits for the effect that entering it issues`(
        situation: Situation
    ) {
        #expect(situation.state.pending.label == Expectation.effects[situation.label])
    }

    @Test func `a table with a hole, a double or a stray row says so`() {
        let table = TransitionTable(
            """
                 | x y
            a    | . .
            a    | . .
            b*   | .
            c    | . .
            """)
        let problems = table.problems(states: ["a", "b1", "d"])
        #expect(
            problems == [
                "no row for d", "row c is for no state", "row a is there twice", "row b* has 1 cells",
            ])
        #expect(table.cell("b1", "x") == ".")
        #expect(table.cell("b1", "y") == nil)
    }
}
