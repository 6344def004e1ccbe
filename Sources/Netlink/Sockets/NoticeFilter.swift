import CNetlink

/// A classic BPF program that drops, in the kernel, the notices of our own refreshes.
///
/// Linux sends `RTM_NEWADDR` to every listener each time a lifetime is set anew, and cannot be told not to: with 1,000
/// addresses that would wake the listener 1,000 times every few seconds for nothing. A notice is dropped when the address
/// carries our mark, was changed later than it was created, and duplicate detection has no part in it. Entries of dumps
/// pass, as do new addresses, removals, and everything of others.
enum NoticeFilter {
    private static let accept: UInt32 = .max
    private static let drop: UInt32 = 0
    /// Octets in front of the attributes: `nlmsghdr` and `ifaddrmsg`.
    private static let attributes: UInt32 = 24

    /// A jump whose target is the end of the program, filled in by `program`.
    private enum Instruction {
        case plain(Int32, UInt32)
        case acceptIf(Int32, UInt32)
        case acceptUnless(Int32, UInt32)
    }

    private static let instructions: [Instruction] =
        [
            .plain(BPF_LD | BPF_H | BPF_ABS, 4),
            .acceptUnless(BPF_JEQ | BPF_K, inNetworkOrder(MessageType.newAddress.rawValue)),
            .plain(BPF_LD | BPF_H | BPF_ABS, 6),
            .acceptIf(BPF_JSET | BPF_K, inNetworkOrder(MessageFlags.multipart.rawValue)),
            .plain(BPF_LD | BPF_B | BPF_ABS, 18),
            .acceptIf(
                BPF_JSET | BPF_K,
                InterfaceAddress.Flags([.tentative, .duplicateDetectionFailed]).rawValue),
        ] + find(AddressMessage.routePriority) + [
            .plain(BPF_LD | BPF_W | BPF_IND, 4),
            .acceptUnless(BPF_JEQ | BPF_K, AddressMark.routePriority.bigEndian),
        ] + find(AddressMessage.cacheInformation) + [
            // Created, then changed.
            .plain(BPF_LD | BPF_W | BPF_IND, 12),
            .plain(BPF_ST, 0),
            .plain(BPF_LD | BPF_W | BPF_IND, 16),
            .plain(BPF_MISC | BPF_TAX, 0),
            .plain(BPF_LD | BPF_W | BPF_MEM, 0),
            .acceptIf(BPF_JEQ | BPF_X, 0),
            .plain(BPF_RET | BPF_K, drop),
            .plain(BPF_RET | BPF_K, accept),
        ]

    /// Leaves the place of an attribute in X, or accepts when it is not there.
    private static func find(_ attribute: UInt16) -> [Instruction] {
        [
            .plain(BPF_LD | BPF_IMM, attributes),
            .plain(BPF_LDX | BPF_IMM, UInt32(attribute)),
            .plain(BPF_LD | BPF_W | BPF_ABS, UInt32(bitPattern: SKF_AD_OFF + SKF_AD_NLATTR)),
            .acceptIf(BPF_JEQ | BPF_K, 0),
            .plain(BPF_MISC | BPF_TAX, 0),
        ]
    }

    static var program: [sock_filter] {
        instructions.enumerated().map { position, instruction in
            let toEnd = UInt8(clamping: instructions.count - 2 - position)
            return switch instruction {
            case .plain(let code, let value): sock_filter(code: UInt16(code), jt: 0, jf: 0, k: value)
            case .acceptIf(let test, let value):
                sock_filter(code: UInt16(BPF_JMP | test), jt: toEnd, jf: 0, k: value)
            case .acceptUnless(let test, let value):
                sock_filter(code: UInt16(BPF_JMP | test), jt: 0, jf: toEnd, k: value)
            }
        }
    }

    /// BPF loads in network order; netlink has the machine's.
    private static func inNetworkOrder(_ value: UInt16) -> UInt32 { UInt32(value.bigEndian) }
}
