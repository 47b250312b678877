import Assignment
import Foundation
import Testing

@Suite struct ConnectionCodingTests {
    @Test(arguments: ConnectionSituation.allCases) func `a state survives the journal`(situation: ConnectionSituation)
        throws
    {
        let bytes = try JSONEncoder().encode(situation.state)
        #expect(try JSONDecoder().decode(ConnectionState.self, from: bytes) == situation.state)
    }
}
