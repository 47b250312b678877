import TDISP
import Testing

@Suite struct `IDE key` {
    /// The AES-256 example key of FIPS 197, C.3, and its Key field: bytes reversed inside each doubleword.
    private static let wireOfCounting: [UInt8] = [
        0x03, 0x02, 0x01, 0x00, 0x07, 0x06, 0x05, 0x04, 0x0B, 0x0A, 0x09, 0x08, 0x0F, 0x0E, 0x0D, 0x0C,
        0x13, 0x12, 0x11, 0x10, 0x17, 0x16, 0x15, 0x14, 0x1B, 0x1A, 0x19, 0x18, 0x1F, 0x1E, 0x1D, 0x1C,
    ]

    @Test func `the wire holds doublewords in AES order with their bytes reversed`() {
        #expect(countingKey(from: 0).wireOrder.array == Self.wireOfCounting)
    }

    @Test func `a key from the wire comes back in AES order`() {
        let wire = countingKey(from: 0).wireOrder
        #expect(IDEKey(wireOrder: wire).aesOrder.array == Array(0..<32))
        #expect(IDEKey(wireOrder: wire).wireOrder.array == Self.wireOfCounting)
    }

    @Test func `keys compare by every byte`() {
        let key = countingKey(from: 1)
        let equalsItself = key.equals(countingKey(from: 1))
        #expect(equalsItself)
        for index in 0..<32 {
            var bytes = key.aesOrder
            bytes[index] ^= 0x80
            let equalsOther = key.equals(IDEKey(aesOrder: bytes))
            #expect(!equalsOther)
        }
    }

    @Test func `a slot's peer holds the same key in the other direction`() {
        for slot in IDEFixture.allSlots {
            #expect(slot.peer.keySet == slot.keySet)
            #expect(slot.peer.substream == slot.substream)
            #expect(slot.peer.direction != slot.direction)
            #expect(slot.peer.peer == slot)
        }
    }

    @Test func `a slot set is walked in programming order`() {
        var rest = IDEKeySlots.all
        var walked: [IDEKeySlot] = []
        while let slot = rest.first {
            walked.append(slot)
            rest = rest.withoutFirst
        }
        #expect(walked == IDEFixture.allSlots)
        #expect(rest.isEmpty)
        #expect(IDEKeySlots(rawValue: 0xF000).first == nil)
    }

    @Test func `key set and direction each select half of the slots`() {
        for slot in IDEFixture.allSlots {
            for keySet in IDEKeySet.allCases { #expect(IDEKeySlots(keySet).contains(slot) == (slot.keySet == keySet)) }
            for direction in IDEDirection.allCases {
                #expect(IDEKeySlots(direction).contains(slot) == (slot.direction == direction))
            }
        }
    }
}
