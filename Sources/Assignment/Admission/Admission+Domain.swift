/// What the domain and the host must be like.
extension Admission {
    func aboutDomain(_ domain: DomainID) -> [Precondition] {
        guard let facts = host.domain(domain) else {
            return [
                Precondition(.domainExists, .violated(.notFound), "no domain \(domain)", advice: "virsh list --all")
            ]
        }
        return [Precondition(.domainExists, .met, "\(facts.name) (\(domain))"), runs(domain), protectedMemory(facts)]
    }

    func runs(_ domain: DomainID) -> Precondition {
        host.domain(domain)?.running == true
            ? Precondition(.domainRuns, .met, "\(name(of: domain)) runs")
            : Precondition(
                .domainRuns, .violated(.refused), "\(name(of: domain)) does not run",
                advice: "virsh start \(name(of: domain))")
    }

    /// Security policy exists because there is trusted memory to protect. Where there is none, the tool steps aside.
    private func protectedMemory(_ facts: DomainFacts) -> Precondition {
        guard let tee = facts.tee else {
            return Precondition(
                .protectedMemory, .stepsAside,
                "\(facts.name) is not a confidential VM: the ordinary device model applies",
                advice: "virsh attach-device \(facts.name): assign it as any device")
        }
        guard facts.memoryKiB > 0 else {
            return Precondition(.protectedMemory, .stepsAside, "\(facts.name) (\(tee)) has no memory to protect")
        }
        return Precondition(.protectedMemory, .met, "\(tee), \(facts.memoryKiB) KiB")
    }

    func policy(_ domain: DomainID) -> Precondition {
        if let error = host.policyError {
            return Precondition(.policy, .violated(.refused), error, advice: "mend the policy file")
        }
        let roots = host.domain(domain)?.pinnedRoots.count ?? 0
        return roots > 0
            ? Precondition(.policy, .met, "built-in verdict, \(roots) pinned root\(roots == 1 ? "" : "s")")
            : Precondition(.policy, .unknown, "no pinned root is shown: the built-in verdict refuses what nobody pins")
    }

    var iommufd: Precondition {
        switch host.iommufd {
        case nil: Precondition(.iommufd, .met, "not used on platform '\(host.platform)'")
        case true?: Precondition(.iommufd, .met, "/dev/iommu is there")
        case false?:
            Precondition(.iommufd, .violated(.lacking), "/dev/iommu is missing", advice: "modprobe iommufd")
        }
    }
}
