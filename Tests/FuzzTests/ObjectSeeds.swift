@testable import Kubernetes

/// Objects of the API that are read beside Services, slices and Nodes, as a server sends them.
enum ObjectSeeds {
    /// Services that what is read bears upon.
    static let services: [Kubernetes.Service] =
        BoundarySeeds.lists.compactMap { try? JSON.decode(ListPage<Kubernetes.Service>.self, from: $0) }
        .first?.items ?? []

    private static let namespace = """
        {"kind":"Namespace","apiVersion":"v1","metadata":{"name":"web","uid":"u2","resourceVersion":"12",\
        "creationTimestamp":"2026-01-01T00:00:00Z","labels":{"kubernetes.io/metadata.name":"web","team":"a"}},\
        "spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}
        """

    private static let serviceCIDR = """
        {"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"kubernetes","uid":"u3",\
        "resourceVersion":"6","finalizers":["networking.k8s.io/service-cidr-finalizer"]},\
        "spec":{"cidrs":["10.96.0.0/12","fd00:10::/112"]},"status":{"conditions":[{"type":"Ready","status":"True"}]}}
        """

    static let namespaces = listAndEvents(of: namespace)
    static let serviceCIDRs = listAndEvents(of: serviceCIDR)

    static let secrets = octets([
        """
        {"kind":"Secret","apiVersion":"v1","metadata":{"name":"herald-membership","namespace":"herald","uid":"u4",\
        "resourceVersion":"7","labels":{"app.kubernetes.io/name":"herald"}},\
        "data":{"key":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=","other":"","\\u00e9":"AA=="},"type":"Opaque"}
        """,
        #"{"kind":"Secret","apiVersion":"v1","metadata":{"name":"empty","namespace":"herald"},"type":"Opaque"}"#,
    ])

    static let managers = octets([
        """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"shop","namespace":"web","uid":"u1","managedFields":[\
        {"manager":"kubectl","operation":"Update","apiVersion":"v1","time":"2026-01-01T00:00:00Z",\
        "fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:type":{}}}},\
        {"manager":"metallb","operation":"Apply","apiVersion":"v1","time":"2026-01-02T03:04:05.678+01:00",\
        "subresource":"status","fieldsV1":{"f:status":{}}},\
        {"manager":"herald","operation":"Update","subresource":"status"}]},"spec":{"type":"LoadBalancer"}}
        """,
        #"{"kind":"Service","apiVersion":"v1","metadata":{"name":"shop","namespace":"web","managedFields":null}}"#,
    ])

    private static func listAndEvents(of object: String) -> [[UInt8]] {
        octets([
            #"{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"20"},"items":[\#(object),{"spec":7}]}"#,
            #"{"type":"ADDED","object":\#(object)}"#, #"{"type":"DELETED","object":\#(object)}"#,
        ])
    }

    private static func octets(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }
}
