import Lab
import NetworkTypes

/// A node that herald runs on, and a client on the same switch that asks and listens.
final class Stage {
    let lab: Lab
    let herald: String
    let node: Node
    let client: Node
    private let number: UInt32
    private var sites = 0

    /// The binary is that at the path `herald`.
    init(in lab: Lab, herald: String) throws {
        self.lab = lab
        self.herald = herald
        number = UInt32(lab.switches.count + 1)
        let lan = try lab.addSwitch("lan\(number)", ipv4: CIDR("10.\(number).0.0/16"))
        node = try lab.addNode("node\(number)", on: lan)
        client = try lab.addNode("client\(number)", on: lan)
    }

    /// What herald gives away, the lowest first: 10.n.64.0 to 10.n.127.255.
    var pool: String { "\(address(0))-\(address(16_383))" }

    /// The address that the Service of this place gets.
    func address(_ place: Int) -> IPAddress { IPAddress(ipv4: 10 << 24 | number << 16 | 64 << 8 + UInt32(place)) }

    func addresses(_ places: Range<Int>) -> [IPAddress] { places.map(address) }

    /// An empty configuration, without a Service or anything remembered.
    func makeSite(_ attach: Attachment) throws -> Site {
        sites += 1
        return try Site(folder: "\(lab.folder)/site-\(number)-\(sites)", pool: pool, attach: attach)
    }

    /// Starts herald and returns when the status of every Service is written.
    func start(_ site: Site) throws -> Running {
        let running = try Running(on: self, site)
        try running.waitForStatus(of: site.services)
        return running
    }
}

/// `arp.attach`.
enum Attachment: String, CaseIterable {
    case interface, link, none
}
