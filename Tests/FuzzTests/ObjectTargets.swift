import FoundationEssentials

@testable import Kubernetes
@testable import KubernetesSource

extension FuzzTarget {
    /// What an API server says of objects beside Services, slices and Nodes.
    static let objects = [namespace, serviceCIDR, secret, fieldManagers]

    private static let namespace = FuzzTarget("namespace", seeds: ObjectSeeds.namespaces) { octets in
        for delivery in deliveries(of: Kubernetes.Namespace.self, in: octets) {
            plan { view in
                view.take(Delivery<Kubernetes.Service>.replace(ObjectSeeds.services, keeping: []))
                view.take(delivery)
            }
        }
    }

    private static let serviceCIDR = FuzzTarget("service-cidr", seeds: ObjectSeeds.serviceCIDRs) { octets in
        for delivery in deliveries(of: ServiceCIDR.self, in: octets) {
            plan { view in
                view.take(Delivery<Kubernetes.Service>.replace(ObjectSeeds.services, keeping: []))
                view.take(delivery)
            }
        }
    }

    /// What a list or an event of a watch brings.
    private static func deliveries<Object: Resource>(of type: Object.Type, in octets: [UInt8]) -> [Delivery<Object>] {
        var deliveries: [Delivery<Object>] = []
        if let page = try? JSON.decode(ListPage<Object>.self, from: octets) {
            let again = try? JSON.decode(ListPage<Object>.self, from: octets)
            hold(again?.items == page.items, "the same octets are the same objects")
            deliveries.append(.replace(page.items, keeping: Set(page.unreadable.compactMap(\.key))))
        }
        guard let event = try? JSON.decode(WatchEvent<Object>.self, from: octets) else { return deliveries }
        switch event {
        case .changed(.object(let object)): deliveries.append(.put(object))
        case .deleted(.object(let object)): deliveries += [.put(object), .remove(object.metadata.key)]
        case .changed, .deleted, .bookmark, .error, .unknown: break
        }
        return deliveries
    }

    private static let secret = FuzzTarget("secret", seeds: ObjectSeeds.secrets) { octets in
        guard let secret = try? JSON.decode(Secret.self, from: octets) else { return }
        hold((try? JSON.decode(Secret.self, from: octets)) == secret, "the same octets are the same Secret")
        let size = secret.data.values.reduce(0) { $0 + $1.count }
        hold(size <= octets.count, "what is decoded is shorter")
        let data = secret.data.mapValues { Optional(Base64.encode(Array($0))) }
        let written: JSONValue = ["metadata": [:], "data": .strings(data)]
        let again = try? JSON.decode(Secret.self, from: written.octets)
        hold(again?.data == secret.data, "a Secret that was read is written alike")
    }

    private static let fieldManagers = FuzzTarget("field-managers", seeds: ObjectSeeds.managers) { octets in
        guard let managers = try? JSON.decode(FieldManagers.self, from: octets) else { return }
        hold((try? JSON.decode(FieldManagers.self, from: octets)) == managers, "the same octets are the same managers")
        for time in managers.entries.compactMap(\.time) {
            hold(Timestamp(time.microTime) == time, "a time that was read is written alike")
        }
        guard let rival = managers.latest(but: "herald") else { return }
        hold(rival != "herald" && managers.entries.contains { $0.manager == rival }, "a rival is one of the others")
    }
}
