import NetworkTypes

/// A BFD control packet without authentication (RFC 5880 section 4.1).
public struct ControlPacket: Hashable, Sendable {
    /// Why the sender's session left the Up state last.
    public var diagnostic: Diagnostic
    /// The sender's state.
    public var state: State
    /// P: the sender wants an answer at once.
    public var isPoll: Bool
    /// F: the sender answers.
    public var isFinal: Bool
    /// C: the sender's BFD survives its control plane.
    public var isControlPlaneIndependent: Bool
    /// D: the sender wants no periodic packets while both sides are up.
    public var isDemand: Bool
    /// How many of the sender's packets may be missed; not zero.
    public var multiplier: UInt8
    /// The sender's session.
    public var myDiscriminator: Discriminator
    /// The receiver's session, once the sender knows it.
    public var yourDiscriminator: Discriminator?
    /// The least interval at which the sender wants to send, in microseconds.
    public var desiredMinimumTransmit: UInt32
    /// The least interval at which the sender can receive, in microseconds; zero asks for no periodic packets.
    public var requiredMinimumReceive: UInt32
    /// The least interval between echo packets that the sender can handle, in microseconds; zero is none.
    public var requiredMinimumEchoReceive: UInt32

    /// Octets on the wire.
    public static let length = 24

    /// A packet of version 1 with everything said.
    public init(
        diagnostic: Diagnostic, state: State, isPoll: Bool = false, isFinal: Bool = false,
        isControlPlaneIndependent: Bool = false, isDemand: Bool = false, multiplier: UInt8,
        myDiscriminator: Discriminator, yourDiscriminator: Discriminator?, desiredMinimumTransmit: UInt32,
        requiredMinimumReceive: UInt32, requiredMinimumEchoReceive: UInt32 = 0
    ) {
        self.diagnostic = diagnostic
        self.state = state
        self.isPoll = isPoll
        self.isFinal = isFinal
        self.isControlPlaneIndependent = isControlPlaneIndependent
        self.isDemand = isDemand
        self.multiplier = multiplier
        self.myDiscriminator = myDiscriminator
        self.yourDiscriminator = yourDiscriminator
        self.desiredMinimumTransmit = desiredMinimumTransmit
        self.requiredMinimumReceive = requiredMinimumReceive
        self.requiredMinimumEchoReceive = requiredMinimumEchoReceive
    }
}

extension ControlPacket {
    /// Why a packet is dropped without a word (RFC 5880 section 6.8.6).
    public enum Rejection: Error, Hashable, Sendable, CaseIterable {
        case wrongVersion
        case wrongLength
        case zeroMultiplier
        case multipoint
        case authenticationNotConfigured
        case zeroMyDiscriminator
        /// Only a side that is down may not know the receiver's discriminator.
        case zeroYourDiscriminator
    }

    private enum Flag {
        static let poll: UInt8 = 0x20
        static let final: UInt8 = 0x10
        static let controlPlaneIndependent: UInt8 = 0x08
        static let authenticationPresent: UInt8 = 0x04
        static let demand: UInt8 = 0x02
        static let multipoint: UInt8 = 0x01
    }

    private static let version: UInt8 = 1

    /// Reads the payload of a datagram; octets beyond the packet's own length are ignored.
    public init(payload: [UInt8]) throws(Rejection) {
        var reader = ByteReader(payload)
        guard let head = try? reader.uint8(), let flags = try? reader.uint8(), let multiplier = try? reader.uint8(),
            let length = try? reader.uint8(), let mine = try? reader.uint32(), let yours = try? reader.uint32(),
            let transmit = try? reader.uint32(), let receive = try? reader.uint32(), let echo = try? reader.uint32()
        else { throw .wrongLength }
        if let rejection = Self.rejection(head, flags, multiplier, Int(length), payload.count) { throw rejection }
        guard let myDiscriminator = Discriminator(mine) else { throw .zeroMyDiscriminator }
        let state = State(rawValue: flags >> 6) ?? .down
        if yours == 0, state == .initializing || state == .up { throw .zeroYourDiscriminator }
        self.init(
            diagnostic: Diagnostic(rawValue: head), state: state, isPoll: flags & Flag.poll != 0,
            isFinal: flags & Flag.final != 0, isControlPlaneIndependent: flags & Flag.controlPlaneIndependent != 0,
            isDemand: flags & Flag.demand != 0, multiplier: multiplier, myDiscriminator: myDiscriminator,
            yourDiscriminator: Discriminator(yours), desiredMinimumTransmit: transmit,
            requiredMinimumReceive: receive, requiredMinimumEchoReceive: echo)
    }

    private static func rejection(
        _ head: UInt8, _ flags: UInt8, _ multiplier: UInt8, _ length: Int, _ payload: Int
    ) -> Rejection? {
        if head >> 5 != version { return .wrongVersion }
        if length < Self.length || length > payload { return .wrongLength }
        if multiplier == 0 { return .zeroMultiplier }
        if flags & Flag.multipoint != 0 { return .multipoint }
        if flags & Flag.authenticationPresent != 0 { return .authenticationNotConfigured }
        return nil
    }

    /// The 24 octets of the packet.
    public var octets: [UInt8] {
        var writer = ByteWriter(reserving: Self.length)
        writer.write(Self.version << 5 | diagnostic.rawValue)
        var flags = state.rawValue << 6
        if isPoll { flags |= Flag.poll }
        if isFinal { flags |= Flag.final }
        if isControlPlaneIndependent { flags |= Flag.controlPlaneIndependent }
        if isDemand { flags |= Flag.demand }
        writer.write(flags)
        writer.write(multiplier)
        writer.write(UInt8(Self.length))
        writer.write(myDiscriminator.number)
        writer.write(yourDiscriminator?.number ?? 0)
        writer.write(desiredMinimumTransmit)
        writer.write(requiredMinimumReceive)
        writer.write(requiredMinimumEchoReceive)
        return writer.bytes
    }
}
