/// One measured number, with what it is to be and what it is compared with.
struct Figure: Encodable {
    /// What belongs together, for example `messages`.
    let group: String
    /// What was measured.
    let name: String
    let value: Double
    let unit: Unit
    var target: Target?
    var reference: Reference?

    enum Unit: String, Encodable {
        case perSecond = "1/s"
        case nanoseconds = "ns"
        case microseconds = "us"
        case milliseconds = "ms"
        case bytes = "bytes"
        case kibibytes = "KiB"
        case allocations = "allocations"
        case states
        case ratio = "x"
    }
}

/// What a figure is to be.
struct Target: Encodable {
    enum Bound: String, Encodable {
        case atLeast = ">="
        case atMost = "<="
    }

    let bound: Bound
    let limit: Double
    let isMet: Bool

    static func atLeast(_ limit: Double, _ value: Double) -> Target {
        Target(bound: .atLeast, limit: limit, isMet: value >= limit)
    }

    static func atMost(_ limit: Double, _ value: Double) -> Target {
        Target(bound: .atMost, limit: limit, isMet: value <= limit)
    }
}

/// Something real that was measured in the same run.
struct Reference: Encodable {
    /// What it is.
    let name: String
    /// How it went, in the figure's unit.
    let value: Double
    /// The figure divided by it.
    let ratio: Double

    init(_ name: String, _ value: Double, of figure: Double) {
        self.name = name
        self.value = value
        ratio = figure / value
    }
}
