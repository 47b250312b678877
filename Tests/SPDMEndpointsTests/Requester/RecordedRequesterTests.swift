import OpenSSLCrypto
import SPDM
import SPDMEndpoints
import SPDMVectors
import Synchronization
import Testing

@Suite struct `Requester with keys in recorded runs` {
    @Test(arguments: RecordedRun.names) func `every message and every record is the recorded one, every proof holds`(
        name: String
    ) throws {
        var responder = try ReplayedResponder(name)
        var requester = try responder.requester()
        var opened = 0
        for operation in responder.script.operations {
            let step = try perform(operation, &requester, &responder)
            guard case .done(let outcome) = step else {
                Issue.record("\(operation): \(step)")
                return
            }
            if case .sessionOpened(let session) = outcome {
                opened += 1
                #expect(session.id == SessionID(requester: 0xFFFF, responder: 0xFFFF))
                #expect(session.isEncrypted == !name.hasPrefix("maconly"))
                #expect(session.isMutual == name.hasPrefix("mut"))
                #expect(session.heartbeatPeriod == 0xF0)
                #expect(session.securedVersion.version == SPDMVersion(rawValue: 0x12))
                #expect((requester.identity(of: session.id) == nil) == name.hasPrefix("psk"))
                #expect(requester.sessions == [session.id])
            }
        }
        #expect(opened == 1)
        #expect(responder.isOver)
        #expect(requester.sessions.isEmpty)
    }

    @Test func `measurements come with what their signature covers`() throws {
        var responder = try ReplayedResponder("meas-v1.2")
        var requester = try responder.requester()
        var reports: [MeasurementReport] = []
        for operation in responder.script.operations {
            guard case .done(let outcome) = try perform(operation, &requester, &responder) else {
                Issue.record("\(operation)")
                return
            }
            if case .authenticated(let slot, let proof) = outcome {
                #expect(slot == 0)
                #expect(proof?.measurementSummary.count == 48)
                #expect(requester.identity(inSlot: 0)?.certificates.count == 3)
            }
            if case .measured(let report) = outcome { reports.append(report) }
        }
        #expect(reports.count == 2)
        for (report, nonce) in zip(reports, [responder.script.nonces[1], responder.script.nonces[3]]) {
            #expect(report.blocks.count == 8)
            #expect(report.change == .unchanged)
            #expect(report.proofs.count == 1)
            #expect(report.proofs.first?.nonce == nonce)
            #expect(report.proofs.first?.transcript.starts(with: responder.conversation.vca) == true)
        }
    }

    /// How a run fails for a requester that lacks something, and what is left.
    private static func failure(
        _ name: String, without lack: ReplayedResponder.Lack
    ) throws -> (failure: RequesterFailure, refusal: ChainRefusal?)? {
        var responder = try ReplayedResponder(name)
        responder.looks = false
        var requester = try responder.requester(without: lack)
        for operation in responder.script.operations {
            guard case .failed(let failure) = try perform(operation, &requester, &responder) else { continue }
            #expect(requester.sessions.isEmpty)
            if lack == .trust {
                #expect(requester.identity(inSlot: 0) == nil)
                #expect(
                    requester.begin(.openSession(SessionWish(.slot(0))), at: 0)
                        == .failed(RequesterFailure(.keyExchange, .notPossible(.notAuthenticated(slot: 0)))))
            }
            return (failure, requester.chainRefusal)
        }
        return nil
    }

    @Test func `a chain that nobody trusts is refused, with the reason, and opens no session`() throws {
        let (failure, refusal) = try #require(try Self.failure("min-enc-v1.2", without: .trust))
        let why = try #require(refusal)
        #expect(failure.reason == .untrusted(why.description))
        #expect(failure.request == .getCertificate)
        #expect(failure.loss == .nothing)
    }

    @Test func `without an identity mutual authentication fails, and the session with it`() throws {
        let (failure, _) = try #require(try Self.failure("mut-wencap-enc-v1.2", without: .identity))
        #expect(failure.reason == .notPossible(.noKey))
        #expect(failure.loss == .session(SessionID(requester: 0xFFFF, responder: 0xFFFF)))
    }

    @Test func `a hint without a key opens no session`() throws {
        let (failure, _) = try #require(try Self.failure("psk-enc-v1.2", without: .preSharedKey))
        #expect(failure.reason == .notPossible(.noKey))
        #expect(failure.request == .pskExchange)
    }

    @Test(arguments: [("min-enc-v1.2", "dhe_secret"), ("psk-enc-v1.2", "psk")])
    func `the secret of a session is written where somebody asks for it`(name: String, label: String) throws {
        let log = Mutex<[Line]>([])
        var responder = try ReplayedResponder(name)
        var requester = try responder.requester { session, label, secret in
            log.withLock { $0.append(Line(session: session, label: label, secret: secret)) }
        }
        for operation in responder.script.operations { _ = try perform(operation, &requester, &responder) }
        let secret = try responder.run.bytes(label == "psk" ? "psk_value" : label)
        let session = SessionID(requester: 0xFFFF, responder: 0xFFFF)
        #expect(log.withLock { $0 } == [Line(session: session, label: label, secret: secret)])
    }

    struct Line: Equatable {
        let session: SessionID
        let label: String
        let secret: [UInt8]
    }
}
