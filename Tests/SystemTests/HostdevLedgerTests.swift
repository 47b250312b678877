import Assignment
import Libvirt
import PCIe
import Testing

@testable import EmulatorProcess

/// Which hostdevs somebody else took out, told from what libvirt forgot when its daemon died, however calls overlap.
@Suite struct `A ledger of hostdevs` {
    static let domain = DomainID(high: 1, low: 1)
    static let first = FunctionAddress(requesterID: RequesterID(rawValue: 0x3B01))
    static let second = FunctionAddress(requesterID: RequesterID(rawValue: 0x3B02))

    private static func ledger() -> HostdevLedger {
        var ledger = HostdevLedger()
        for function in [first, second] { ledger.put(function, into: domain, .live) }
        return ledger
    }

    @Test func `one that a listing misses was taken out, and is told once`() throws {
        var ledger = Self.ledger()
        let look = try #require(ledger.look())
        #expect(ledger.takeOff(missingFrom: [Self.second], since: look) == [Self.first])
        #expect(ledger.entries.keys.elementsEqual([Self.second]))
        let next = try #require(ledger.look())
        #expect(ledger.takeOff(missingFrom: [Self.second], since: next) == [])
    }

    @Test func `one that was put in, taken out or replaced during the listing was touched by us`() throws {
        var ledger = Self.ledger()
        let look = try #require(ledger.look())
        ledger.remove(Self.first)
        ledger.put(Self.first, into: Self.domain, .live)
        ledger.begin(Self.second)
        #expect(ledger.takeOff(missingFrom: [], since: look) == [])
        ledger.end(Self.second)
        #expect(ledger.takeOff(missingFrom: [], since: look) == [Self.second])
    }

    @Test func `a call that was at work when the listing began counts although it is over`() throws {
        var ledger = Self.ledger()
        ledger.begin(Self.first)
        let look = try #require(ledger.look())
        ledger.end(Self.first)
        #expect(ledger.takeOff(missingFrom: [Self.second], since: look) == [])
    }

    @Test func `a listing during which everything was forgotten and put back again shows nothing`() throws {
        var ledger = Self.ledger()
        let look = try #require(ledger.look())
        ledger.connectionLost()
        for (function, entry) in ledger.entries { ledger.restored(function, entry, .live) }
        #expect(ledger.owed.isEmpty)
        #expect(ledger.takeOff(missingFrom: [], since: look) == [])
        #expect(ledger.entries.count == 2)
    }

    @Test func `there is no listing while something is owed`() {
        var ledger = Self.ledger()
        ledger.connectionLost()
        #expect(ledger.look() == nil)
        for (function, entry) in ledger.entries where function == Self.first {
            ledger.restored(function, entry, .standIn)
        }
        #expect(ledger.look() == nil)
        ledger.forgive(Self.second)
        #expect(ledger.look() != nil)
        #expect(ledger.entries[Self.first]?.place == .standIn)
    }

    @Test func `what a call is at work on is not put back under its hands`() {
        var ledger = Self.ledger()
        ledger.connectionLost()
        ledger.begin(Self.first)
        #expect(!ledger.isRestorable(Self.first) && ledger.isRestorable(Self.second))
        ledger.remove(Self.first)
        ledger.end(Self.first)
        #expect(!ledger.isRestorable(Self.first))
        #expect(ledger.losses == 1)
    }

    @Test func `what went elsewhere while it was put back stays owed as it is now`() throws {
        var ledger = Self.ledger()
        let entry = try #require(ledger.entries[Self.first])
        ledger.remove(Self.first)
        ledger.put(Self.first, into: DomainID(high: 2, low: 2), .persistent)
        ledger.connectionLost()
        ledger.restored(Self.first, entry, .live)
        #expect(ledger.owed.contains(Self.first))
        #expect(ledger.entries[Self.first]?.place == .persistent)
    }
}
