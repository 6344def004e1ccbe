package import NetworkTypes

/// What a station heard of addresses by ARP, as the probe prints it in JSON. Times are in nanoseconds on the lab's clock.
public struct ARPReport: Codable, Sendable {
    /// What was heard of one address.
    public struct Target: Codable, Sendable {
        /// The address, as text.
        public let address: String
        /// When a gratuitous request or reply was first heard.
        public package(set) var firstAnnounced: Int64?
        /// When a question of this station was first answered.
        public package(set) var firstAnswered: Int64?
        /// When a question of this station was last answered.
        public package(set) var lastAnswered: Int64?
        /// Gratuitous frames heard.
        public package(set) var announcements = 0
        /// Answers heard.
        public package(set) var answers = 0

        package init(address: String) {
            self.address = address
        }
    }

    /// In the order of the addresses asked for.
    public package(set) var targets: [Target]
    /// Questions sent.
    public package(set) var questions = 0

    package init(addresses: [IPAddress]) {
        targets = addresses.map { Target(address: $0.description) }
    }
}
