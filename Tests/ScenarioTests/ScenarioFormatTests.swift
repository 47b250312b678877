import Foundation
import ScenarioReplay
import Testing

@Suite struct ScenarioFormatTests {
    @Test func `a scenario can be read`() throws {
        let scenario = try Scenario(parsing: scenarioText(steps: "- advance: 5s"), file: "s.yaml")
        #expect(scenario.title == "a test")
        #expect(scenario.subject.description == "one-owner")
        #expect(scenario.stepCount == 1)
    }

    @Test(arguments: [
        ("version: 2\ntitle: t", "s.yaml:1:10: this program reads version 1, not 2"),
        ("version: 1\ntitel: t", "s.yaml:1:1: missing key 'title'; is 'titel' in line 2 meant to be it?"),
        ("version: 1\ntitle: t\nsteps: []", "s.yaml:1:1: expected one of the keys rule, clause"),
        (
            "version: 1\ntitle: t\nrule: one-ower",
            "s.yaml:3:7: expected one of no-trusted-dma-without-run, no-untrusted-dma-to-private, "
                + "silent-when-locked-or-failed, no-mixed-traffic, no-conversion-under-dma, one-owner, revoke-first, "
                + "restore-last, nothing-outlives-an-epoch, all-or-home, no-driver-in-between, no-blind-retry, "
                + "always-ends, found 'one-ower'; did you mean 'one-owner'?"
        ),
        ("version: 1\ntitle: t\nclause: c\nrule: one-owner", "s.yaml:4:1: 'rule' cannot stand beside 'clause'"),
        ("version: 1\ntitle: t\nclause: c\ntopology: nowhere.yaml", "nowhere.yaml:1:1: cannot be read"),
        (
            "version: 1\ntitle: t\nclause: c\ntopology: demo\nsteps: []\nfinal: {}",
            "s.yaml:5:8: expected at least one step"
        ),
        (
            "version: 1\ntitle: t\nclause: c\ntopology: demo\nsteps: [{advance: 1s}]\nfinal: {}",
            "s.yaml:6:8: expected at least one function"
        ),
        (
            "version: 1\ntitle: t\nclause: c\ntopology: demo\nsteps: [{advance: 1s}]\nfinal: {accelerator: {}}\nend: x",
            "s.yaml:7:1: unknown key 'end'"
        ),
    ]) func `what is wrong with the whole is refused where it stands`(text: String, expected: String) throws {
        let found = try #require(refusal(of: text))
        #expect(found.contains(expected), "\(found)")
    }

    @Test(arguments: [
        ("- {}", "s.yaml:6:5: expected one of the keys convert, release"),
        ("- convrt: accelerator", "s.yaml:6:5: unknown key 'convrt'; did you mean 'convert'?"),
        (
            "- convert: accelerator\n  release: accelerator\n  domain: web1",
            "s.yaml:7:5: 'release' cannot stand beside 'convert'"
        ),
        ("- convert: accelerator", "s.yaml:6:5: missing key 'domain'"),
        (
            "- convert: accelerater\n  domain: web1",
            "s.yaml:6:14: expected one of accelerator, accelerator/vf0, accelerator/vf1, accelerator/vf2, accelerator/vf3, "
                + "nvme, network, found 'accelerater'; did you mean 'accelerator'?"
        ),
        ("- convert: accelerator\n  domain: web9", "s.yaml:7:13: expected one of web1, db1, plain1, off1"),
        ("- convert: accelerator\n  domain: web1\n  force: true", "s.yaml:8:5: unknown key 'force'"),
        (
            "- convert: accelerator\n  domain: web1\n  cancel-at: appraise",
            "s.yaml:8:16: expected one of release-host-driver, attach"
        ),
        (
            "- convert: accelerator\n  domain: web1\n  cancel-at: lock\n  crash-after: lock",
            "s.yaml:9:18: a step is interrupted once"
        ),
        ("- release: accelerator\n  to: host", "s.yaml:7:9: expected one of available, attached, found 'host'"),
        ("- release: accelerator\n  to: attached\n  cancel-at: stop", "s.yaml:8:5: unknown key 'cancel-at'"),
        ("- disconnect: accelerator/vf0", "s.yaml:6:17: this happens to a device as a whole"),
        (
            "- event: {virtual-functions: nvme, count: 1}",
            "s.yaml:6:32: this happens to a physical function with SR-IOV, which 0000:3c:00.0 is not"
        ),
        ("- event: {virtual-functions: accelerator, count: 5}", "s.yaml:6:52: 5 is not between 0 and 4"),
        ("- advance: 5", "s.yaml:6:14: expected a duration such as 250us, 100ms or 5s, found '5'"),
        ("- dma: accelerator\n  t: 2\n  address: 0\n  expect: {reaches: host}", "s.yaml:7:8: 2 is not between 0 and 1"),
        ("- check: accelerator", "s.yaml:6:5: 'check' changes nothing, so it needs an 'expect'"),
        ("- advance: 1s\n  expect: {phase: available}", "s.yaml:7:5: unknown key 'expect'"),
    ]) func `a step that makes no sense is refused where it stands`(steps: String, expected: String) throws {
        let found = try #require(refusal(of: scenarioText(steps: steps)))
        #expect(found.contains(expected), "\(found)")
    }

