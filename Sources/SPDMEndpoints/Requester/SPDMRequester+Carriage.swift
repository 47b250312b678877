internal import OpenSSLCrypto
internal import SPDM

/// A request on its way to its response.
struct Carriage: Sendable {
    /// In whose records it passes; nil for the clear.
    let session: SessionID?
    /// Whether the response comes under the next key of the responder; then how often that was replaced before.
    let updatesBefore: Int?
    /// Where it is.
    var exchange: MessageExchange.State
    /// Code of what was sent last.
    var pending: MessageCode?
    /// The wait that was asked for last, in microseconds.
    var pause: UInt64 = 0
}

extension SPDMRequester {
    /// Starts a request on its way.
    mutating func carry(_ exchange: RequesterMachine.Exchange) -> Step {
        let updates = exchange.session.flatMap { keys[$0]?.keys.updateCount(.response) }
        let transition = MessageExchange.begin(exchange.request, exchange.terms)
        carriage = Carriage(
            session: exchange.session, updatesBefore: exchange.isAcrossUpdate ? updates : nil,
            exchange: transition.next)
        return take(transition)
    }

    /// Moves it by an event.
    mutating func move(_ event: MessageExchange.Event) -> Step {
        guard let carriage else { return end(.failed(.noAnswer)) }
        let transition = MessageExchange.step(carriage.exchange, event)
        self.carriage?.exchange = transition.next
        return take(transition)
    }

    private mutating func take(_ transition: MessageExchange.Transition) -> Step {
        switch transition.effect {
        case .send(let message): send(message)
        case .wait(let time): pause(time)
        case .deliver(let response): deliver(response)
        case .fail(let reason): end(.failed(reason))
        case .none: misplaced(transition.next)
        }
    }

    private mutating func pause(_ time: UInt64) -> Step {
        carriage?.pending = nil
        carriage?.pause = time
        return .wait(microseconds: time)
    }

    /// A message that comes during a wait is dropped, and the wait begins anew. That a wait is over when none was asked
    /// for is no answer.
    private mutating func misplaced(_ state: MessageExchange.State) -> Step {
        switch state {
        case .pausing: .wait(microseconds: carriage?.pause ?? 0)
        case .outstanding, .over: end(.failed(.noAnswer))
        }
    }

    /// The response must be under the key that it was announced under.
    private mutating func deliver(_ response: [UInt8]) -> Step {
        guard let carriage, let before = carriage.updatesBefore, let session = carriage.session else {
            return end(.answered(response))
        }
        guard keys[session]?.keys.updateCount(.response) == before + 1 else {
            return end(.failed(.unexpected(field: "record", expected: "the new key", seen: "the old key")))
        }
        return end(.answered(response))
    }
}

// MARK: - Records

extension SPDMRequester {
    private mutating func send(_ message: [UInt8]) -> Step {
        carriage?.pending = MessageCode(rawValue: message[1])
        guard let session = carriage?.session else {
            return .send(TransportMessage(isSecured: false, bytes: message))
        }
        guard let holder = keys[session] else { return end(.failed(.notPossible(.noSession(session)))) }
        do throws(SessionKeyError) {
            let record = try holder.keys.seal(message.span)
            // After a refusal under the old key the responder's key is the old one again.
            if carriage?.updatesBefore == holder.keys.updateCount(.response) { try holder.keys.updateKey(.response) }
            return .send(TransportMessage(isSecured: true, bytes: record))
        } catch {
            return end(.failed(.sealing(error, in: session)))
        }
    }

    /// The SPDM message in what the transport brought.
    func unwrap(_ message: TransportMessage, _ carriage: Carriage) throws(RequesterFailure.Reason) -> [UInt8] {
        guard let session = carriage.session else {
            guard !message.isSecured else { throw .unprotected(nil) }
            return message.bytes
        }
        guard message.isSecured, let holder = keys[session] else {
            throw .unprotected(try? ErrorMessage(decoding: message.bytes.span))
        }
        do throws(SessionKeyError) {
            return try holder.keys.open(message.bytes.span)
        } catch {
            throw .opening(error)
        }
    }
}

extension RequesterFailure.Reason {
    fileprivate static func sealing(_ error: SessionKeyError, in session: SessionID) -> Self {
        switch error {
        case .messageTooLong(let count): .requestTooLarge(count)
        case .recordLimit: .notPossible(.keyExhausted)
        case .ended: .notPossible(.noSession(session))
        case .noSuchKeys, .otherSession, .malformed, .notAuthentic, .crypto: .crypto(error.description)
        }
    }

    fileprivate static func opening(_ error: SessionKeyError) -> Self {
        switch error {
        case .otherSession(let session):
            .unexpected(field: "SessionID", expected: "the session's", seen: session.description)
        case .recordLimit: .notPossible(.keyExhausted)
        case .crypto: .crypto(error.description)
        case .ended, .noSuchKeys, .messageTooLong, .malformed, .notAuthentic: .recordNotAuthentic
        }
    }
}
