import Assignment

/// A state without what cannot change its future: the causes it carries for people to read, the number of its epoch,
/// and recoveries counted beyond the limit. States of one shape go on alike, so a search over shapes covers them all.
struct Shape: Hashable {
    private let label: String
    private let domain: DomainID?
    private let way: [Way]
    private let rekeyOwed: Bool
    private let recoveries: UInt8
    private let orders: StandingOrders

    /// What a conversion or a way home carries beside phase and step.
    private enum Way: Hashable {
        case origin(Rest, cancelled: Bool)
        case home(Destination)
        case rest(Rest)
    }

    init(_ state: AssignmentState) {
        label = state.label
        domain = state.domain
        way = Self.way(state)
        rekeyOwed = state.lineage.rekeyOwed
        recoveries = min(state.lineage.recoveries, state.lineage.orders.recoveryLimit + 1)
        orders = state.lineage.orders
    }

    private static func way(_ state: AssignmentState) -> [Way] {
        switch state {
        case .available, .attached, .private, .detaching: []
        case .attaching(let now): [of(now.conversion)]
        case .quiescing(let now): [of(now.conversion)]
        case .locking(let now): [of(now.conversion)]
        case .locked(let now): [of(now.conversion)]
        case .attesting(let now): [of(now.conversion)]
        case .attested(let now): [of(now.conversion)]
        case .accepting(let now): [of(now.conversion)]
        case .confirming(let now): [of(now.conversion)]
        case .releasing(let now): [.rest(now.rest)]
        case .quarantined(let now): [.rest(now.rest)]
        case .failed(let now): [.home(now.home)]
        case .recovering(let now): [.home(now.home)]
        case .unknown(let now): [.home(now.home)]
        }
    }

    private static func of(_ conversion: Conversion) -> Way {
        .origin(conversion.origin, cancelled: conversion.cancelled)
    }
}