    @Test(arguments: [
        ("- inject: {message: LOCK, drop: request}", "s.yaml:6:23: expected one of GET_VERSION, GET_CAPABILITIES"),
        ("- inject: {message: LOCK_INTERFACE}", "s.yaml:6:13: expected one of the keys drop, corrupt-request"),
        ("- inject: {message: LOCK_INTERFACE, drop: both}", "s.yaml:6:45: expected one of request, response"),
        (
            "- inject: {message: LOCK_INTERFACE, fail: busy}",
            "s.yaml:6:13: expected one of the keys drop, corrupt-request"
        ),
        ("- inject: {effect: appraise, fail: busy}", "s.yaml:6:22: expected one of release-host-driver"),
        (
            "- inject: {message: QUERY, duplicate: answer}",
            "s.yaml:6:41: expected one of request, response, found 'answer'"
        ),
        ("- inject: {effect: lock, fail: devicerefused}", "did you mean 'device-refused'?"),
        ("- inject: {effect: lock, fail: busy, unknown: done}", "cannot stand beside 'fail'"),
        ("- inject: {effect: lock, fail: busy, of: db1}", "s.yaml:6:44: expected one of accelerator"),
        ("- event: {link-dwn: accelerator}", "s.yaml:6:13: unknown key 'link-dwn'; did you mean 'link-down'?"),
        ("- event: {link-down: accelerator/vf0}", "s.yaml:6:24: this happens to a device as a whole"),
        ("- event: {link-down: accelerator, on: true}", "s.yaml:6:37: unknown key 'on'"),
        ("- event: {memory-moved: accelerator, register: 6, value: 0}", "s.yaml:6:50: 6 is not between 0 and 5"),
        (
            "- event: {configuration-write: accelerator, offset: 4, width: 3, value: 0}",
            "s.yaml:6:65: expected 1, 2 or 4"
        ),
        ("- event: {pages-converted: web1, from: 0, size: 4KiB, to: host}", "expected one of shared, private"),
        (
            "- event: {pages-converted: web1, from: 32MiB, size: 4KiB, to: shared}",
            "s.yaml:6:42: expected the address of a page of 4KiB in the domain's memory of 32768KiB"
        ),
        (
            "- event: {pages-converted: web1, from: 4KiB, size: 32MiB, to: shared}",
            "s.yaml:6:54: expected whole pages of 4KiB up to the end of the domain's memory of 32768KiB"
        ),
        ("- event: {pages-converted: web1, from: 100, size: 4KiB, to: shared}", "s.yaml:6:42: expected the address"),
        ("- event: {peers-bound: accelerator}", "missing key 'with'"),
        ("- event: {defect: accelerator, kind: rust}", "s.yaml:6:40: expected one of no-entropy, start-fails"),
    ]) func `a fault or an event that makes no sense is refused where it stands`(
        steps: String, expected: String
    ) throws {
        let found = try #require(refusal(of: scenarioText(steps: steps)))
        #expect(found.contains(expected), "\(found)")
    }

    @Test(arguments: [
        ("end: finished", "s.yaml:8:19: expected one of done, go, already-there"),
        ("phse: private", "s.yaml:8:14: unknown key 'phse'; did you mean 'phase'?"),
        ("reaches: host", "s.yaml:8:14: unknown key 'reaches'"),
        ("effects: attach", "s.yaml:8:23: expected a list, found 'attach'"),
        ("effects: [atach]", "s.yaml:8:24: expected one of release-host-driver"),
        ("trouble: lock refused", "s.yaml:8:23: expected a trouble such as 'lock failed device-refused'"),
        ("cause: lock failed", "s.yaml:8:21: expected a cause such as 'unexpected-state ERROR', found 'lock failed'"),
        ("state: RUNNING", "s.yaml:8:21: expected one of CONFIG_UNLOCKED, CONFIG_LOCKED, RUN, ERROR, none"),
        ("sent: {LOCK: 1}", "s.yaml:8:21: expected one of GET_VERSION"),
        ("t0: shared", "s.yaml:8:18: expected one of none, host, shared of web1"),
        ("rekey-owed: maybe", "s.yaml:8:26: expected true or false, found 'maybe'"),
        ("epoch: -1", "s.yaml:8:21: -1 is not between 0"),
    ]) func `an expectation that makes no sense is refused where it stands`(
        expectation: String, expected: String
    ) throws {
        let steps = "- convert: accelerator\n  domain: web1\n  expect: {\(expectation)}"
        let found = try #require(refusal(of: scenarioText(steps: steps)))
        #expect(found.contains(expected), "\(found)")
    }

    @Test func `a dead manager cannot act until another is started`() throws {
        let steps =
            "- convert: accelerator\n  domain: web1\n  crash-after: lock\n- check: accelerator\n  expect: {epoch: 1}"
        let acting = steps + "\n- release: accelerator\n  to: available"
        #expect(
            refusal(of: scenarioText(steps: acting))
                == "s.yaml:11:5: the manager died in line 6; 'restart' starts a new one")
        #expect(refusal(of: scenarioText(steps: steps + "\n- restart: accelerator")) == nil)
    }

    @Test func `functions go by name or by address`() throws {
        for name in ["accelerator/vf1", "0000:3b:00.2", "3b:00.2"] {
            let text = scenarioText(steps: "- advance: 1s", final: "\"\(name)\": {phase: available}")
            #expect(refusal(of: text) == nil)
        }
    }
}
