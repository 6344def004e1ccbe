import IPAM

@testable import Kubernetes

/// A request to the modelled API server.
enum Question {
    case patch(ServiceKey, ofStatus: Bool, JSONValue)
    case get(ServiceKey)
    /// All Services that are no load balancers.
    case others
    case fetchLease
    case createLease(LeaseRecord)
    case updateLease(LeaseRecord, version: String)
}

enum Answer {
    case service(Kubernetes.Service)
    case services([Kubernetes.Service])
    case lease(Lease?)
    case refused(Status)
    /// None came: whether the request was carried out is not known.
    case lost
}
