internal import FlyingSocks

/// The one queue in which all sockets of the process wait. It is made when the first socket needs it.
actor SocketWaiting {
    static let shared = SocketWaiting()

    private var making: Task<any AsyncSocketPool, any Error>?

    func pool() async throws -> any AsyncSocketPool {
        if let making { return try await making.value }
        let task = Task<any AsyncSocketPool, any Error> {
            let pool: any AsyncSocketPool = SocketPool.make()
            try await pool.prepare()
            Task { try await pool.run() }
            return pool
        }
        making = task
        return try await task.value
    }
}
