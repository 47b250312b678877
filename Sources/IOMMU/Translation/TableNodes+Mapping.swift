extension TableNodes {
    /// Adds a page, whose addresses are known to be aligned and below the limits.
    ///
    /// Throws `overlaps` with the first page that is already mapped there; nothing changes then.
    mutating func map(_ mapping: Mapping, in root: Root) throws(MappingError) {
        if let existing = first(in: mapping.addresses, of: root) { throw .overlaps(existing) }
        var node = root.node
        for level in stride(from: root.levels, to: mapping.pageSize.rawValue, by: -1) {
            node = child(of: node, at: mapping.address, level: level)
        }
        let leaf = TableEntry.leaf(physical: mapping.physical, mapping.permissions)
        set(leaf, node: node, at: mapping.address, level: mapping.pageSize.rawValue)
    }

    /// Removes a leaf that is known to be there, and each node that it leaves empty.
    mutating func remove(_ mapping: Mapping, from root: Root) {
        _ = remove(mapping, node: root.node, level: root.levels)
    }

    /// Returns whether `node` is empty now.
    private mutating func remove(_ mapping: Mapping, node: Int, level: Int) -> Bool {
        if case .node(let next) = entry(node: node, at: mapping.address, level: level) {
            guard remove(mapping, node: next, level: level - 1) else { return false }
            recycle(next)
        }
        set(.notPresent, node: node, at: mapping.address, level: level)
        return isEmpty(node: node)
    }

    /// Puts pages of the next smaller size in the place of the one that reaches across an address, until none does.
    mutating func split(at address: UInt64, in root: Root) {
        while let page = first(in: address..<address + 1, of: root), page.address != address,
            let size = page.pageSize.smaller
        {
            remove(page, from: root)
            for offset in stride(from: 0, to: page.pageSize.bytes, by: Int(size.bytes)) {
                let piece = Mapping(
                    address: page.address + offset, physical: page.physical + offset, pageSize: size,
                    permissions: page.permissions)
                try? map(piece, in: root)
            }
        }
    }

    /// The first page that a table maps in a range.
    func first(in range: Range<UInt64>, of root: Root) -> Mapping? {
        var pages = MappingSequence(of: root, among: self, in: range)
        return pages.next()
    }

    /// The node below, made if it is not there.
    private mutating func child(of node: Int, at address: UInt64, level: Int) -> Int {
        if case .node(let next) = entry(node: node, at: address, level: level) { return next }
        let next = makeNode()
        set(.node(next), node: node, at: address, level: level)
        return next
    }
}
