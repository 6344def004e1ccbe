import APIServer
import ClusterLab
import Foundation
import Lab
import NetworkTypes

/// What goes wrong, for a while or once.
enum Fault: String, CaseIterable {
    case kill, freeze, terminate, cut, drain, overrun, clock, disk, descriptors
    case slowAPI, refusingAPI, cutWatches, expireWatches, compact, awayAPI, restartRouter

    /// Whether it befalls one node.
    var isOfNode: Bool {
        switch self {
        case .kill, .freeze, .terminate, .cut, .drain, .overrun, .clock, .disk, .descriptors: true
        case .slowAPI, .refusingAPI, .cutWatches, .expireWatches, .compact, .awayAPI, .restartRouter: false
        }
    }

    /// Whether the node cannot be expected to keep its addresses, nor not to take those of others.
    var excuses: Bool {
        switch self {
        case .kill, .freeze, .terminate, .cut, .drain: true
        default: false
        }
    }

    /// Whether it ends the process, after which figures of memory begin anew.
    var endsProcess: Bool { self == .kill || self == .terminate }
}

/// A node of the soak, with what faults need.
final class Subject {
    let herald: HeraldNode
    let folder: Folder
    private let clock: FileHandle

    init(_ herald: HeraldNode, in lab: Lab) throws {
        self.herald = herald
        folder = try Folder("\(lab.folder)/\(herald.node.name)-soak")
        let path = folder.path(of: "clock")
        try folder.write(String(repeating: "\0", count: 8), as: "clock")
        guard let clock = FileHandle(forUpdatingAtPath: path) else {
            throw LabError.system("open \(path)", code: errno)
        }
        self.clock = clock
        // The state directory is a file system of its own, so that it can be full.
        try Subject.run("mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", herald.state.path)
        let library = try Built.program("libClockStep.so")
        herald.launchNext(
            HeraldLaunch(environment: [
                "LD_PRELOAD": library, "HERALD_CLOCK_STEP": path,
                "SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=crashed",
            ]))
        _ = try herald.node.run(["ip", "link", "add", "junk0", "type", "veth", "peer", "name", "junk1"])
        _ = try herald.node.run(["ip", "link", "set", "junk0", "up"])
    }

    static func run(_ command: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw LabError.badTopology("\(command.joined(separator: " ")): status \(process.terminationStatus)")
        }
    }

    func step(clock seconds: Int64) throws {
        try clock.seek(toOffset: 0)
        try clock.write(contentsOf: unsafe withUnsafeBytes(of: seconds) { unsafe Data($0) })
    }

    func fillDisk() {
        let block = Data(repeating: 0x55, count: 4096)
        let path = herald.state.path(of: "ballast")
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { return }
        while (try? file.write(contentsOf: block)) != nil {}
        try? file.close()
    }

    func emptyDisk() { try? FileManager.default.removeItem(atPath: herald.state.path(of: "ballast")) }

    /// Leaves the process no descriptor more than it has.
    func limitDescriptors(_ isLimited: Bool) throws {
        let pid = try herald.running.pid
        let limit = isLimited ? (try ProcessSample(pid: pid)).descriptors : 1024
        try Subject.run("prlimit", "--pid", "\(pid)", "--nofile=\(limit):")
    }

    /// Thousands of changes of addresses that are no business of herald's.
    func floodNetlink() throws {
        let number = 4000
        let lines = (0..<number).map { "addr add 172.20.\($0 / 250).\($0 % 250 + 1)/32 dev junk0" }
        try folder.write((lines + ["addr flush dev junk0"]).joined(separator: "\n") + "\n", as: "flood")
        _ = try herald.node.run(["ip", "-force", "-batch", folder.path(of: "flood")], timeout: .seconds(30))
    }
}
