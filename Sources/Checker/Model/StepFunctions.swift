public import Assignment
public import IOMMU
public import PCIe
public import TDISP

/// The functions that the model steps by: the shipped ones. Tests put wrapped ones in their place, to see that a fault
/// in one of them is found.
public struct StepFunctions: Sendable {
    /// The engine: ``AssignmentMachine/step(_:_:)``.
    public var engine: @Sendable (AssignmentState, AssignmentEvent) -> EngineStep
    /// The connection's machine: ``ConnectionMachine/step(_:_:)``.
    public var connection: @Sendable (ConnectionState, ConnectionEvent) -> ConnectionTransition
    /// The device's interface: ``TDI/step(_:_:)``.
    public var interface: @Sendable (TDI, TDI.Event) -> TDI.Transition
    /// A stream's end: ``IDEStream/step(_:_:)``.
    public var stream: @Sendable (IDEStream, IDEStream.Event) -> IDEStream.Transition
    /// What the device does with the nonce of a START: ``NonceVault``.
    public var consumeNonce: @Sendable (StartNonce) -> TDI.Outcome
    /// Whether the device takes an answer to a page request that comes with a T bit over a stream:
    /// ``TrafficRules/inbound(_:tBit:stream:to:)``.
    public var pageResponse: @Sendable (TBit, StreamID, TrafficRules.Interface) -> TrafficRules.Verdict
    /// Which operations an operation of the platform comes to: itself, once.
    public var platform: @Sendable (PlatformOperation) -> [PlatformOperation]
    /// How the remapping unit routes: as the model's profile says.
    public var routing: @Sendable (RoutingProfile) -> RoutingProfile
    /// How a page request is answered with a page: ``RemappingUnit/answerPageRequest(_:with:)``.
    public var pageAnswer: @Sendable (inout RemappingUnit, FunctionRequest, Mapping) -> Void
    /// What else becomes of the remapping unit once its pages have their owners: nothing.
    public var ownership: @Sendable (inout RemappingUnit) -> Void
    /// Whether a bridge has a stream left, of whose streams so many are taken: as many as it has.
    public var hasStreamLeft: @Sendable (_ taken: Int, _ of: Int) -> Bool
    /// Whether a sibling in this phase holds a reset of function 0 back: ``Phase/fallsWithSession``.
    public var fallsWithSession: @Sendable (Phase) -> Bool
    /// How a conversion is completed: ``RemappingUnit/completeConversion(_:)``.
    public var conversion: @Sendable (inout RemappingUnit, PageConversion) throws -> Void

    /// The shipped functions.
    public static let shipped = StepFunctions(
        engine: { EngineStep(AssignmentMachine.step($0, $1)) }, connection: ConnectionMachine.step,
        interface: TDI.step, stream: IDEStream.step,
        consumeNonce: { candidate in
            var vault = NonceVault()
            vault.keep(DeviceValues.nonce, of: DeviceValues.epoch)
            return vault.consume(candidate, of: DeviceValues.epoch)
        },
        pageResponse: { TrafficRules.inbound(.pageResponse, tBit: $0, stream: $1, to: $2) },
        platform: { [$0] }, routing: { $0 }, pageAnswer: { _ = $0.answerPageRequest($1, with: $2) },
        ownership: { _ in }, hasStreamLeft: { $0 < $1 }, fallsWithSession: \.fallsWithSession,
        conversion: { try $0.completeConversion($1) })
}

/// A step of the engine as the model takes it.
public struct EngineStep: Hashable, Sendable {
    /// The next state.
    public var state: AssignmentState
    /// The one thing to be done.
    public var effect: AssignmentEffect

    /// Creates a step.
    public init(_ state: AssignmentState, _ effect: AssignmentEffect) {
        self.state = state
        self.effect = effect
    }

    /// A shipped step.
    public init(_ transition: AssignmentTransition) { self.init(transition.state, transition.effect) }
}
