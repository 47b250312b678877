internal import PCIe

/// The first byte of the input says how much of the space could be read, the rest is its beginning; the end of the input is
/// also two writes.
///
/// Lists and views are within what was read, lists name no place twice, an error points into the space, and a write changes
/// what it names and nothing else.
func fuzzConfigurationSpace(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let selector = input.first else { return }
    let bytes = Array(input.dropFirst())
    let counts = [64, ConfigurationSpace.conventionalSize, ConfigurationSpace.size, bytes.count]
    let count = counts[Int(selector & 3)]
    let padded = bytes.prefix(count) + [UInt8](repeating: 0, count: max(0, count - bytes.count))
    guard let space = try read({ () throws(ConfigurationSpaceError) in try ConfigurationSpace(Array(padded)) }) else {
        return
    }
    try require(space.readableSize == count && space.bytes.count == ConfigurationSpace.size, "\(space) of \(count)")
    try checkLists(space)
    try checkCapabilities(space)
    try checkStreams(space)
    try checkBaseAddresses(space, sizing: selector & 4 == 0 ? nil : space)
    for write in [bytes.suffix(7), bytes.suffix(14).prefix(7)] { try checkWrite(Array(write), to: space) }
}

/// What `body` reads; nil when it throws, which must be an error that points into the space.
private func read<Value>(
    _ body: () throws(ConfigurationSpaceError) -> Value
) throws(BrokenInvariant) -> Value? {
    do throws(ConfigurationSpaceError) {
        return try body()
    } catch {
        try requireOneLine(error.description)
        switch error {
        case .length(let count): try require(![64, 256, 4096].contains(count), "\(error)")
        case .access(let offset, let width):
            try require(offset % width != 0 || !(0..<ConfigurationSpace.size).contains(offset), "\(error)")
        case .truncated(let offset, let size):
            let isInside = (0...ConfigurationSpace.size).contains(offset)
            try require(isInside && offset + size > ConfigurationSpace.headerSize, "'\(error)' would fit")
        case .capabilityLoop(let offset), .capabilityPointer(let offset, _), .unreadable(let offset),
            .baseAddressPair(let offset):
            try require((0..<ConfigurationSpace.size).contains(offset), "'\(error)' points outside the space")
        }
        return nil
    }
}

/// What a view finds in the space; nil when it finds nothing, or throws as above.
private func view<Value>(
    _ body: (ConfigurationSpace) throws(ConfigurationSpaceError) -> Value?, of space: ConfigurationSpace
) throws(BrokenInvariant) -> Value? {
    try read { () throws(ConfigurationSpaceError) in try body(space) } ?? nil
}

private func checkLists(_ space: ConfigurationSpace) throws(BrokenInvariant) {
    if let entries = try read(space.capabilities) {
        try checkPlaces(entries.map(\.offset), in: 0x40..<min(space.readableSize, 256))
        for entry in entries {
            let found = try read { () throws(ConfigurationSpaceError) in try space.offset(of: entry.id) }
            try require(found == entries.first { $0.id == entry.id }?.offset, "\(entry) is found elsewhere")
        }
    }
    if let entries = try read(space.extendedCapabilities) {
        try checkPlaces(entries.map(\.offset), in: 0x100..<max(space.readableSize, 0x100))
        for entry in entries {
            let found = try read { () throws(ConfigurationSpaceError) in try space.offset(of: entry.id) }
            try require(found == entries.first { $0.id == entry.id }?.offset, "\(entry) is found elsewhere")
        }
    }
}

private func checkPlaces(_ offsets: [Int], in region: Range<Int>) throws(BrokenInvariant) {
    try require(Set(offsets).count == offsets.count, "a list that runs in a circle")
    for offset in offsets {
        try require(offset.isMultiple(of: 4) && region.contains(offset), "an entry at \(offset)")
    }
}

