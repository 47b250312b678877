internal import Libvirt
internal import PCIe

/// What is read of a domain comes back when it is written as a domain of the test driver; what is refused is shown in one
/// line.
func fuzzDomainXML(_ input: [UInt8]) throws(BrokenInvariant) {
    guard let text = utf8Text(input), let description = try read(text) else { return }
    try require(!description.identity.name.isEmpty, "a domain without name")
    let devices = description.binding?.devices.map(\.address) ?? []
    try require(zip(devices, devices.dropFirst()).allSatisfy { $0 < $1 }, "devices of the binding out of order")
    let domain = TestDriverDocument.Domain(
        name: description.identity.name, uuid: description.identity.uuid, memoryKiB: description.memoryKiB,
        isRunning: true, tee: description.binding?.tee)
    let (head, tail) = ("<node>", "</node>\n")
    let written = TestDriverDocument(domains: [domain]).xml
    try require(written.hasPrefix(head) && written.hasSuffix(tail), "not a document: \(written)")
    let again = try read(String(written.dropFirst(head.count).dropLast(tail.count)))
    try require(again?.identity == description.identity, "name or UUID changed in writing")
    try require(again?.memoryKiB == description.memoryKiB, "the memory changed in writing")
    try require(again?.binding?.tee == description.binding?.tee, "the TEE changed in writing")
}

private func read(_ xml: String) throws(BrokenInvariant) -> DomainDescription? {
    do throws(LibvirtError) {
        return try DomainDescription(parsing: xml)
    } catch {
        try require(error.code == .xmlError, "\(error)")
        try requireOneLine(error.description)
        return nil
    }
}
