internal import ArgumentParser

/// Runs a command's work and turns what it throws into what an operator gets: text on standard error, or JSON on standard
/// output, and the exit code.
func reporting(_ options: GlobalOptions, _ work: () async throws -> Void) async throws {
    try await reporting(options.output, work)
}

/// The same for a command without options of a host.
func reporting(_ output: OutputFormat, _ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let failure as Failure {
        try report([(nil, failure)], output)
        throw failure.status.exitCode
    } catch let afterthought as Afterthought {
        Console.err(afterthought.failure.text + "\n")
        throw afterthought.failure.status.exitCode
    } catch let failures as Failures {
        if !failures.areShown { try report(failures.all.map { ($0.device, $0.failure) }, output) }
        throw ExitStatus.worst(of: failures.all.map(\.failure.status)).exitCode
    }
}

/// What is to be said behind a result that stands: on standard error, whatever the result is printed as.
struct Afterthought: Error {
    let failure: Failure
}

/// What went wrong on several devices.
struct Failures: Error {
    let all: [(device: String, failure: Failure)]
    /// Whether the result that was printed tells them already.
    var areShown = false
}

private func report(_ failures: [(device: String?, failure: Failure)], _ output: OutputFormat) throws {
    switch output {
    case .table: for (_, failure) in failures { Console.err(failure.text + "\n") }
    case .json:
        let views = failures.map { FailureView($0.failure, device: $0.device) }
        Console.out(try JSONEnvelope(kind: "Error", views).text)
    }
}
