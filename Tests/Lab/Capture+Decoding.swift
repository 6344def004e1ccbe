import NetworkTypes

/// Reading a capture with tshark, an opinion that is not ours.
extension Capture {
    /// The fields, by Wireshark's names ("arp.opcode"), of every frame that meets the display filter, in order.
    public func decode(fields: [String], where filter: String = "") throws(LabError) -> [Frame] {
        let names = ["frame.number", "frame.time_epoch"] + fields
        return try table(of: names, filter).map { (row) throws(LabError) in
            guard row.count == names.count, let number = row[0].first.flatMap({ Int($0) }),
                let time = row[1].first.flatMap(nanoseconds)
            else { throw .unreadable("a row of tshark", text: "\(row)") }
            return Frame(
                number: number, time: MonotonicTime(nanoseconds: time - wallOffset),
                fields: Dictionary(zip(fields, row.dropFirst(2)), uniquingKeysWith: { first, _ in first }))
        }
    }

    /// Frames that tshark finds broken: cut short, malformed, or against the rules of their protocol (severity error).
    public func expertProblems() throws(LabError) -> [ExpertProblem] {
        let filter = "_ws.malformed or _ws.short or _ws.expert.group == \"Malformed\" or _ws.expert.severity == error"
        return try table(of: ["frame.number", "_ws.col.Protocol", "_ws.expert.message"], filter).map { row in
            ExpertProblem(
                frame: row.first?.first.flatMap { Int($0) } ?? 0, protocolName: row.dropFirst().first?.first ?? "",
                messages: row.dropFirst(2).first ?? [])
        }
    }

    /// tshark's rows, each a list of fields, each a list of occurrences.
    private func table(of fields: [String], _ filter: String) throws(LabError) -> [[[String]]] {
        // Octets that occur in no field: tab is escaped by tshark, and the unit separator is no text.
        var command = [try Tool.tshark.path(), "-n", "-r", path, "-T", "fields", "-E", "separator=/t"]
        command += ["-E", "occurrence=a", "-E", "aggregator=\u{1F}"]
        command += fields.flatMap { ["-e", $0] } + (filter.isEmpty ? [] : ["-Y", filter])
        let process = try ChildProcess(Launch(command: command), showing: command)
        let output: Output
        do { output = try process.wait(timeout: .seconds(60)) } catch {
            process.kill9()
            throw error
        }
        // The last frame of a capture that goes on may be half written.
        guard output.isSuccess || isRunning && output.errors.contains("cut short") else {
            throw .commandFailed(command, output)
        }
        return output.text.split(separator: "\n").map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { field in
                field.split(separator: "\u{1F}").map(String.init)
            }
        }
    }

    /// "1700000000.123456789" as nanoseconds.
    private func nanoseconds(_ seconds: String) -> Int64? {
        let parts = seconds.split(separator: ".")
        guard parts.count == 2, let whole = Int64(parts[0]), parts[1].utf8.count <= 9,
            let fraction = Int64(parts[1] + String(repeating: "0", count: 9 - parts[1].utf8.count))
        else { return nil }
        return whole * 1_000_000_000 + fraction
    }
}
