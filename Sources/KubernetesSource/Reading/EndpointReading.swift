import Kubernetes
import LoadBalancing
import NetworkTypes

/// What is kept of one EndpointSlice: on which nodes it has endpoints, and in which state.
struct SliceFacts: Hashable, Sendable {
    /// What kube-proxy may do with an endpoint.
    enum Condition: Hashable, Sendable {
        case ready
        /// Still answers while it terminates.
        case terminating
        /// Gets no traffic, unless the Service publishes such ones too.
        case notReady
    }

    /// All endpoints of one state on one node; nil: on none that is named.
    struct Place: Hashable, Sendable {
        var node: NodeName?
        var condition: Condition
    }

    var service: String
    /// Nil for names: no proxy sends traffic to those.
    var family: AddressFamily?
    var places: Set<Place>

    init(service: String, family: AddressFamily?, places: Set<Place>) {
        (self.service, self.family, self.places) = (service, family, places)
    }

    /// Nil for a slice that belongs to no Service.
    init?(_ slice: EndpointSlice) {
        guard let service = slice.serviceName, !service.isEmpty else { return nil }
        self.service = service
        family = AddressFamily(rawValue: slice.addressType)
        places = Set(
            slice.endpoints.lazy.filter { !$0.addresses.isEmpty }.map { endpoint in
                let node = endpoint.nodeName.flatMap { $0.isEmpty ? nil : NodeName($0) }
                return Place(node: node, condition: Condition(endpoint))
            })
    }
}

extension SliceFacts.Condition {
    init(_ endpoint: Endpoint) {
        self =
            if endpoint.isReady {
                .ready
            } else if endpoint.isServing && endpoint.isTerminating {
                .terminating
            } else {
                .notReady
            }
    }
}

/// Merges the slices of a Service.
enum EndpointReading {
    /// What the slices say together, in any order and however often they name an endpoint.
    ///
    /// Slices of a family that the Service does not have are left out; with no families given, all count. With
    /// `publishesNotReady`, every endpoint counts as ready.
    static func facts(
        of slices: some Sequence<SliceFacts>, families: [AddressFamily], publishesNotReady: Bool
    ) -> EndpointFacts {
        var known = EndpointFacts.Known()
        for slice in slices {
            guard let family = slice.family, families.isEmpty || families.contains(family) else { continue }
            for place in slice.places {
                let condition = publishesNotReady ? .ready : place.condition
                switch (condition, place.node) {
                case (.ready, let node?): known.readyNodes.insert(node)
                case (.ready, nil): known.hasReadyElsewhere = true
                case (.terminating, let node?): known.terminatingNodes.insert(node)
                case (.terminating, nil), (.notReady, _): break
                }
            }
        }
        return .known(known)
    }
}
