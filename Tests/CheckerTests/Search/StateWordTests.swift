import Checker
import Testing

@Suite struct StateWordTests {
    @Test func `neighbouring words spread over all shares of the table`() {
        let narrow = Set((0..<4096).map { UInt64($0).spread >> 52 })
        let wide = Set((0..<4096).map { (UInt128($0) << 64).spread >> 52 })
        #expect(narrow.count > 2400)
        #expect(wide.count > 2400)
    }
}
