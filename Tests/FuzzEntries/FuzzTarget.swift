/// One way for foreign bytes into the program, and what must hold whatever they are.
///
/// The fuzzer (`scripts/fuzz`) runs a target on inputs that it makes up, the tests run it on every input that was kept. The
/// raw value names the folders of those inputs.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// A TDISP request, read and written.
    case tdispRequest = "tdisp-request"
    /// A TDISP response, read and written.
    case tdispResponse = "tdisp-response"
    /// A device interface report, read, written and cut into portions.
    case interfaceReport = "interface-report"
    /// One TDISP request to a DSM, in every state that its interface can have.
    case dsmRequest = "dsm-request"
    /// A life of a DSM: requests, outcomes and incidents.
    case dsmLife = "dsm-life"
    /// A life of a TDISP requester: operations, and what a device answers.
    case requesterLife = "requester-life"
    /// An IDE_KM request, read and written.
    case ideKMRequest = "ide-km-request"
    /// An IDE_KM response, read and written.
    case ideKMResponse = "ide-km-response"
    /// A life of an IDE_KM responder: requests, outcomes and events of the link.
    case ideResponderLife = "ide-responder-life"
    /// A life of an IDE_KM requester: what is asked of it, and what device and host answer.
    case ideRequesterLife = "ide-requester-life"
    /// An SPDM request, read and written.
    case spdmRequest = "spdm-request"
    /// An SPDM response to a request, read and written.
    case spdmResponse = "spdm-response"
    /// Opaque data of a key exchange, and the versions in it.
    case opaqueData = "opaque-data"
    /// The blocks of MEASUREMENTS.
    case measurementRecord = "measurement-record"
    /// The header of a certificate chain.
    case spdmCertificateChain = "spdm-certificate-chain"
    /// A secured record, and what is inside one.
    case securedRecord = "secured-record"
    /// A DOE data object.
    case doeObject = "doe-object"
    /// What a DOE discovery object carries.
    case doeDiscovery = "doe-discovery"
    /// A walk through what a mailbox offers, and what it answers.
    case doeDiscoveryWalk = "doe-discovery-walk"
    /// A life of a device's DOE mailbox: register writes, and answers.
    case doeMailboxLife = "doe-mailbox-life"
    /// A life of a DOE mailbox driver: objects to carry, and what the registers read as.
    case doeDriverLife = "doe-driver-life"
    /// The header of a frame on a socket.
    case socketFrame = "socket-frame"
    /// The text of an endpoint.
    case endpoint
    /// A life of an SPDM responder's machine: messages, outcomes and incidents.
    case spdmResponderLife = "spdm-responder-life"
    /// A life of an SPDM requester's machine: operations, answers and outcomes.
    case spdmRequesterLife = "spdm-requester-life"
    /// Sessions between a requester and a responder, with somebody in between.
    case session
    /// Certificates: split, read and verified.
    case certificates
    /// Certificates in PEM.
    case pem
    /// A certificate chain, and whether it is believed.
    case deviceTrust = "device-trust"
    /// A vendor-defined SPDM message, opened and closed.
    case vendorDefined = "vendor-defined"
    /// An SPDM ERROR, read and written.
    case spdmError = "spdm-error"
    /// A transport object of a session without protection.
    case plainChannel = "plain-channel"
    /// A configuration space: its lists and views, and writes to it.
    case configurationSpace = "configuration-space"
    /// The text of a function address.
    case functionAddress = "function-address"
    /// A YAML file.
    case yaml
    /// A topology file, and the host that is built from it.
    case topology
    /// A scenario file.
    case scenario
    /// A libvirt domain's XML.
    case domainXML = "domain-xml"

    /// Feeds `input` to the target.
    ///
    /// Returns when it was handled as it must be, which for most inputs means that it was refused. Throws
    /// ``BrokenInvariant`` otherwise.
    public func run(_ input: [UInt8]) throws(BrokenInvariant) {
        switch self {
        case .tdispRequest: try fuzzTDISPRequest(input)
        case .tdispResponse: try fuzzTDISPResponse(input)
        case .interfaceReport: try fuzzInterfaceReport(input)
        case .dsmRequest: try fuzzDSMRequest(input)
        case .dsmLife: try fuzzDSMLife(input)
        case .requesterLife: try fuzzRequesterLife(input)
        case .ideKMRequest: try fuzzIDEKMRequest(input)
        case .ideKMResponse: try fuzzIDEKMResponse(input)
        case .ideResponderLife: try fuzzIDEResponderLife(input)
        case .ideRequesterLife: try fuzzIDERequesterLife(input)
        case .spdmRequest: try fuzzSPDMRequest(input)
        case .spdmResponse: try fuzzSPDMResponse(input)
        case .opaqueData: try fuzzOpaqueData(input)
        case .measurementRecord: try fuzzMeasurementRecord(input)
        case .spdmCertificateChain: try fuzzSPDMCertificateChain(input)
        case .securedRecord: try fuzzSecuredRecord(input)
        case .doeObject: try fuzzDOEObject(input)
        case .doeDiscovery: try fuzzDOEDiscovery(input)
        case .doeDiscoveryWalk: try fuzzDOEDiscoveryWalk(input)
        case .doeMailboxLife: try fuzzDOEMailboxLife(input)
        case .doeDriverLife: try fuzzDOEDriverLife(input)
        case .socketFrame: try fuzzSocketFrame(input)
        case .endpoint: try fuzzEndpoint(input)
        case .spdmResponderLife: try fuzzSPDMResponderLife(input)
        case .spdmRequesterLife: try fuzzSPDMRequesterLife(input)
        case .session: try fuzzSession(input)
        case .certificates: try fuzzCertificates(input)
        case .pem: try fuzzPEM(input)
        case .deviceTrust: try fuzzDeviceTrust(input)
        case .vendorDefined: try fuzzVendorDefined(input)
        case .spdmError: try fuzzSPDMError(input)
        case .plainChannel: try fuzzPlainChannel(input)
        case .configurationSpace: try fuzzConfigurationSpace(input)
        case .functionAddress: try fuzzFunctionAddress(input)
        case .yaml: try fuzzYAML(input)
        case .topology: try fuzzTopology(input)
        case .scenario: try fuzzScenario(input)
        case .domainXML: try fuzzDomainXML(input)
        }
    }
}
