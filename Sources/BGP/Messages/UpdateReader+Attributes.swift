import NetworkTypes

extension UpdateReader {
    /// Takes one attribute in, or notes what is wrong with it; throws what ends the session.
    mutating func take(_ attribute: RawAttribute, into update: inout PartialUpdate)
        throws(NotificationMessage)
    {
        if attribute.type != .multiprotocolUnreach { update.hasOtherAttributes = true }
        guard update.seen.insert(attribute.code) else {
            return try takeDuplicate(attribute, into: &update)
        }
        guard let type = attribute.type else { return try takeUnknown(attribute, into: &update) }
        if type == .multiprotocolReach { return try takeReach(attribute, into: &update) }
        if type == .multiprotocolUnreach { return try takeUnreach(attribute, into: &update) }
        if isOutOfPlace(type) {
            return update.note(.notForThisPeer, attribute, .attributeDiscard, .optionalAttributeError)
        }
        // RFC 7606 section 3 c; RFC 6793 section 6 discards its own two attributes whatever is wrong.
        guard attribute.flags.category == type.category else {
            return update.note(
                .wrongFlags, attribute, handling(of: type, isFlags: true), .attributeFlagsError)
        }
        do throws(AttributeError) {
            try parse(type, attribute.value, into: &update.attributes)
        } catch {
            switch error {
            case .length: update.note(.wrongLength, attribute, handling(of: type), .attributeLengthError)
            case .value(let reason): update.note(.wrongValue, attribute, handling(of: type), reason)
            }
        }
        // RFC 9774 section 3: the one thing in AS4_PATH that takes the routes away.
        if type == .as4Path, update.attributes.as4Path?.hasSets == true {
            update.attributes.as4Path = nil
            update.note(.wrongValue, attribute, .treatAsWithdraw, .malformedASPath)
        }
    }

    /// RFC 7606 section 3 g.
    private func takeDuplicate(
        _ attribute: RawAttribute, into update: inout PartialUpdate
    ) throws(NotificationMessage) {
        if attribute.type == .multiprotocolReach || attribute.type == .multiprotocolUnreach {
            throw NotificationMessage(.malformedAttributeList)
        }
        update.note(.duplicate, attribute, .attributeDiscard, .malformedAttributeList)
    }

    /// RFC 4271 section 5: what is not known must be optional.
    private func takeUnknown(_ attribute: RawAttribute, into update: inout PartialUpdate)
        throws(NotificationMessage)
    {
        guard attribute.flags.contains(.optional) else {
            throw NotificationMessage(.unrecognizedWellKnownAttribute, data: attribute.octets)
        }
        update.attributes.unrecognized.append(attribute)
    }

    /// Whether this kind of peer has no business sending the attribute (RFC 7606 sections 7.5, 7.9, 7.10; RFC 6793
    /// section 3).
    private func isOutOfPlace(_ type: AttributeType) -> Bool {
        switch type {
        case .localPreference, .originatorID, .clusterList: !terms.isInternal
        case .as4Path, .as4Aggregator: terms.octetsPerNumber == 4
        case .origin, .asPath, .nextHop, .multiExitDiscriminator, .atomicAggregate, .aggregator,
            .communities,
            .multiprotocolReach, .multiprotocolUnreach, .extendedCommunities, .largeCommunities,
            .onlyToCustomer:
            false
        }
    }

    /// RFC 7606 section 7, attribute by attribute; wrong flags are worse for the two that only inform (section 3 c, f).
    private func handling(of type: AttributeType, isFlags: Bool = false) -> UpdateFault.Handling {
        switch type {
        case .atomicAggregate, .aggregator: isFlags ? .treatAsWithdraw : .attributeDiscard
        case .as4Path, .as4Aggregator: .attributeDiscard
        case .origin, .asPath, .nextHop, .multiExitDiscriminator, .localPreference, .communities,
            .originatorID,
            .clusterList, .multiprotocolReach, .multiprotocolUnreach, .extendedCommunities,
            .largeCommunities,
            .onlyToCustomer:
            .treatAsWithdraw
        }
    }

