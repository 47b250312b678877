/// Object identifiers in the certificates of SPDM devices, in dotted form.
enum SPDMObjectIdentifier {
    /// id-DMTF-device-info: a name of the form `manufacturer:product:serial number` (DSP0274, 10.8.2).
    static let deviceInfo = "1.3.6.1.4.1.412.274.1"
    /// id-DMTF-hardware-identity: marks the certificate of the key that never changes.
    static let hardwareIdentity = "1.3.6.1.4.1.412.274.2"
    /// id-DMTF-eku-responder-auth: the purpose of a responder's key.
    static let responderAuthentication = "1.3.6.1.4.1.412.274.3"
    /// id-DMTF-eku-requester-auth: the purpose of a requester's key.
    static let requesterAuthentication = "1.3.6.1.4.1.412.274.4"
    /// id-DMTF-SPDM-extension: an extension that lists such identifiers.
    static let spdmExtension = "1.3.6.1.4.1.412.274.6"
    /// The name of a PCI function (PCIe 6.1, 6.31.3).
    static let pciName = "2.23.147"
}
