import NetworkTypes

/// What a speaker promises about its restarts (RFC 4724 section 3, RFC 8538 section 2).
public struct GracefulRestartCapability: Hashable, Sendable {
    /// One family whose routes survive a restart.
    public struct Family: Hashable, Sendable {
        /// The routes.
        public var family: RouteFamily
        /// Whether packets were forwarded all through the last restart (F bit).
        public var isForwardingPreserved: Bool

        /// One entry of the list.
        public init(_ family: RouteFamily, isForwardingPreserved: Bool) {
            self.family = family
            self.isForwardingPreserved = isForwardingPreserved
        }
    }

    /// Whether the speaker has just restarted (R bit).
    public var isRestarting: Bool
    /// Whether a NOTIFICATION keeps the routes as a lost connection does (N bit).
    public var keepsRoutesOnNotification: Bool
    /// Seconds that the speaker may take to come back, 0 to 4095.
    public var restartTime: UInt16
    /// May be empty: then the speaker only helps others restart.
    public var families: [Family]

    /// `restartTime` above 4095 is cut to it.
    public init(
        isRestarting: Bool, keepsRoutesOnNotification: Bool, restartTime: UInt16, families: [Family]
    ) {
        self.isRestarting = isRestarting
        self.keepsRoutesOnNotification = keepsRoutesOnNotification
        self.restartTime = min(restartTime, 0xFFF)
        self.families = families
    }

    init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let head = try reader.uint16()
        isRestarting = head & 0x8000 != 0
        keepsRoutesOnNotification = head & 0x4000 != 0
        restartTime = head & 0xFFF
        families = []
        while !reader.isAtEnd {
            let afi = try reader.uint16()
            let safi = try reader.uint8()
            let flags = try reader.uint8()
            families.append(
                Family(RouteFamily(afi: afi, safi: safi), isForwardingPreserved: flags & 0x80 != 0))
        }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(
            (isRestarting ? 0x8000 : 0) | (keepsRoutesOnNotification ? 0x4000 : 0)
                | min(restartTime, 0xFFF))
        for family in families {
            writer.write(family.family.afi)
            writer.write(family.family.safi)
            writer.write(UInt8(family.isForwardingPreserved ? 0x80 : 0))
        }
    }
}
