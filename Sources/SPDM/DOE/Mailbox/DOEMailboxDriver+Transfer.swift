internal import PCIe
internal import WireBytes

// How a transaction goes from one register access to the next.

extension DOEMailboxDriver {
    func begin(_ object: [UInt8]) -> Transition {
        do throws(WireError) {
            _ = try DOEObject.decode(object.span)
        } catch {
            return Transition(self, .finish(.failed(.notAnObject(error), wasSent: false)))
        }
        let sending = Sending(object: object, offset: 0, isRetry: false)
        return moved(to: .checking(sending), .read(.status), leavesEmpty: isMailboxEmpty)
    }

    /// A register was read.
    func take(_ value: UInt32, _ activity: Activity) -> Transition {
        switch activity {
        case .checking(let sending): examine(value) { prepare(sending, $0) }
        case .inspecting(let sending): examine(value) { $0.isClear ? go() : retry(sending, $0) }
        case .looking(let polling): examine(value) { judge($0, polling) }
        case .taking(let taking): take(taking.adding(value))
        case .concluding(let taking): examine(value) { conclude(taking, $0) }
        case .idle, .writing, .going, .aborting, .pausing, .consuming: Transition(self, .none)
        }
    }

    /// A register was written.
    func wrote(_ activity: Activity) -> Transition {
        switch activity {
        case .writing(let sending): writeNext(sending)
        case .going: look(Polling(goal: .answer, left: limits.answerPolls))
        case .aborting(let after): look(Polling(goal: .clear(after), left: limits.abortPolls))
        case .consuming(let taking): proceed(taking)
        case .idle, .checking, .inspecting, .looking, .pausing, .taking, .concluding: Transition(self, .none)
        }
    }

    func look(_ polling: Polling) -> Transition { moved(to: .looking(polling), .read(.status)) }

    func fail(_ failure: Failure, wasSent: Bool) -> Transition {
        moved(to: .idle, .finish(.failed(failure, wasSent: wasSent)))
    }

    private func moved(to activity: Activity, _ effect: Effect, leavesEmpty: Bool = false) -> Transition {
        var next = self
        next.activity = activity
        next.isMailboxEmpty = leavesEmpty
        return Transition(next, effect)
    }

    /// What a status means; all ones is what a function that is gone reads as.
    private func examine(_ value: UInt32, _ judge: (DOECapability.Status) -> Transition) -> Transition {
        guard value != .max else { return fail(.gone, wasSent: activity.wasSent ?? false) }
        return judge(DOECapability.Status(rawValue: value))
    }

    // MARK: There

    /// DWORDs that somebody left in the write mailbox do not show: unless it is known to be empty, Abort comes first.
    private func prepare(_ sending: Sending, _ status: DOECapability.Status) -> Transition {
        status.isClear && isMailboxEmpty ? write(sending) : abort(then: .send(sending))
    }

    private func write(_ sending: Sending) -> Transition {
        moved(to: .writing(sending), .write(.writeMailbox, sending.dword))
    }

    private func writeNext(_ sending: Sending) -> Transition {
        let offset = sending.offset + 4
        guard offset < sending.object.count else { return moved(to: .inspecting(sending), .read(.status)) }
        return write(Sending(object: sending.object, offset: offset, isRetry: sending.isRetry))
    }

    private func go() -> Transition { moved(to: .going, .write(.control, DOECapability.Control.go.rawValue)) }

    /// The mailbox did not take the object.
    private func retry(_ sending: Sending, _ status: DOECapability.Status) -> Transition {
        guard sending.isRetry else {
            return abort(then: .send(Sending(object: sending.object, offset: 0, isRetry: true)))
        }
        return abort(then: .fail(status.contains(.error) ? .errorSet : .stuck(status), wasSent: false))
    }

    private func abort(then after: AfterAbort) -> Transition {
        moved(to: .aborting(after), .write(.control, DOECapability.Control.abort.rawValue))
    }

    private func judge(_ status: DOECapability.Status, _ polling: Polling) -> Transition {
        switch polling.goal {
        case .answer where status.contains(.error): abort(then: .fail(.errorSet, wasSent: true))
        case .answer where status.contains(.dataObjectReady): read(Taking(bytes: []))
        case .answer: again(polling) ?? abort(then: .fail(.noAnswer, wasSent: true))
        case .clear(let after) where status.isClear: resume(after)
        case .clear(let after): again(polling) ?? giveUp(after, status)
        }
    }

    /// Nil when that was the last look.
    private func again(_ polling: Polling) -> Transition? {
        guard polling.left > 0 else { return nil }
        let next = Polling(goal: polling.goal, left: polling.left - 1)
        return moved(to: .pausing(next), .wait(microseconds: limits.pollInterval))
    }

    private func resume(_ after: AfterAbort) -> Transition {
        switch after {
        case .send(let sending): write(sending)
        case .fail(let failure, let wasSent): fail(failure, wasSent: wasSent)
        }
    }

    /// The abort did not help. What led to it is the better reason, where there is one.
    private func giveUp(_ after: AfterAbort, _ status: DOECapability.Status) -> Transition {
        switch after {
        case .send: fail(.stuck(status), wasSent: false)
        case .fail(let failure, let wasSent): fail(failure, wasSent: wasSent)
        }
    }

    // MARK: Back

    private func read(_ taking: Taking) -> Transition { moved(to: .taking(taking), .read(.readMailbox)) }

    private func consume(_ taking: Taking) -> Transition { moved(to: .consuming(taking), .write(.readMailbox, 0)) }

    /// A DWORD is here. Before the last one is consumed the answer must still be there: whoever aborts, in between or on
    /// the way, leaves zeros to be read.
    private func take(_ taking: Taking) -> Transition {
        taking.isWhole ? moved(to: .concluding(taking), .read(.status)) : consume(taking)
    }

    private func conclude(_ taking: Taking, _ status: DOECapability.Status) -> Transition {
        guard !status.contains(.error) else { return abort(then: .fail(.errorSet, wasSent: true)) }
        guard status.contains(.dataObjectReady) else { return abort(then: .fail(.answerLost, wasSent: true)) }
        return consume(taking)
    }

    private func proceed(_ taking: Taking) -> Transition {
        guard !taking.isWhole else {
            return moved(to: .idle, .finish(.answered(taking.bytes)), leavesEmpty: true)
        }
        guard taking.bytes.count == DOEObject.headerSize else { return read(taking) }
        do throws(WireError) {
            let size = try DOEHeader.decode(taking.bytes.span).size
            return size <= limits.capacity ? read(taking) : abort(then: .fail(.answerTooLong(size), wasSent: true))
        } catch {
            return abort(then: .fail(.malformedAnswer(error), wasSent: true))
        }
    }
}

extension DOECapability.Status {
    /// Whether an object can be written. The interrupt bit says nothing about that.
    fileprivate var isClear: Bool { isDisjoint(with: [.busy, .error, .dataObjectReady]) }
}
