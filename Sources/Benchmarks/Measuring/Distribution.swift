/// Times that were measured one by one.
struct Distribution {
    private let sorted: [Double]

    /// Throws when there are none.
    init(_ values: [Double]) throws(NotDone) {
        try require(!values.isEmpty, "nothing was measured")
        sorted = values.sorted()
    }

    var count: Int { sorted.count }

    var median: Double { quantile(0.5) }

    /// The value that a share of all do not exceed.
    func quantile(_ share: Double) -> Double {
        sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
    }
}
