/// What a message is about (`nlmsg_type`).
package struct MessageType: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    static let error = MessageType(rawValue: 2)
    static let done = MessageType(rawValue: 3)
    static let overrun = MessageType(rawValue: 4)
    static let newLink = MessageType(rawValue: 16)
    static let deleteLink = MessageType(rawValue: 17)
    static let getLink = MessageType(rawValue: 18)
    static let setLink = MessageType(rawValue: 19)
    static let newAddress = MessageType(rawValue: 20)
    static let deleteAddress = MessageType(rawValue: 21)
    static let getAddress = MessageType(rawValue: 22)
}

/// How a message is to be taken (`nlmsg_flags`); some bits mean one thing in requests and another in replies.
package struct MessageFlags: OptionSet, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    static let request = MessageFlags(rawValue: 0x1)
    /// Part of a dump.
    static let multipart = MessageFlags(rawValue: 0x2)
    /// Asks for an answer on success too; an error is always answered.
    static let acknowledge = MessageFlags(rawValue: 0x4)
    /// What is dumped changed meanwhile: entries may be missing.
    static let dumpInterrupted = MessageFlags(rawValue: 0x10)
    /// Requests of the get kind: everything.
    static let dump = MessageFlags(rawValue: 0x300)
    /// Requests of the new kind: replace what is there.
    static let replace = MessageFlags(rawValue: 0x100)
    /// Requests of the new kind: fail when it is there.
    static let exclusive = MessageFlags(rawValue: 0x200)
    /// Requests of the new kind.
    static let create = MessageFlags(rawValue: 0x400)
    /// Answers: the request is not repeated in full.
    static let capped = MessageFlags(rawValue: 0x100)
    /// Answers: attributes follow, the kernel's own words among them.
    static let extendedAnswer = MessageFlags(rawValue: 0x200)
}

/// The 16 octets in front of every netlink message.
package struct MessageHeader: Equatable, Sendable {
    package static let size = 16

    /// Octets of the message, header included.
    package let length: Int
    package let type: MessageType
    package let flags: MessageFlags
    /// Of the request that is answered; zero in most notices.
    package let sequence: UInt32
    /// Port of the requester.
    package let port: UInt32

    init(from reader: inout NativeReader) throws(MalformedMessage) {
        length = Int(try reader.uint32())
        type = MessageType(rawValue: try reader.uint16())
        flags = MessageFlags(rawValue: try reader.uint16())
        sequence = try reader.uint32()
        port = try reader.uint32()
        guard length >= Self.size else { throw .badLength(length) }
    }
}
