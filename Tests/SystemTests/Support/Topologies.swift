/// Small hosts, each with one thing about it.
enum Topologies {
    /// Nothing at all.
    static let empty = """
        version: 1
        name: empty
        bridges: []
        devices: []
        domains: []

        """

    /// Two devices under a bridge that can hold one IDE stream.
    static let oneStream = """
        version: 1
        name: one stream
        bridges:
          - {name: "pci0000:3a", ide-streams: 1}
        devices:
          - {name: first, address: "0000:3b:00.0", identity: {serial: FIRST-1}, driver: accel}
          - {name: second, address: "0000:3c:00.0", identity: {serial: SECOND-1}, driver: accel}
        domains:
          - {name: web1, uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0001, memory: 4MiB, tee: sev-snp}

        """

    /// A device whose certificates have expired, one with good ones, and one that does not speak SPDM.
    static let expiredCertificate = """
        version: 1
        name: expired certificate
        bridges:
          - {name: "pci0000:3a", ide-streams: 2}
        devices:
          - name: expired
            address: "0000:3b:00.0"
            identity: {serial: EXPIRED-1}
            driver: accel
            flaws: [expired-certificate]
          - {name: good, address: "0000:3c:00.0", identity: {serial: GOOD-1}, driver: accel}
          - {name: mute, address: "0000:3d:00.0", features: [], driver: mute}
        domains:
          - {name: web1, uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0001, memory: 4MiB, tee: sev-snp}

        """

    /// A device whose root no guest pins.
    static let foreignRoot = """
        version: 1
        name: foreign root
        bridges:
          - {name: "pci0000:3a", ide-streams: 1}
        devices:
          - {name: foreign, address: "0000:3b:00.0", identity: {root: Nobody's CA, serial: F-1}, driver: accel}
        domains:
          - {name: web1, uuid: 3f2c6d1e-5a1b-4f6e-9c55-0d8e7a6b0001, memory: 4MiB, tee: sev-snp}

        """
}
