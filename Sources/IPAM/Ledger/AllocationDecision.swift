import NetworkTypes

/// What a Service is to hold.
struct AllocationDecision {
    var addresses: [IPAddress]
    var refusal: Refusal?
    var missing: [AllocationOutcome.Note] = []
}