    private func parse(
        _ type: AttributeType, _ value: ArraySlice<UInt8>, into attributes: inout PathAttributes
    ) throws(AttributeError) {
        switch type {
        case .origin: attributes.origin = try Origin(value: value)
        case .asPath:
            attributes.asPath = try ASPath(value: value, octetsPerNumber: terms.octetsPerNumber).checked()
        case .nextHop: attributes.nextHop = try Self.nextHop(value)
        case .multiExitDiscriminator: attributes.multiExitDiscriminator = try Self.number(value)
        case .localPreference: attributes.localPreference = try Self.number(value)
        case .atomicAggregate:
            guard value.isEmpty else { throw .length }
            attributes.isAtomicAggregate = true
        case .aggregator:
            attributes.aggregator = try Aggregator(value: value, octetsPerNumber: terms.octetsPerNumber)
        case .communities:
            attributes.communities = try Self.list(value, 4).map { Community(UInt32($0)) }
        case .originatorID: attributes.originatorID = try Self.number(value)
        case .clusterList: attributes.clusterList = try Self.list(value, 4).map { UInt32($0) }
        case .extendedCommunities:
            attributes.extendedCommunities = try Self.list(value, 8).map { ExtendedCommunity(UInt64($0)) }
        case .as4Path: attributes.as4Path = try Self.as4Path(value)
        case .as4Aggregator: attributes.as4Aggregator = try Aggregator(value: value, octetsPerNumber: 4)
        case .largeCommunities:
            attributes.largeCommunities = try Self.list(value, 12).map(LargeCommunity.init(octets:))
        case .onlyToCustomer: attributes.onlyToCustomer = ASN(try Self.number(value))
        case .multiprotocolReach, .multiprotocolUnreach: break
        }
    }

    /// RFC 4271 section 6.3: the address of a host.
    private static func nextHop(_ value: ArraySlice<UInt8>) throws(AttributeError) -> IPAddress {
        let address = IPAddress(ipv4: try number(value))
        if address.isUnspecified || address.isLoopback || address.number >> 28 >= 0xE {
            throw .value(.invalidNextHop)
        }
        return address
    }

    /// RFC 6793 section 6: at least one number; what is left without the parts of a confederation.
    private static func as4Path(_ value: ArraySlice<UInt8>) throws(AttributeError) -> ASPath? {
        guard value.count >= 6 else { throw .length }
        var path = try ASPath(value: value, octetsPerNumber: 4)
        path.segments.removeAll { $0.kind == .confederationSequence }
        if path.containsZero { throw .value(.malformedASPath) }
        return path.segments.isEmpty ? nil : path
    }

    private static func number(_ value: ArraySlice<UInt8>) throws(AttributeError) -> UInt32 {
        guard value.count == 4 else { throw .length }
        return value.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Elements of `size` octets, at least one.
    private static func list(_ value: ArraySlice<UInt8>, _ size: Int) throws(AttributeError)
        -> [UInt128]
    {
        guard !value.isEmpty, value.count.isMultiple(of: size) else { throw .length }
        return stride(from: value.startIndex, to: value.endIndex, by: size).map { start in
            value[start..<(start + size)].reduce(0) { $0 << 8 | UInt128($1) }
        }
    }
}

extension ASPath {
    /// What may not stand in a path from outside: AS 0 (RFC 7607), sets (RFC 9774), confederations (RFC 5065).
    fileprivate func checked() throws(AttributeError) -> ASPath {
        if containsZero || containsBannedSegment { throw .value(.malformedASPath) }
        return self
    }
}

extension LargeCommunity {
    fileprivate init(octets: UInt128) {
        self.init(
            ASN(UInt32(truncatingIfNeeded: octets >> 64)), UInt32(truncatingIfNeeded: octets >> 32),
            UInt32(truncatingIfNeeded: octets))
    }
}

extension PartialUpdate {
    mutating func note(
        _ kind: UpdateFault.Kind, _ attribute: RawAttribute, _ handling: UpdateFault.Handling,
        _ reason: NotificationReason
    ) {
        faults.append(
            UpdateFault(
                attribute: attribute.code, kind: kind, handling: handling,
                notification: NotificationMessage(reason, data: attribute.octets)))
    }
}
