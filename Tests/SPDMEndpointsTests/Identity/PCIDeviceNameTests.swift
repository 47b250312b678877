import SPDMEndpoints
import Testing

@Suite struct `PCI device name` {
    private static let text = "Vendor=10de:Device=2330:CC=030200:REV=a1:SSVID=10de:SSID=16c1"
    private static let name = PCIDeviceName(
        vendor: 0x10DE, device: 0x2330, classCode: 0x03_0200, revision: 0xA1,
        subsystem: .init(vendor: 0x10DE, device: 0x16C1))

    @Test func `is read from its text, in either case, and written in lower case`() {
        #expect(PCIDeviceName(Self.text) == Self.name)
        #expect(
            PCIDeviceName("Vendor=10DE:Device=2330:CC=030200:REV=A1:SSVID=10DE:SSID=16C1") == Self.name)
        #expect(Self.name.description == Self.text)
    }

    @Test func `of a function without a subsystem ends behind the revision, and keeps leading zeros`() {
        let bridge = PCIDeviceName(vendor: 0x1, device: 0x2, classCode: 0x3, revision: 0x4)
        #expect(bridge.description == "Vendor=0001:Device=0002:CC=000003:REV=04")
        #expect(PCIDeviceName(bridge.description) == bridge)
    }

    @Test func `has a class code of 24 bits`() {
        #expect(PCIDeviceName(vendor: 0, device: 0, classCode: 0xFF12_3456, revision: 0).classCode == 0x12_3456)
    }

    @Test(arguments: [
        "", "Vendor=10de", "Vendor=10de:Device=2330:CC=030200:REV=a1:SSVID=10de", text + ":", ":" + text, text + ":X=1",
        "Vendor=10d:Device=2330:CC=030200:REV=a1", "Vendor=10dex:Device=2330:CC=030200:REV=a1",
        "Vendor=+0de:Device=2330:CC=030200:REV=a1", "vendor=10de:Device=2330:CC=030200:REV=a1",
        "Device=2330:Vendor=10de:CC=030200:REV=a1", "Vendor=10de:Device=2330:CC=0302000:REV=a1",
        "Vendor=10de:Device=2330:CC=030200:REV=", "Vendor=\u{FF11}0de:Device=2330:CC=030200:REV=a1",
        "Vendor 10de:Device=2330:CC=030200:REV=a1",
    ]) func `in any other form is not read`(text: String) {
        #expect(PCIDeviceName(text) == nil)
    }

    @Test func `device info has three parts, of which the last may hold colons`() {
        let info = DeviceInfo("ACME:WIDGET:1234567890")
        #expect(info == DeviceInfo(manufacturer: "ACME", product: "WIDGET", serialNumber: "1234567890"))
        #expect(info?.description == "ACME:WIDGET:1234567890")
        #expect(DeviceInfo("a::b:c")?.serialNumber == "b:c")
        #expect(DeviceInfo("a:b") == nil)
        #expect(DeviceInfo("") == nil)
        #expect(DeviceInfo("\u{C9}milie:\u{8A9E}:1")?.manufacturer == "\u{C9}milie")
    }

    @Test(arguments: ["\u{1B}", "\n", "\u{7F}", "\u{9B}", "\u{202E}", "\u{2028}", "\u{E000}"])
    func `device info with a character that has no shape is not read, nor an endless one`(character: String) {
        #expect(DeviceInfo("a:b:c\(character)") == nil)
        #expect(DeviceInfo("a:b:" + String(repeating: "c", count: 252)) != nil)
        #expect(DeviceInfo("a:b:" + String(repeating: "c", count: 253)) == nil)
    }
}
