internal import Assignment
internal import PCIe

/// One line of `watch`: a signal, a decision, a step.
struct WatchLine: Encodable {
    /// What a line tells of.
    enum Event: String, Encodable, CaseIterable {
        /// How many devices are watched.
        case watching
        /// A sign of trouble was weighed.
        case signal
        /// It is believed that the device fell.
        case failed
        /// The device was asked for its state.
        case asked
        /// One of the platform's cuts was tried.
        case cut
        /// A step on the way home starts, or has ended.
        case started, ended
        /// Something was noticed on the way.
        case noticed
        /// The device rests.
        case resting
        /// Another manager holds the state directory.
        case waiting
        /// Nobody could bring the device home.
        case undone
        /// A device has trusted DMA, and nobody has recorded that.
        case stray
        /// More was noticed than is kept.
        case gap
        /// Something cannot be reached or read.
        case trouble
    }

    let time: String
    let event: Event
    var device: String?
    var text: String
    var phase: String?
    /// Of a signal: its kind and where it was noticed.
    var signal: String?
    var source: String?
    /// What all signals come to.
    var standing: String?
    var points: UInt16?
    /// Of a step.
    var effect: String?
    var outcome: String?
    /// Of a cut: its place in the platform's order, 1 first.
    var rank: Int?
    /// Microseconds from the signal to the cut being issued.
    var delay: UInt64?

    init(_ event: Event, of device: FunctionAddress? = nil, at time: UInt64, _ text: String) {
        self.time = Clock.text(time)
        self.event = event
        self.device = device?.description
        self.text = text
    }

    /// The line for a person.
    var plain: String {
        "\(time)  \((device ?? "").padded(to: 12))  \(event.rawValue.padded(to: 8))  \(text)\n"
    }
}
