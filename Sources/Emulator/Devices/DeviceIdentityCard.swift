internal import OpenSSLCrypto
internal import PCIe
internal import SPDM
internal import SPDMEndpoints

// Who a device is: a key and certificates, issued from the words of its identity when it is first asked, and what it
// measures.

extension HostModel {
    /// Makes sure that a device with a mailbox has somebody behind it. False when it has no mailbox, or no identity could
    /// be made.
    @discardableResult
    mutating func prepareResponder(of device: EmulatedDevice) -> Bool {
        guard device.description.features.contains(.doe) else { return false }
        guard device.responder == nil else { return true }
        return giveIdentity(to: device)
    }

    /// Issues a new identity. Nothing that was negotiated with the device before stands.
    @discardableResult
    mutating func giveIdentity(to device: EmulatedDevice) -> Bool {
        device.endSessions()
        do throws(DeviceIdentityError) {
            device.take(try issue(device), ModelChance(fork()), recordLimit: recordLimit)
            device.identityError = nil
            return true
        } catch {
            device.responder = nil
            device.identityError = error
            return false
        }
    }

    /// A chain under the root that its identity names, flaws included.
    func issue(_ device: EmulatedDevice) throws(DeviceIdentityError) -> DeviceIdentity {
        let flaws = device.description.flaws
        var name = device.pciName
        if flaws.contains(.foreignCertificate) { name.device ^= 1 }
        let info = DeviceInfo(
            manufacturer: "Example", product: device.description.name, serialNumber: device.identity.serial)
        return try authority.issue(
            DeviceDescription(info, pciName: name), under: device.identity.root,
            valid: flaws.contains(.expiredCertificate) ? Self.pastValidity : nil)
    }

    /// The year 2020: over when the virtual time begins.
    private static let pastValidity: ClosedRange<Int64> = 1_577_836_800...1_609_459_199
}

extension EmulatedDevice {
    /// The name that its registers give it.
    var pciName: PCIDeviceName {
        let space = functions[0].registers.space
        return PCIDeviceName(
            vendor: space.vendorID, device: space.deviceID, classCode: space.classCode, revision: space.revision,
            subsystem: PCIDeviceName.Subsystem(vendor: space.subsystemVendorID, device: space.subsystemID))
    }

    /// Becomes the device with this key and these certificates.
    func take(
        _ identity: any SlotIdentity, _ chance: consuming ModelChance, recordLimit: UInt64 = SessionKeys.recordLimit
    ) {
        responder = SPDMResponder(
            ResponderSettings(
                profile: profile, slots: [ResponderSlot(0, identity)], measurements: measurements,
                recordLimit: recordLimit),
            chance: chance)
    }

    /// Measures anew, after its firmware changed.
    func showMeasurements() {
        responder?.setMeasurements(measurements, isFirmwareUpdated: true)
        followSessions()
    }

    /// Measures anew, as it boots.
    func boot() {
        boots += 1
        responder?.setMeasurements(measurements, isFirmwareUpdated: false)
    }

    /// What it measures of itself.
    var measurements: [DeviceMeasurement] {
        let firmware = Array("firmware \(identity.firmware)".utf8)
        let hardware = Array("hardware \(pciName)".utf8)
        let always = [
            DeviceMeasurement(index: 1, kind: .firmware, value: .bitStream(firmware)),
            DeviceMeasurement(index: 2, kind: .hardwareConfiguration, value: .bitStream(hardware)),
            DeviceMeasurement(index: 3, kind: .firmwareVersion, value: .raw(Array(identity.firmware.utf8))),
        ]
        let ofBoot = description.dsm.bootMeasurement
        return ofBoot == 0
            ? always
            : always + [
                DeviceMeasurement(
                    index: ofBoot, kind: .firmwareConfiguration, value: .bitStream(Array("boot \(boots)".utf8)))
            ]
    }
}
