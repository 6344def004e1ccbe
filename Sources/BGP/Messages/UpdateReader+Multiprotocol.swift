import NetworkTypes

extension UpdateReader {
    /// MP_REACH_NLRI: one that cannot be read costs its family or the session (RFC 7606 sections 5.3 and 7.11).
    mutating func takeReach(
        _ attribute: RawAttribute, into update: inout PartialUpdate
    ) throws(NotificationMessage) {
        let head: MultiprotocolReach.Head
        do throws(AttributeError) {
            head = try MultiprotocolReach.Head(value: attribute.value)
        } catch {
            throw NotificationMessage(.optionalAttributeError, data: attribute.octets)
        }
        update.hasReachableRoutes = !head.prefixes.isEmpty
        guard let family = head.family.unicast, isSpoken(family) else {
            return update.ignoredFamilies.append(head.family)
        }
        noteFlags(of: attribute, .multiprotocolReach, &update)
        do throws(AttributeError) {
            update.reach = try MultiprotocolReach(
                head, family: family, acceptsIPv6NextHop: terms.acceptsIPv6NextHopForIPv4)
        } catch {
            try disable(family, attribute, &update)
        }
    }

    /// MP_UNREACH_NLRI, judged as MP_REACH_NLRI is.
    mutating func takeUnreach(
        _ attribute: RawAttribute, into update: inout PartialUpdate
    ) throws(NotificationMessage) {
        let head: MultiprotocolUnreach.Head
        do throws(AttributeError) {
            head = try MultiprotocolUnreach.Head(value: attribute.value)
        } catch {
            throw NotificationMessage(.optionalAttributeError, data: attribute.octets)
        }
        guard let family = head.family.unicast, isSpoken(family) else {
            return update.ignoredFamilies.append(head.family)
        }
        noteFlags(of: attribute, .multiprotocolUnreach, &update)
        do throws(AttributeError) {
            update.unreach = try MultiprotocolUnreach(head, family: family)
        } catch {
            try disable(family, attribute, &update)
        }
    }

    /// Wrong flags withdraw the routes, as long as these can be read (RFC 7606 section 3 c).
    private func noteFlags(of attribute: RawAttribute, _ type: AttributeType, _ update: inout PartialUpdate) {
        guard attribute.flags.category != type.category else { return }
        update.note(.wrongFlags, attribute, .treatAsWithdraw, .attributeFlagsError)
    }

    private mutating func disable(
        _ family: AddressFamily, _ attribute: RawAttribute, _ update: inout PartialUpdate
    ) throws(NotificationMessage) {
        switch terms.multiprotocolErrors {
        case .resetSession: throw NotificationMessage(.optionalAttributeError, data: attribute.octets)
        case .disableFamily:
            disabledFamilies.insert(family)
            update.note(.wrongValue, attribute, .familyDisable, .optionalAttributeError)
        }
    }
}
