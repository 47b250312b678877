import PCIe
import SPDM
import WireBytes

/// The input is the version that requests name, then a ``Script``: what a mailbox answers. Every request asks for the number
/// behind the last one, and what is said at the end is so.
func fuzzDOEDiscoveryWalk(_ input: [UInt8]) throws(BrokenInvariant) {
    var script = Script(input)
    var walk = try ObservedWalk(version: script.byte() ?? 0)
    while let step = script.step() {
        let sig = DOEType(vendor: DOEType.pciSIG, number: UInt8(step.which))
        switch step.what {
        case 0: try walk.take(.unanswered)
        case 1: try walk.take(.answered(script.message()))
        case 2: try walk.answer(sig, next: walk.following)
        case 3: try walk.answer(sig, next: 0)
        case 4:
            let type = DOEType(vendor: UInt16(script.number()), number: UInt8(step.which))
            try walk.answer(type, next: script.byte() ?? 0)
        case 5: try walk.answerHonestly()
        case 6: try walk.take(.answered(wellFormed(script.message(), type: UInt8(step.which & 3))))
        default: for _ in 0...step.which { try walk.answer(sig, next: walk.following) }
        }
    }
    try walk.take(.unanswered)
    try require(walk.state.index == nil, "nobody answers, and the walk goes on")
}

/// A walk, and what must hold of each of its steps.
private struct ObservedWalk {
    private(set) var state: DOEDiscoveryWalk
    private var request = DOEDiscovery.Request(index: 0)

    init(version: UInt8) throws(BrokenInvariant) {
        let transition = DOEDiscoveryWalk.begin(version: version)
        state = transition.next
        guard case .send(let object) = transition.effect else { throw BrokenInvariant("nothing is asked") }
        try ask(object, for: 0)
    }

    /// The number behind the one that was asked for; 0 behind the last.
    var following: UInt8 { request.index &+ 1 }

    mutating func answer(_ type: DOEType, next: UInt8) throws(BrokenInvariant) {
        try take(.answered(wellFormed(DOEDiscovery.Response(type: type, nextIndex: next).encoded(), type: 0)))
    }

    /// Answers as a mailbox for CMA does.
    mutating func answerHonestly() throws(BrokenInvariant) {
        try take(.answered(wellFormed(DOEDiscovery.Response(to: request).encoded(), type: 0)))
    }

    mutating func take(_ event: DOEDiscoveryWalk.Event) throws(BrokenInvariant) {
        let before = state
        let transition = DOEDiscoveryWalk.step(before, event)
        state = transition.next
        try require(state.version == before.version, "another version")
        guard let index = before.index else {
            return try require(transition == DOEDiscoveryWalk.Transition(before, .none), "it goes on after its end")
        }
        switch transition.effect {
        case .none: throw BrokenInvariant("an answer leads to nothing")
        case .send(let object):
            try require(state.found.dropLast() == before.found[...], "what was found changed")
            try require(state.found.count == Int(index) + 1 && index < 255, "\(state.found.count) types at \(index)")
            try ask(object, for: index + 1)
        case .finish(.success(let types)):
            try require(state.index == nil && types == state.found, "\(types) of \(state.found)")
            try require(types.contains(.spdm) && types.contains(.securedSPDM), "success without SPDM")
            try require(types.count <= Int(index) + 1, "\(types.count) types of \(index)")
        case .finish(.failure(let failure)):
            try require(state.index == nil, "it failed and goes on")
            try check(failure, event, index)
        }
    }

    private mutating func ask(_ object: [UInt8], for index: UInt8) throws(BrokenInvariant) {
        try require(state.index == index, "another number is asked for than the next")
        request = DOEDiscovery.Request(index: index, version: state.version)
        try require(object == wellFormed(request.encoded(), type: 0), "\(object) asks for \(index)")
    }

    private func check(
        _ failure: DOEDiscoveryWalk.Failure, _ event: DOEDiscoveryWalk.Event, _ index: UInt8
    ) throws(BrokenInvariant) {
        switch (failure, event) {
        case (.noAnswer(let asked), .unanswered): try require(asked == index, "no answer to \(asked), not \(index)")
        case (.noAnswer, .answered), (_, .unanswered): throw BrokenInvariant("\(failure) after \(event)")
        case (.malformed(let error), .answered(let bytes)):
            // An error about a payload counts from its start.
            try require(isInside(error, bytes), "'\(error)' points outside the \(bytes.count) bytes given")
        case (.notDiscovery(let type), .answered): try require(type != .discovery, "discovery is no discovery")
        case (.outOfOrder(let asked, let next), .answered):
            try require(asked == index && next != 0 && next != index &+ 1, "\(next) is what follows \(asked)")
        case (.missing(let type), .answered): try require(!state.found.contains(type), "\(type) is there")
        }
    }
}
