import Glibc
import Lab

/// `lab`: makes a lab with a sleeping program in it and waits to be killed, so that a test can see what is left.
struct LabCommand {
    func run() throws {
        let lab = try Lab.make(named: "to be interrupted")
        let lan = try lab.addSwitch()
        let node = try lab.addNode("left", on: lan)
        _ = try lab.addNode("right", on: lan)
        let sleeper = try node.start(["sleep", "1000"])
        StandardStream.output.write("ready \(sleeper.pid)\n")
        while true { pause() }
    }
}
