import Assignment
import Foundation
import Testing

@Suite struct CodingTests {
    @Test(arguments: Situation.allCases) func `a state survives the journal`(situation: Situation) throws {
        let state = situation.state
        let bytes = try JSONEncoder().encode(state)
        #expect(try JSONDecoder().decode(AssignmentState.self, from: bytes) == state)
    }

    @Test func `every reachable state survives the journal`() throws {
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        for state in Exploration.all.states.values {
            #expect(try decoder.decode(AssignmentState.self, from: encoder.encode(state)) == state)
        }
    }

    @Test func `every event and every effect of the tables survives the journal`() throws {
        for state in Situation.allCases.map(\.state) {
            for event in Exploration.events(in: state) {
                let effect = AssignmentMachine.step(state, event).effect
                #expect(try JSONDecoder().decode(AssignmentEvent.self, from: JSONEncoder().encode(event)) == event)
                #expect(try JSONDecoder().decode(AssignmentEffect.self, from: JSONEncoder().encode(effect)) == effect)
            }
        }
    }

    @Test func `a device that was never assigned is available`() {
        #expect(AssignmentState.initial == .available(Available(lineage: Lineage())))
        #expect(AssignmentState.initial.pending == .none)
    }
}
