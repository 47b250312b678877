internal import SPDM
internal import TDISP

// The DSM's TDISP responder, and the work that it has the device do.

extension EmulatedDevice {
    /// Answers a TDISP message that came over a session. A virtual function that is not enabled has no interface, though
    /// the DSM remembers what it owes to one that was locked: STOP, or a conventional reset.
    func answerTDISP(_ bytes: [UInt8], over session: SessionID) -> [UInt8]? {
        if let named = (try? TDISPHeader.decode(bytes.span))?.interfaceID,
            let function = allFunctions.first(where: { named.names($0.address) }), !function.isEnabled
        {
            return TDISPResponse.error(.invalidInterface).encoded(from: named)
        }
        return takeDSM(.received(bytes, over: session))
    }

    /// Passes an event to the DSM and carries out all work that follows. Gives the response, if there is one.
    @discardableResult
    func takeDSM(_ event: DSM.Event) -> [UInt8]? {
        var events = [event]
        var response: [UInt8]?
        while !events.isEmpty, let current = dsm {
            let transition = DSM.step(current, events.removeFirst())
            dsm = transition.next
            switch transition.effect {
            case .none, .discard, .permitFirmwareUpdate, .refuseFirmwareUpdate: break
            case .respond(let bytes, _): response = bytes
            case .perform(let work): events += work.compactMap(carryOut)
            }
        }
        return response
    }

    /// Whether the DSM lets a firmware update happen.
    func permitsFirmwareUpdate(_ update: FirmwareUpdate) -> Bool {
        guard let current = dsm else { return true }
        let transition = DSM.step(current, .firmwareUpdateRequested(update))
        dsm = transition.next
        return transition.effect == .permitFirmwareUpdate
    }

    private func carryOut(_ work: DSM.Work) -> DSM.Event? {
        guard let function = function(work.interface), let outcome = carryOut(work.effect, on: function) else {
            return nil
        }
        return .completed(outcome, on: work.interface)
    }

    private func carryOut(_ effect: TDI.Effect, on function: EmulatedFunction) -> TDI.Outcome? {
        switch effect {
        case .none, .answer: nil
        case .inspect: .inspected(lockContext(of: function))
        case .prepareLock(let request): prepareLock(request, of: function)
        case .consumeNonce(let nonce, let epoch): function.vault.consume(nonce, of: epoch)
        case .start(let epoch): start(epoch, function)
        case .adjust(let adjustment): adjust(adjustment)
        case .stop: scrub(function)
        case .secure: secure(function)
        }
    }

    private func prepareLock(_ request: LockInterfaceRequest, of function: EmulatedFunction) -> TDI.Outcome {
        guard function.inFlight == 0 else { return .lockNotPrepared(.notQuiesced) }
        guard !takeDefect(.noEntropy), let bytes = entropy.bytes32() else {
            return .lockNotPrepared(.insufficientEntropy)
        }
        function.hasForgottenTranslations = true
        function.epoch += 1
        let epoch = TDI.LockEpoch(rawValue: function.epoch)
        let nonce = StartNonce(bytes)
        function.vault.keep(nonce, of: epoch)
        return .lockPrepared(nonce, epoch, interfaceReport(of: function, for: request))
    }

    private func start(_ epoch: TDI.LockEpoch, _ function: EmulatedFunction) -> TDI.Outcome {
        guard !takeDefect(.startFails) else { return .notStarted(epoch) }
        function.holdsData = true
        return .started(epoch)
    }

    /// Of a stream for peer-to-peer traffic the device knows that its registers are set up; its keys are not modelled.
    private func adjust(_ adjustment: TDI.Adjustment) -> TDI.Outcome {
        switch adjustment {
        case .bind(let stream): block(of: stream) == nil ? .notAdjusted : .adjusted
        case .unbind: .adjusted
        case .setAttribute: .notAdjusted
        }
    }

    private func scrub(_ function: EmulatedFunction) -> TDI.Outcome {
        function.vault.destroy()
        guard !defects.contains(.stopFails) else { return .notStopped }
        function.inFlight = 0
        function.hasForgottenTranslations = true
        function.holdsData = false
        return .stopped
    }

    private func secure(_ function: EmulatedFunction) -> TDI.Outcome {
        function.vault.destroy()
        function.inFlight = 0
        return .secured
    }
}
