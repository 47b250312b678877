import CLibvirt
import Foundation
import Synchronization

/// libvirt's event loop: one thread of the process, on which libvirt delivers events and keeps connections alive.
///
/// Opening a connection starts it. It may run until the process ends; ``stop()`` is for those who want their threads back.
public enum LibvirtEventLoop {
    private struct State {
        var isWanted = false
        var isRunning = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private static let state = Mutex(State())

    /// Starts the thread unless it runs.
    static func start() {
        let startsThread = state.withLock { state in
            state.isWanted = true
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if startsThread { Thread.detachNewThread { run() } }
    }

    /// Ends the thread and waits until it has ended. Close all connections before: without the loop they get no events.
    ///
    /// Opening a connection afterwards starts it again.
    public static func stop() async {
        await withCheckedContinuation { continuation in
            let isRunning = state.withLock { state in
                state.isWanted = false
                if state.isRunning { state.waitingForEnd.append(continuation) }
                return state.isRunning
            }
            if isRunning { wake() } else { continuation.resume() }
        }
    }

    private static func run() {
        while !endsNow() { _ = library.virEventRunDefaultImpl() }
    }

    /// Marks the end of the thread and tells those who wait for it, unless the loop is wanted.
    private static func endsNow() -> Bool {
        let waiting: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard !state.isWanted else { return nil }
            state.isRunning = false
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        guard let waiting else { return false }
        for continuation in waiting { continuation.resume() }
        return true
    }

    /// Lets the loop return from its wait: a timer that fires at once and removes itself.
    private static func wake() {
        _ = unsafe library.virEventAddTimeout(
            0, { @Sendable timer, _ in _ = library.virEventRemoveTimeout(timer) }, nil, nil)
    }
}
