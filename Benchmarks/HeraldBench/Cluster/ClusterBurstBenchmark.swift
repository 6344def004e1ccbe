import Lab
import NetworkTypes

/// Many Services created at once.
struct ClusterBurstBenchmark {
    let stage: ClusterStage
    let count: Int

    func figures() throws -> [Figure] {
        var last: [Double] = []
        var creation: [Double] = []
        var requests: [String: Int] = [:]
        var processor: [Double] = []
        let runs = count > 1000 ? 1 : 3
        for run in 0..<runs {
            let running = try stage.start()
            try stage.server.order("stopwatch", #"{"clear":true}"#)
            try stage.server.order("crowd/create", #"{"prefix":"seed-"}"#)
            try stage.server.waitForAnnounced(1)
            LabClock.sleep(for: .seconds(1))
            try stage.server.order("stopwatch", #"{"clear":true}"#)
            _ = try stage.server.takeRequests()
            let before = try running.processorTime()
            let start = LabClock.now
            try stage.server.order("crowd/create", #"{"count":\#(count),"prefix":"burst-\#(run)-"}"#)
            let times = try stage.server.waitForAnnounced(count)
            processor.append(try running.processorTime() - before)
            creation.append(Double(times.lastCreated - start.nanoseconds) / 1e6)
            last.append(Double(times.lastAnnounced - times.lastCreated) / 1e6)
            LabClock.sleep(for: .seconds(8))
            requests = try stage.server.takeRequests()
            try running.end()
            try stage.server.order("crowd/delete", #"{"prefix":"burst-"}"#)
            try stage.server.order("crowd/delete", #"{"prefix":"seed-"}"#)
        }
        let goal: Figure.Goal? = count == 500 ? .median(500) : count == 1000 ? .median(1000) : nil
        return [
            Figure("\(count) Services created at once: last status after the last creation", "ms", goal: goal, last),
            Figure("\(count) Services created at once: making them", "ms", creation),
            Figure("\(count) Services created at once: herald's processor time", "s", processor),
        ] + ClusterRequests.figures(requests, of: count, "\(count) at once")
    }
}
