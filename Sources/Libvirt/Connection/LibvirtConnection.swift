/// One connection to libvirt.
///
/// Its calls block, so it runs them one at a time on a thread of its own; who needs a second call while one is slow
/// opens a second connection. After the other end went away every call throws until ``reopen()``.
public actor LibvirtConnection {
    /// What was opened.
    public nonisolated let uri: String

    private let executor: QueueExecutor
    private let mailbox: EventMailbox
    private var current: ConnectionHandle?
    private var isClosed = false

    private init(uri: String, eventCapacity: Int) {
        self.uri = uri
        executor = QueueExecutor(label: "libvirt")
        mailbox = EventMailbox(capacity: eventCapacity)
    }

    deinit { mailbox.finish() }

    /// Opens `uri`, for example `qemu:///system` or `test:///default`, and listens to its events.
    ///
    /// The reader of ``events`` may fall behind by `eventCapacity` events.
    /// Throws ``LibvirtError`` when nothing answers there, the driver is not installed, or access is denied.
    public static func open(uri: String, eventCapacity: Int = 256) async throws(LibvirtError) -> LibvirtConnection {
        let connection = LibvirtConnection(uri: uri, eventCapacity: eventCapacity)
        try await connection.connect()
        return connection
    }

    /// The executor of the connection's own queue.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// What libvirt reports, from opening to closing, over any reopening between; for one reader at a time.
    public nonisolated var events: AsyncStream<LibvirtEvent> {
        AsyncStream { [mailbox] in await mailbox.next() }
    }

    /// Whether the other end still answers, as far as libvirt knows; false after ``close()``.
    public var isAlive: Bool { current?.isAlive ?? false }

    /// Ends the connection and its events. Does nothing the second time.
    public func close() {
        current = nil
        isClosed = true
        mailbox.finish()
    }

    /// Opens the same URI again after a lost connection, listens to its events, and lists its domains: what happened
    /// meanwhile was reported to nobody.
    ///
    /// Throws ``LibvirtError`` when that fails, which may be tried again, and after ``close()``, which is final.
    public func reopen() throws(LibvirtError) -> [DomainSummary] {
        guard !isClosed else { throw Self.closed("virConnectOpen") }
        current = nil
        try connect()
        return try domains()
    }

    private func connect() throws(LibvirtError) {
        guard !uri.contains("\0") else {
            throw LibvirtError(.invalidArgument, message: "the URI contains a zero byte", function: "virConnectOpen")
        }
        try TestDriverDocument.checkReadable(uri: uri)
        try LibvirtLibrary.initialize()
        LibvirtEventLoop.start()
        current = try ConnectionHandle(uri: uri, events: mailbox)
    }

    /// The open connection, for the libvirt function that is to be called.
    func handle(for function: String) throws(LibvirtError) -> ConnectionHandle {
        guard let current else { throw Self.closed(function) }
        return current
    }

    private static func closed(_ function: String) -> LibvirtError {
        LibvirtError(.invalidConnection, message: "the connection is closed", function: function)
    }
}

// MARK: Domains

extension LibvirtConnection {
    /// All domains, running or not, by name.
    public func domains() throws(LibvirtError) -> [DomainSummary] {
        let summaries = try handle(for: "virConnectListAllDomains").mapDomains { domain throws(LibvirtError) in
            try domain.summary()
        }
        return summaries.sorted { $0.name < $1.name }
    }

    /// The domain that `reference` names; throws ``LibvirtError/Code/noDomain`` when there is none.
    public func domain(_ reference: DomainReference) throws(LibvirtError) -> DomainSummary {
        try lookUp(reference).summary()
    }

    /// A domain's XML as libvirt writes it.
    public func xml(of uuid: DomainUUID, _ view: DomainView = .current) throws(LibvirtError) -> String {
        try lookUp(.uuid(uuid)).xml(view)
    }

    /// What a domain's XML says of interest here.
    public func description(
        of uuid: DomainUUID, _ view: DomainView = .current
    ) throws(LibvirtError) -> DomainDescription {
        try DomainDescription(parsing: try xml(of: uuid, view))
    }

    /// Defines a persistent domain, or changes what the next start of an existing one will use.
    public func define(_ xml: String) throws(LibvirtError) -> DomainSummary {
        try handle(for: "virDomainDefineXMLFlags").define(xml).summary()
    }

    /// Starts a domain that is off.
    public func start(_ uuid: DomainUUID) throws(LibvirtError) { try lookUp(.uuid(uuid)).start() }

    /// Ends a running domain at once, without asking its guest.
    public func destroy(_ uuid: DomainUUID) throws(LibvirtError) { try lookUp(.uuid(uuid)).destroy() }

    /// Removes a domain's persistent definition; one that runs becomes transient.
    public func undefine(_ uuid: DomainUUID) throws(LibvirtError) { try lookUp(.uuid(uuid)).undefine() }

    func lookUp(_ reference: DomainReference) throws(LibvirtError) -> DomainHandle {
        switch reference {
        case .uuid:
            return try handle(for: "virDomainLookupByUUID").domain(reference)
        case .name(let name):
            let function = "virDomainLookupByName"
            // A C string would end there, and name another domain.
            guard !name.contains("\0") else {
                throw LibvirtError(.noDomain, message: "no domain's name has a zero byte", function: function)
            }
            return try handle(for: function).domain(reference)
        }
    }
}
