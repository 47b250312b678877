import PCIe
import TDISP

/// What the function itself must be like.
extension Admission {
    func exists(_ device: FunctionAddress, _ facts: FunctionFacts?) -> Precondition {
        guard let facts else {
            return Precondition(
                .deviceExists, .violated(.notFound), "no function at \(device)", advice: "tdispctl list")
        }
        let identity = "\(hex(facts.vendorID, 4)):\(hex(facts.deviceID, 4))"
        return Precondition(.deviceExists, .met, "\(facts.name), \(identity), under \(facts.bridge)")
    }

    func aboutDevice(_ facts: FunctionFacts) -> [Precondition] {
        [
            answers(facts), teeIO(facts), dsm(facts), authentication(facts), functionLevelReset(facts),
            setUp(
                .trafficClass, facts.trafficClassZero, "traffic class 0 only", "a traffic class beside 0 is in use",
                advice: "map all traffic to TC0"),
            setUp(
                .addressesDisjoint, facts.addressesDisjoint, "disjoint", "BARs or expansion ROM overlap",
                advice: "reassign the BARs: remove the device and rescan the bus"),
            setUp(
                .phantomFunctions, facts.phantomFunctionsOff, "off", "phantom functions are enabled",
                advice: "clear Phantom Functions Enable in Device Control"),
            hostDriver(facts),
        ]
    }

    func answers(_ facts: FunctionFacts) -> Precondition {
        facts.present
            ? Precondition(.deviceAnswers, .met, "it does")
            : Precondition(
                .deviceAnswers, .violated(.notFound), "configuration reads return all ones",
                advice: "look at slot, power and link, then rescan the bus")
    }

    private func teeIO(_ facts: FunctionFacts) -> Precondition {
        facts.teeIO
            ? Precondition(.teeIO, .met, "TEE-IO Supported is set")
            : Precondition(
                .teeIO, .violated(.lacking), "TEE-IO Supported is clear in Device Capabilities",
                advice: "use a device that implements TDISP, or assign this one without conversion")
    }

    private func dsm(_ facts: FunctionFacts) -> Precondition {
        facts.dsm.map { Precondition(.dsm, .met, "hosted by \($0)") }
            ?? Precondition(
                .dsm, .violated(.lacking), "the device has none",
                advice: "use a device that implements TDISP, or assign this one without conversion")
    }

    /// Where there is trusted memory to protect, a device that could not prove who it is stays outside.
    private func authentication(_ facts: FunctionFacts) -> Precondition {
        switch facts.authentication {
        case nil: Precondition(.authentication, .unknown, "the platform does not tell: connecting finds out")
        case .authenticated(let serial, let root, let isTrusted)?:
            Precondition(
                .authentication, .met,
                DeviceAuthentication.sentence(serial: serial, root: root, isTrusted: isTrusted))
        case .refused(let reason)?:
            Precondition(
                .authentication, .violated(.refused), reason,
                advice: "assign it without conversion, or mend its certificates or the policy")
        case .cannot?:
            Precondition(
                .authentication, .violated(.lacking), "it does not speak SPDM",
                advice: "use a device with CMA/SPDM, or assign this one without conversion")
        }
    }

    private func functionLevelReset(_ facts: FunctionFacts) -> Precondition {
        facts.flr
            ? Precondition(.functionLevelReset, .met, "FLR capable")
            : Precondition(
                .functionLevelReset, .violated(.lacking), "not FLR capable: its return could not be proven",
                advice: "use a function that is FLR capable")
    }

    /// How firmware or host set the function up. LOCK_INTERFACE refuses what is wrong here.
    private func setUp(
        _ name: PreconditionName, _ isRight: Bool, _ right: String, _ wrong: String, advice: String
    ) -> Precondition {
        isRight
            ? Precondition(name, .met, right)
            : Precondition(name, .violated(.refused), "\(wrong): LOCK_INTERFACE would be refused", advice: advice)
    }

    private func hostDriver(_ facts: FunctionFacts) -> Precondition {
        switch facts.driver {
        case nil: Precondition(.hostDriver, .met, "none bound")
        case "vfio-pci"?: Precondition(.hostDriver, .met, "vfio-pci, which is no function driver")
        case let driver?:
            Precondition(.hostDriver, .warned, "\(driver) is bound: taken off now, given back on release")
        }
    }
}