private func checkCapabilities(_ space: ConfigurationSpace) throws(BrokenInvariant) {
    if let express = try view(ExpressCapability.init(in:), of: space) {
        try checkPlace(express.offset, express.version < 2 ? 0x0C : 0x3C, space)
        _ = express.deviceCapabilities.phantomFunctionBits
        try checkPlace(express.setting(express.deviceControl).offset, 2, space)
    }
    if let msix = try view(MSIXCapability.init(in:), of: space) {
        try checkPlace(msix.offset, 12, space)
        try require((1...2048).contains(msix.tableSize), "a table of \(msix.tableSize) vectors")
    }
    for mailbox in try view(DOECapability.all, of: space) ?? [] {
        try checkPlace(mailbox.offset, 0x18, space)
    }
    if let virtualization = try view(SRIOVCapability.init(in:), of: space) {
        try checkPlace(virtualization.offset, 0x40, space)
        for number in [-1, 0, 1, Int(virtualization.numberOfVFs) - 1, Int(virtualization.numberOfVFs)] {
            let requester = virtualization.requesterID(ofVF: number, of: RequesterID(rawValue: 0x3B00))
            try require(
                requester == nil || (0..<Int(virtualization.numberOfVFs)).contains(number), "there is a VF \(number)")
        }
        _ = try read { () throws(ConfigurationSpaceError) in
            try virtualization.baseAddressRegisters(in: space, sizing: space)
        }
    }
}

private func checkPlace(_ offset: Int, _ size: Int, _ space: ConfigurationSpace) throws(BrokenInvariant) {
    try require(offset >= 0 && offset + size <= space.readableSize, "\(size) bytes at \(offset) were not read")
}

private func checkStreams(_ space: ConfigurationSpace) throws(BrokenInvariant) {
    guard let ide = try view(IDECapability.init(in:), of: space) else {
        return
    }
    try require(ide.linkStreams.count == ide.features.linkStreamCount, "link streams")
    try require(ide.selectiveStreams.count == ide.features.selectiveStreamCount, "selective streams")
    var end = ide.offset + 0x0C
    for block in ide.linkStreams {
        try require(block.offset == end, "a link stream at \(block.offset)")
        end += 8
    }
    for block in ide.selectiveStreams {
        try require(block.offset == end, "a selective stream at \(block.offset)")
        end += block.size
        for number in block.addresses.indices {
            try require(block.setting(block.addresses[number], number: number).count == 3, "an association is missing")
        }
        let found = ide.enabledStream(block.control.streamID)
        try require(!block.control.isEnabled || found != nil, "an enabled stream is not found")
    }
    try require(end <= space.readableSize, "streams up to \(end) were not read")
}

private func checkBaseAddresses(
    _ space: ConfigurationSpace, sizing: ConfigurationSpace?
) throws(BrokenInvariant) {
    let registers = try read { () throws(ConfigurationSpaceError) in try space.baseAddressRegisters(sizing: sizing) }
    for register in registers ?? [] {
        try require((0...5).contains(register.index), "register \(register.index)")
        try require(register.size.map { $0.nonzeroBitCount == 1 } ?? true, "a size of \(register.size ?? 0)")
        try require(register.kind == .memory64 || register.address <= UInt64(UInt32.max), "\(register)")
    }
    _ = space.expansionROM(sizing: sizing)?.range
    let functions = FunctionRegisters(
        space: space, writable: sizing ?? ConfigurationSpace(), clearable: ConfigurationSpace(),
        triggers: ConfigurationSpace())
    _ = try read(functions.addressOverlap)
}

/// A write is seven bytes: two for the place, one for the width, four for the value.
private func checkWrite(_ bytes: [UInt8], to space: ConfigurationSpace) throws(BrokenInvariant) {
    guard bytes.count == 7 else { return }
    let widths = ConfigurationWrite.Width.allCases
    let width = widths[Int(bytes[2]) % widths.count]
    let offset = Int(bytes[0]) | Int(bytes[1] & 0x1F) << 8
    let value = bytes[3...].reduce(0) { $0 << 8 | UInt32($1) }
    guard
        let write = try read({ () throws(ConfigurationSpaceError) in
            try ConfigurationWrite(offset: offset, width: width, value: value)
        })
    else { return }
    var changed = space
    changed.apply(write)
    var expected = space.bytes
    for place in (offset..<offset + width.rawValue).clamped(to: 0..<space.readableSize) {
        expected[place] = UInt8(truncatingIfNeeded: value >> UInt32(8 * (place - offset)))
    }
    try require(changed.bytes == expected, "a write at \(offset) changed something else")
    if offset < space.readableSize, changed == space {
        try require(space.trackedChange(by: write) == nil, "no change, and yet it is tracked")
    }
    let fixed = FunctionRegisters(
        space: space, writable: ConfigurationSpace(), clearable: ConfigurationSpace(), triggers: ConfigurationSpace())
    var written = fixed
    written.write(write)
    try require(written == fixed && fixed.trackedChange(by: write) == nil, "a read-only register changed")
}
