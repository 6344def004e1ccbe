/// Makes a lab, runs `body` on a thread of the lab's own, where it may block, and removes the lab whatever happens.
///
///
///     try await withLab { lab in
///         let lan = try lab.addSwitch()
///         let client = try lab.addNode("client", on: lan)
///         let server = try lab.addNode("server", on: lan)
///         let probe = try client.probe(server.ipv4)
///         try lab.cut(server)
///         try lab.restore(server)
///         let gaps = try probe.finish().gaps
///     }
///
/// What `body` throws is thrown on; that the lab cannot be removed is thrown only when nothing else went wrong.
@discardableResult
public func withLab<Value: Sendable>(
    named title: String = "lab", _ body: @Sendable @escaping (Lab) async throws -> Value
) async throws -> Value {
    let executor = try LabExecutor()
    defer { executor.stop() }
    return try await withTaskExecutorPreference(executor) { try await scope(title, body) }
}

@concurrent
private func scope<Value: Sendable>(
    _ title: String, _ body: @Sendable (Lab) async throws -> Value
) async throws -> Value {
    let lab = try Lab.make(named: title)
    let value: Value
    do { value = try await body(lab) } catch {
        try? lab.close()
        throw error
    }
    try lab.close()
    return value
}
