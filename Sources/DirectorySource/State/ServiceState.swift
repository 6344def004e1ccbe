import LoadBalancing
import NetworkTypes

/// What the state file of one Service says about it.
struct ServiceState: Equatable {
    /// A condition and since when, in seconds since 1970, it has been true or false.
    struct Statement: Equatable {
        var condition: Condition
        var since: Int64
    }

    /// The addresses it was given.
    var record: [IPAddress] = []
    /// The addresses in effect, as far as was written.
    var ingress: [IPAddress] = []
    /// No two of one kind.
    var statements: [Statement] = []

    /// Whether there is nothing to keep.
    var isEmpty: Bool { record.isEmpty && ingress.isEmpty && statements.isEmpty }

    /// The state after an outcome: what the outcome leaves out stays.
    func applying(_ outcome: ServiceOutcome, at time: Int64) -> ServiceState {
        var state = self
        if let record = outcome.record { state.record = record }
        if let ingress = outcome.ingress { state.ingress = ingress }
        guard let conditions = outcome.conditions else { return state }
        if conditions.isEmpty { state.statements = [] }
        for condition in conditions { state.state(condition, at: time) }
        return state
    }

    /// The state once the process has gone: no address is in effect; the record stays.
    func stopped(at time: Int64) -> ServiceState {
        var state = self
        state.ingress = []
        for statement in statements where statement.condition.kind == .announced && statement.condition.isTrue {
            var condition = statement.condition
            condition.isTrue = false
            condition.reason = "Stopped"
            condition.message = "herald was stopped on this node"
            state.state(condition, at: time)
        }
        return state
    }

    private mutating func state(_ condition: Condition, at time: Int64) {
        guard let place = statements.firstIndex(where: { $0.condition.kind == condition.kind }) else {
            statements.append(Statement(condition: condition, since: time))
            return
        }
        if statements[place].condition.isTrue != condition.isTrue { statements[place].since = time }
        statements[place].condition = condition
    }
}
