import NetworkTypes

/// What a node serves and owns: changes seldom, so heartbeats carry its version and it travels by itself, in parts.
struct NodeState: Equatable, Sendable {
    static let maximumSubnets = 64
    static let maximumStations = 16
    static let maximumConflicts = 64
    /// So many always fit `StatePart.maximumCount` parts.
    static let maximumClaims = 16_384

    /// The blocks whose addresses it can announce: those of interfaces that have a carrier.
    var subnets: [CIDR] = []
    /// The hardware addresses from which it speaks.
    var stations: [MACAddress] = []
    /// Addresses that it found in use by hosts that are no members.
    var conflicts: [AddressConflict] = []
    var claims = HeldAddresses()
}

extension NodeState {
    /// Nil when something is out of order or bounds.
    init?(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let subnetCount = Int(try reader.uint8())
        guard subnetCount <= Self.maximumSubnets else { return nil }
        for _ in 0..<subnetCount {
            guard let subnet = try Self.subnet(from: &reader) else { return nil }
            subnets.append(subnet)
        }
        let stationCount = Int(try reader.uint8())
        guard stationCount <= Self.maximumStations else { return nil }
        for _ in 0..<stationCount {
            guard let station = MACAddress(octets: try reader.slice(6)) else { return nil }
            stations.append(station)
        }
        let conflictCount = Int(try reader.uint8())
        guard conflictCount <= Self.maximumConflicts else { return nil }
        for _ in 0..<conflictCount {
            guard let conflict = try AddressConflict(from: &reader) else { return nil }
            conflicts.append(conflict)
        }
        var held: [HeldAddress] = []
        var epoch: UInt64 = 0
        for family in [AddressFamily.ipv4, .ipv6] {
            guard let count = try reader.varint(), count <= Self.maximumClaims - held.count else { return nil }
            var number: UInt128 = 0
            for _ in 0..<Int(count) {
                guard let claim = try Self.claim(of: family, after: &number, epoch: &epoch, from: &reader) else {
                    return nil
                }
                held.append(claim)
            }
        }
        guard let claims = HeldAddresses(sorted: held) else { return nil }
        self.claims = claims
    }

    /// Subnets, stations, conflicts and claims that exceed the limits are left out.
    func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(min(subnets.count, Self.maximumSubnets)))
        for subnet in subnets.prefix(Self.maximumSubnets) { Self.encode(subnet, into: &writer) }
        writer.write(UInt8(min(stations.count, Self.maximumStations)))
        for station in stations.prefix(Self.maximumStations) { writer.write(station.octets) }
        writer.write(UInt8(min(conflicts.count, Self.maximumConflicts)))
        for conflict in conflicts.prefix(Self.maximumConflicts) { conflict.encode(into: &writer) }
        let held = claims.sorted.prefix(Self.maximumClaims)
        let boundary = held.firstIndex { $0.address.family == .ipv6 } ?? held.endIndex
        var epoch: UInt64 = 0
        for part in [held[..<boundary], held[boundary...]] {
            writer.writeVarint(UInt128(part.count))
            var number: UInt128 = 0
            for claim in part { Self.encode(claim, after: &number, epoch: &epoch, into: &writer) }
        }
    }

    /// Family, prefix length, and as many octets of the network as the length needs.
    private static func subnet(from reader: inout ByteReader) throws(ByteReader.Truncated) -> CIDR? {
        let family: AddressFamily
        switch try reader.uint8() {
        case 4: family = .ipv4
        case 6: family = .ipv6
        default: return nil
        }
        let length = Int(try reader.uint8())
        guard length <= family.bitWidth else { return nil }
        let octets = try reader.slice((length + 7) / 8)
        let padding = repeatElement(UInt8(0), count: family.bitWidth / 8 - octets.count)
        guard let network = IPAddress(octets: Array(octets) + padding),
            let subnet = CIDR(containing: network, prefixLength: length), subnet.network == network
        else { return nil }
        return subnet
    }

    private static func encode(_ subnet: CIDR, into writer: inout ByteWriter) {
        writer.write(UInt8(subnet.family == .ipv4 ? 4 : 6))
        writer.write(UInt8(truncatingIfNeeded: subnet.prefixLength))
        writer.write(subnet.network.octets.prefix((subnet.prefixLength + 7) / 8))
    }

    /// The distance from the address before, then the epoch's from the epoch before, with two flags below it.
    private static func claim(
        of family: AddressFamily, after number: inout UInt128, epoch: inout UInt64, from reader: inout ByteReader
    ) throws(ByteReader.Truncated) -> HeldAddress? {
        guard let distance = try reader.varint(), let word = try reader.varint(), word >> 66 == 0 else { return nil }
        let (sum, overflow) = number.addingReportingOverflow(distance)
        guard !overflow, let address = IPAddress(family: family, number: sum) else { return nil }
        number = sum
        // Wrapping, so that every pair of epochs has a difference.
        let folded = UInt64(truncatingIfNeeded: word >> 2)
        epoch &+= (folded >> 1) ^ (0 &- (folded & 1))
        return HeldAddress(address, epoch: epoch, isInEffect: word & 1 != 0, isOffered: word & 2 != 0)
    }

    private static func encode(
        _ claim: HeldAddress, after number: inout UInt128, epoch: inout UInt64, into writer: inout ByteWriter
    ) {
        writer.writeVarint(claim.address.number - number)
        number = claim.address.number
        let step = Int64(bitPattern: claim.epoch &- epoch)
        let folded = UInt64(bitPattern: (step << 1) ^ (step >> 63))
        epoch = claim.epoch
        writer.writeVarint(UInt128(folded) << 2 | (claim.isInEffect ? 1 : 0) | (claim.isOffered ? 2 : 0))
    }
}
