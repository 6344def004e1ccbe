public import NetworkTypes

/// Reads the UPDATEs of one session and judges their errors as RFC 7606 does.
///
/// An error that ends the session is thrown with the code, subcode and data of RFC 4271 section 6.3; everything else is
/// in the result. Nothing is kept but which families an error has disabled.
public struct UpdateReader: Sendable {
    /// What the session has agreed to.
    public let terms: UpdateTerms
    /// Families that an unusable multiprotocol attribute has disabled for the rest of the session.
    public internal(set) var disabledFamilies: Set<AddressFamily> = []

    /// A reader of a fresh session.
    public init(terms: UpdateTerms) {
        self.terms = terms
    }

    /// Judges one UPDATE.
    public mutating func read(_ message: RawMessage) throws(NotificationMessage) -> ReceivedUpdate {
        let fields = try Fields(message.body)
        var update = PartialUpdate(
            withdrawn: try Self.prefixes(fields.withdrawn), announced: try Self.prefixes(fields.announced)
        )
        var attributes = ByteReader(fields.attributes)
        while !attributes.isAtEnd {
            let unread = attributes.unread
            guard let attribute = try? RawAttribute(from: &attributes) else {
                try Self.noteTruncation(unread, in: &update)
                break
            }
            try take(attribute, into: &update)
        }
        ignoreNextHop(of: &update)
        checkMandatory(&update)
        return try conclude(update)
    }

    /// The three variable fields of the body, cut by their lengths.
    private struct Fields {
        let withdrawn: ArraySlice<UInt8>
        let attributes: ArraySlice<UInt8>
        let announced: ArraySlice<UInt8>

        init(_ body: ArraySlice<UInt8>) throws(NotificationMessage) {
            var reader = ByteReader(body)
            do throws(ByteReader.Truncated) {
                withdrawn = try reader.slice(Int(try reader.uint16()))
                attributes = try reader.slice(Int(try reader.uint16()))
                announced = reader.unread
            } catch {
                throw NotificationMessage(.malformedAttributeList)
            }
        }
    }

    private static func prefixes(_ octets: ArraySlice<UInt8>) throws(NotificationMessage)
        -> PrefixList
    {
        do throws(PrefixList.Malformed) {
            return try PrefixList(reading: octets, family: .ipv4)
        } catch {
            throw NotificationMessage(.invalidNetworkField)
        }
    }

    /// RFC 7606 section 4: the routes are withdrawn, unless it is the multiprotocol attribute itself that is cut off,
    /// for then its routes cannot be known (section 3 j).
    private static func noteTruncation(
        _ unread: ArraySlice<UInt8>, in update: inout PartialUpdate
    ) throws(NotificationMessage) {
        let code = unread.dropFirst().first
        let type = code.flatMap(AttributeType.init)
        if type == .multiprotocolReach || type == .multiprotocolUnreach {
            throw NotificationMessage(.malformedAttributeList)
        }
        update.hasOtherAttributes = true
        update.faults.append(
            UpdateFault(
                attribute: code, kind: .truncatedList, handling: .treatAsWithdraw,
                notification: NotificationMessage(.malformedAttributeList)))
    }

    /// RFC 4760 section 3: beside routes that bring their own next hop, and none that need it, NEXT_HOP means nothing.
    private func ignoreNextHop(of update: inout PartialUpdate) {
        guard update.announced.isEmpty, update.hasReachableRoutes else { return }
        update.faults.removeAll { $0.attribute == AttributeType.nextHop.rawValue }
        update.attributes.nextHop = nil
    }

    /// RFC 7606 section 3 d: what is missing turns the routes into withdrawals.
    private func checkMandatory(_ update: inout PartialUpdate) {
        guard update.announcesRoutes else { return }
        var missing: [AttributeType] = []
        if !update.seen.contains(AttributeType.origin.rawValue) { missing.append(.origin) }
        if !update.seen.contains(AttributeType.asPath.rawValue) { missing.append(.asPath) }
        if !update.announced.isEmpty, !update.seen.contains(AttributeType.nextHop.rawValue) {
            missing.append(.nextHop)
        }
        for type in missing {
            update.faults.append(
                UpdateFault(
                    attribute: type.rawValue, kind: .missing, handling: .treatAsWithdraw,
                    notification: NotificationMessage(.missingWellKnownAttribute, data: [type.rawValue])))
        }
    }

    /// RFC 7606 section 5.2: with attributes but no routes that they could belong to, nothing short of a reset is safe.
    private func conclude(_ update: PartialUpdate) throws(NotificationMessage) -> ReceivedUpdate {
        if update.hasOtherAttributes, !update.announcesRoutes,
            let fault = update.faults.first(where: { $0.handling == .treatAsWithdraw })
        {
            throw fault.notification
        }
        var result = ReceivedUpdate(
            message: UpdateMessage(
                withdrawn: update.withdrawn, reach: update.reach, unreach: update.unreach,
                attributes: update.attributes, announced: update.announced),
            faults: update.faults, isRouteLeak: isLeak(update.attributes),
            ignoredFamilies: update.ignoredFamilies)
        if !update.withdrawn.isEmpty || !update.announced.isEmpty, !isSpoken(.ipv4) {
            result.message.withdrawn = PrefixList(family: .ipv4)
            result.message.announced = PrefixList(family: .ipv4)
            result.ignoredFamilies.append(.ipv4Unicast)
        }
        return result
    }

    /// Whether routes of the family are taken in.
    func isSpoken(_ family: AddressFamily) -> Bool {
        terms.families.contains(family) && !disabledFamilies.contains(family)
    }

    private func isLeak(_ attributes: PathAttributes) -> Bool {
        guard let role = terms.role, let marked = attributes.onlyToCustomer else { return false }
        switch role.counterpart {
        case .customer, .routeServerClient: return true
        case .peer: return marked != terms.peerASN
        case .provider, .routeServer: return false
        }
    }
}
