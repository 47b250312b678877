public import StrictYAML

extension Topology {
    /// The text of `Scenarios/topologies/demo.yaml`: a bridge with an accelerator and two virtual functions, an NVMe
    /// disk, and a network card without TDISP; two confidential VMs, one that is not, and one that is shut off.
    public static let demoText = """
        version: 1
        name: demo
        bridges:
          - name: pci0000:3a
            ide-streams: 4
        devices:
          - name: accelerator
            address: 0000:3b:00.0
            vendor: 0x1d05
            device: 0x0a01
            class: 0x120000
            memory: [16MiB, 64KiB]
            vfs: {total: 4, enabled: 2, device: 0x0a02}
            identity: {root: Example Device CA, serial: ACC-0001, firmware: 2.1.0}
            driver: accel
          - name: nvme
            address: 0000:3c:00.0
            vendor: 0x1d05
            device: 0x0b01
            class: 0x010802
            memory: [64KiB]
            identity: {root: Example Device CA, serial: SSD-0001}
            driver: nvme
          - name: network
            address: 0000:3d:00.0
            vendor: 0x1d05
            device: 0x0c01
            class: 0x020000
            memory: [1MiB]
            features: [flr, msi-x]
            driver: netdev
        domains:
          - name: web1
            uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0001
            memory: 32MiB
            tee: sev-snp
          - name: db1
            uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0002
            memory: 64MiB
            tee: tdx
          - name: plain1
            uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0003
            memory: 16MiB
            tee: none
          - name: off1
            uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0004
            memory: 16MiB
            tee: sev-snp
            running: false

        """

    /// The demo topology.
    ///
    /// Throws ``YAMLError`` if its text is not a topology, which a test rules out.
    public static func demo() throws(YAMLError) -> Topology { try Topology(parsing: demoText, file: "demo.yaml") }

    /// A topology by its name (`demo`), else read from a file.
    ///
    /// Throws ``YAMLError`` with file, line and column.
    public init(named source: String) throws(YAMLError) {
        self = source == "demo" ? try .demo() : try Topology(contentsOfFile: source)
    }
}
