/// A way to a device's DOE mailbox: an emulator's socket, or the registers of a real mailbox.
public protocol DOETransport: Sendable {
    /// Sends a whole data object and gives the one that answers it. One exchange at a time.
    ///
    /// Throws ``TransportError``; after that the device may or may not have acted on the object, and the transport carries
    /// nothing any more.
    func exchange(_ object: [UInt8]) async throws(TransportError) -> [UInt8]
}

/// How long and how large things may become on a transport.
public struct TransportLimits: Hashable, Sendable {
    /// Until a connection stands, or a listening one is greeted.
    public var connecting: Duration
    /// From a request's first byte out to its answer's last byte in; on a server, from the first to the last byte of a
    /// frame in, and out.
    public var object: Duration
    /// How long a server keeps a client that has not sent an object yet, whatever else it sends: it keeps others waiting.
    public var greeting: Duration
    /// How long a server keeps a client that has, and says nothing more.
    public var idle: Duration
    /// Bytes of the largest payload that is taken.
    public var payloadSize: Int

    /// Creates limits.
    public init(
        connecting: Duration = .seconds(5), object: Duration = .seconds(10), greeting: Duration = .seconds(10),
        idle: Duration = .seconds(120), payloadSize: Int = 1 << 20
    ) {
        self.connecting = connecting
        self.object = object
        self.greeting = greeting
        self.idle = idle
        self.payloadSize = payloadSize
    }
}
