internal import PCIe
internal import SPDM
internal import SPDMEndpoints
internal import TDISP

/// A device: its functions, its link, and the DSM that speaks for all of them.
///
/// Everything that happens to it goes into its own machines as an event; nobody sets a state from outside.
final class EmulatedDevice {
    let description: Topology.Device
    /// Function 0, by whose address the DSM is known.
    var address: FunctionAddress { description.address }
    /// Every function that it can have, in order of address: also virtual ones that are not enabled.
    let allFunctions: [EmulatedFunction]
    /// The functions that exist now, in order of address; function 0 is the first.
    private(set) var functions: [EmulatedFunction] = []
    let rootPort: RootPort
    /// The TDISP responder; nil: a device without TDISP.
    var dsm: DSM?
    /// The IDE_KM responder.
    var ide: IDEResponder.State
    /// The keys of its port.
    var keys = KeyBank()
    /// What its own clock shows, in seconds since 1970.
    var clock: Int64 = 0
    /// The DOE mailbox of function 0.
    var mailbox = DOEMailbox()
    /// The host's end of the mailbox.
    var driver = DOEMailboxDriver()
    /// When it last wanted new keys.
    var keysSince: Int64 = 0
    /// What it offers over SPDM.
    var profile = ResponderProfile()
    /// Its end of SPDM; nil: it was never asked, or has no mailbox.
    var responder: SPDMResponder?
    /// Why it has no identity to show; nil: it has one, or nobody asked.
    var identityError: DeviceIdentityError?
    /// The sessions that are established with it.
    var sessions: Set<SessionID> = []
    /// Who it is. Changes when another card is put into the slot.
    var identity: Topology.Identity
    /// Its own source of random bits.
    var entropy: any EntropySource
    /// Whether it is there and answers.
    var isPresent = true
    /// How often it has booted since it was made.
    var boots: UInt32 = 0
    /// Whether debug access is open.
    var isDebugOpen = false
    /// Defects that make its own work fail; each is used up once.
    var defects: Set<DeviceDefect> = []

    init(
        _ description: Topology.Device, factory: inout ConfigurationFactory, entropy: any EntropySource
    ) throws(ConfigurationSpaceBuilder.BuildError) {
        self.description = description
        self.entropy = entropy
        identity = description.identity
        ide = IDEResponder.initial(maxPortIndex: description.dsm.port)
        profile.heartbeatPeriod = description.dsm.heartbeatPeriod
        rootPort = RootPort(
            address: description.rootPort, registers: try factory.rootPort(of: description))
        var functions: [EmulatedFunction] = []
        for number in 0..<description.physicalFunctions {
            let registers = try factory.physicalFunction(number, of: description)
            let address = description.physicalFunction(number)
            functions.append(EmulatedFunction(address: address, role: .physical, registers: registers))
            for index in 0..<Int(description.virtualFunctions?.total ?? 0) {
                guard let virtual = description.virtualFunction(index, of: number) else { continue }
                functions.append(
                    EmulatedFunction(
                        address: virtual, role: .virtual(of: address.requesterID),
                        registers: try factory.virtualFunction(of: description)))
            }
        }
        allFunctions = functions.sorted { $0.address < $1.address }
        followVirtualFunctions()
        guard description.features.contains(.teeIO) else { return }
        dsm = DSM(
            capabilities: TDISPCapabilities(
                requests: description.dsm.requests, lockFlags: description.dsm.lockFlags,
                addressWidth: description.dsm.addressWidth,
                outstandingPerInterface: description.dsm.requestsPerInterface,
                outstandingPerDevice: description.dsm.requestsPerDevice),
            functionZero: description.address.requesterID,
            functions: allFunctions.map { (address: $0.address, role: $0.role) })
    }

    /// A function, be it enabled or not.
    func function(_ requester: RequesterID) -> EmulatedFunction? {
        allFunctions.first { $0.address.requesterID == requester }
    }

    /// Whether a function is there and answers.
    func has(_ function: EmulatedFunction) -> Bool { isPresent && function.isEnabled }

    /// Which functions exist follows from the SR-IOV registers of the physical ones (PCIe 6.0, 9.3.3). A virtual function
    /// that is disabled loses its registers.
    func followVirtualFunctions() {
        for physical in allFunctions where physical.isPhysical {
            let virtual = allFunctions.filter { $0.role == .virtual(of: physical.address.requesterID) }
            for (index, function) in virtual.enumerated() {
                let wasEnabled = function.isEnabled
                function.isEnabled = index < physical.enabledVFs
                if wasEnabled && !function.isEnabled { function.reset() }
            }
        }
        functions = allFunctions.filter(\.isEnabled)
    }

    /// The virtual functions of a physical one that exist.
    func virtualFunctions(of function: EmulatedFunction) -> [EmulatedFunction] {
        functions.filter { $0.role == .virtual(of: function.address.requesterID) }
    }

    /// The TDI at an address, as the device has it.
    func tdi(_ requester: RequesterID) -> TDI? { dsm?.interface(requester)?.tdi }

    /// Uses a defect up.
    func takeDefect(_ defect: DeviceDefect) -> Bool { defects.remove(defect) != nil }
}
