public import NetworkTypes

/// Answers `/livez` and `/readyz`.
public enum Health {
    /// 200 while every loop turns; otherwise 503 and which does not.
    public static func liveness(_ pulses: [LoopPulse], at now: MonotonicTime) -> OperationsResponse {
        let lines = pulses.map { pulse in
            let age = pulse.age(at: now).components.seconds
            return pulse.isBeating(at: now)
                ? "[+] \(pulse.name) turned within \(age + 1) s"
                : "[-] \(pulse.name) has not turned for \(age) s, longer than \(pulse.limit.components.seconds) s"
        }
        let isAlive = pulses.allSatisfy { $0.isBeating(at: now) }
        return .text((lines + [isAlive ? "live" : "not live"]).joined(separator: "\n"), status: isAlive ? 200 : 503)
    }

    /// 200 when every check holds, otherwise 503 and those that do not; all of them if asked.
    public static func readiness(_ checks: [ReadinessCheck], verbose: Bool) -> OperationsResponse {
        let isReady = checks.allSatisfy(\.holds)
        let lines = checks.filter { verbose || !$0.holds }.map { "[\($0.holds ? "+" : "-")] \($0.name): \($0.detail)" }
        return .text((lines + [isReady ? "ready" : "not ready"]).joined(separator: "\n"), status: isReady ? 200 : 503)
    }
}
