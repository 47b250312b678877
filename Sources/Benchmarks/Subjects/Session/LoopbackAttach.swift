import Emulator
import EmulatorProcess
import ForeignDevice
import SPDMTransport

/// An emulated device that listens on a TCP port of this machine, and is attached over it.
enum LoopbackAttach {
    /// Nanoseconds that pass from the connection to RUN.
    static func nanoseconds() async throws -> Double {
        let server = try DeviceServer(.uniform(devices: 1), device: nil, entropy: SeededEntropy(seed: 1))
        guard let root = server.root else { throw NotDone("the device has no root") }
        let settings = ForeignDeviceSettings(attaching: server.device, root: root)
        let socket = try await SPDMSocketServer.listen(at: .tcp(host: "127.0.0.1", port: 0))
        async let served: Void = server.serve(on: socket) { _ in }
        let start = TimeSource.wall.now
        let client = try await SPDMSocketClient.connect(to: socket.endpoint)
        let report = try await ForeignDevice.run(over: client, settings)
        let time = TimeSource.wall.now - start
        await client.close(.shutDown)
        try await served
        try report.requireRun()
        return time
    }
}
