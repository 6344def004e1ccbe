import NetworkTypes

/// The numbers that Linux gives to address families.
enum FamilyNumber {
    static let unspecified: UInt8 = 0
    static let ipv4: UInt8 = 2
    static let ipv6: UInt8 = 10
}

extension AddressFamily {
    init?(number: UInt8) {
        switch number {
        case FamilyNumber.ipv4: self = .ipv4
        case FamilyNumber.ipv6: self = .ipv6
        default: return nil
        }
    }

    var number: UInt8 {
        switch self {
        case .ipv4: FamilyNumber.ipv4
        case .ipv6: FamilyNumber.ipv6
        }
    }
}
