import FuzzEntries
import Testing

@Suite struct `Kept fuzzing inputs` {
    @Test(arguments: FuzzTarget.allCases)
    func `of a target, and what fuzzing once found, break nothing`(target: FuzzTarget) throws {
        let seeds = try KeptInput.seeds(of: target)
        #expect(!seeds.isEmpty)
        for input in seeds + (try KeptInput.all(of: target, in: .crashes)) {
            expectUnbroken(target, input.bytes, input)
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `of a target break nothing when they end early`(target: FuzzTarget) throws {
        for input in try KeptInput.seeds(of: target) {
            for count in input.places { expectUnbroken(target, Array(input.bytes[..<count]), input) }
        }
    }

    @Test(arguments: FuzzTarget.allCases)
    func `of a target break nothing when a bit is wrong`(target: FuzzTarget) throws {
        for input in try KeptInput.seeds(of: target) {
            for index in input.places {
                var bytes = input.bytes
                bytes[index] ^= 1 << (index % 8)
                expectUnbroken(target, bytes, input)
            }
        }
    }

    @Test func `are of targets that exist`() throws {
        for folder in KeptInput.Folder.allCases {
            for name in try folder.targets { #expect(FuzzTarget(rawValue: name) != nil, "\(folder.rawValue)/\(name)") }
        }
    }

    private func expectUnbroken(_ target: FuzzTarget, _ bytes: [UInt8], _ input: KeptInput) {
        #expect(throws: Never.self, "\(input.name): \(bytes)") { try target.run(bytes) }
    }
}
