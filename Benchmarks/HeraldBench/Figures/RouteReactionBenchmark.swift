import Lab
import NetworkTypes

/// From a Service that is created to its route in the router's kernel, and from the node's cut to the route's end.
struct RouteReactionBenchmark {
    let stage: FigureStage
    let services: Int
    let cuts: Int

    func figures() throws -> [Figure] {
        let bird = try stage.startBird()
        defer { _ = try? bird.end() }
        let running = try stage.start("bgp")
        let monitor = try RouteMonitor(on: stage.client)
        defer { monitor.end() }
        try stage.waitForDetection()
        var arrivals: [Double] = []
        for number in 1...services {
            let created = try stage.create("route-\(number)")
            let arrived = try monitor.waitForChange(of: stage.address(number), isGone: false, after: created)
            arrivals.append(Double(created.duration(to: arrived).wholeNanoseconds) / 1e6)
            LabClock.sleep(for: .milliseconds(Int64(50 + number * 37 % 100)))
        }
        let losses = try (0..<cuts).map { _ in try cut(monitor) }
        try stage.end(running)
        return [
            Figure("Service created to route at the router", "ms", goal: .median(20), arrivals),
            Figure("BGP with BFD 50 ms × 3: node cut to route gone", "ms", goal: .worst(160), losses),
        ]
    }

    private func cut(_ monitor: RouteMonitor) throws -> Double {
        LabClock.sleep(for: .milliseconds(Int64.random(in: 500...600)))
        let struck = LabClock.now
        try stage.lab.block(stage.node)
        let gone = try monitor.waitForChange(of: stage.address(1), isGone: true, after: struck)
        try stage.lab.heal()
        _ = try monitor.waitForChange(of: stage.address(1), isGone: false, after: gone)
        try stage.waitForDetection()
        return Double(struck.duration(to: gone).wholeNanoseconds) / 1e6
    }
}
