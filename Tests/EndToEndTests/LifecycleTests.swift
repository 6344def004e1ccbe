import APIServer
import ClusterLab
import Lab
import Testing

extension EndToEndSuite {
    @Suite("The life of a Service")
    struct LifecycleTests {
        @Test("a new Service gets an address, a record, a status, conditions and Events")
        func created() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                let web = try await cluster.plane.get(cluster.service("web"))
                #expect(web[path: "metadata", "annotations", "herald-lb.io/assigned"] == "10.0.1.100")
                #expect(web[path: "spec", "loadBalancerIP"] == "10.0.1.100")
                #expect(web[path: "status", "loadBalancer", "ingress"] == [["ip": "10.0.1.100", "ipMode": "VIP"]])
                try await cluster.waitForCondition("web", "Allocated", "True", "AddressAllocated")
                let sentence = try await cluster.waitForCondition("web", "Announced", "True", "Announced")
                #expect(sentence.contains("10.0.1.100"))
                try await eventually("the client gets an answer") { try cluster.answers("10.0.1.100") ? true : nil }
                try await eventually("both Events are there") {
                    try await cluster.eventReasons("web").isSuperset(of: ["AddressAllocated", "Announcing"])
                        ? true : nil
                }
            }
        }

        @Test("a Service of both families gets an address of each, in the order of its families")
        func dualStack() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                var service = ServiceObject("both")
                service.ipFamilyPolicy = "RequireDualStack"
                try await cluster.create(service)
                try await cluster.waitForAddresses("both", "10.0.1.100", "fd00:0:0:1::100")
                let both = try await cluster.plane.get(cluster.service("both"))
                #expect(both[path: "spec", "loadBalancerIP"] == nil)
                try await eventually("both answer") {
                    try cluster.answers("10.0.1.100") && cluster.answers("fd00:0:0:1::100") ? true : nil
                }
            }
        }

        @Test("a Service that is no load balancer any more loses address, record and status")
        func typeChange() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.plane.patch(cluster.service("web"), ["spec": ["type": "ClusterIP"]])
                try await eventually("nothing of herald is left on it") {
                    let web = try await cluster.plane.get(cluster.service("web"))
                    let isClean =
                        web[path: "metadata", "annotations", "herald-lb.io/assigned"] == nil
                        && web[path: "spec", "loadBalancerIP"] == nil
                        && web[path: "status", "conditions"]?.array?.isEmpty ?? true
                    return isClean && web[path: "status", "loadBalancer", "ingress"] == nil ? true : nil
                }
                try await eventually("nobody answers") { try cluster.answers("10.0.1.100") ? nil : true }
                try await cluster.plane.patch(cluster.service("web"), ["spec": ["type": "LoadBalancer"]])
                try await cluster.waitForAddresses("web", "10.0.1.100")
            }
        }

        @Test("a finalizer that another controller left does not hold up the end of a Service")
        func finalizer() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                var service = ServiceObject("web")
                service.finalizers = ["service.kubernetes.io/load-balancer-cleanup"]
                try await cluster.create(service)
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.plane.delete(cluster.service("web"))
                try await eventually("the Service is gone") {
                    try await cluster.plane.find(cluster.service("web")) == nil ? true : nil
                }
                try await eventually("nobody answers") { try cluster.answers("10.0.1.100") ? nil : true }
            }
        }

        @Test("a finalizer that is not about load balancers stays, and the address goes at once")
        func foreignFinalizer() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                var service = ServiceObject("web")
                service.finalizers = ["example.com/mine", "service.kubernetes.io/load-balancer-cleanup"]
                try await cluster.create(service)
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await cluster.plane.delete(cluster.service("web"))
                try await eventually("only the other finalizer is left") {
                    let finalizers = try await cluster.plane.get(cluster.service("web"))[path: "metadata", "finalizers"]
                    return finalizers == ["example.com/mine"] ? true : nil
                }
                try await eventually("nobody answers") { try cluster.answers("10.0.1.100") ? nil : true }
            }
        }

        @Test("in a namespace that is being deleted a Service ends, and Services elsewhere have their Events")
        func endingNamespace() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                let place = "/api/v1/namespaces/ending-\(cluster.namespace.suffix(8))"
                try await cluster.plane.create(
                    "/api/v1/namespaces", ["metadata": ["name": .string("ending-\(cluster.namespace.suffix(8))")]])
                var service = ServiceObject("last")
                service.finalizers = ["service.kubernetes.io/load-balancer-cleanup"]
                try await cluster.plane.create("\(place)/services", service.json)
                try await eventually("it has a record") {
                    try await cluster.plane.get("\(place)/services/last")[
                        path: "metadata", "annotations", "herald-lb.io/assigned"]
                }
                try await cluster.plane.delete(place)
                try await cluster.plane.delete("\(place)/services/last")
                try await eventually("the Service is gone") {
                    try await cluster.plane.find("\(place)/services/last") == nil ? true : nil
                }
                try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                try await eventually("its Events are there") {
                    try await cluster.eventReasons("web").isSuperset(of: ["AddressAllocated", "Announcing"])
                        ? true : nil
                }
            }
        }

        @Test("a Service that is deleted and created anew is another Service")
        func recreated() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                let first = try await cluster.create(ServiceObject("web"))
                try await cluster.waitForAddresses("web", "10.0.1.100")
                for _ in 0..<3 {
                    try await cluster.plane.delete(cluster.service("web"))
                    let second = try await cluster.plane.create(cluster.services, ServiceObject("web").json)
                    #expect(second[path: "metadata", "uid"] != first[path: "metadata", "uid"])
                    try await cluster.waitForAddresses("web", "10.0.1.100")
                }
                try await cluster.waitForCondition("web", "Announced", "True")
                #expect(try cluster.answers("10.0.1.100"))
            }
        }

        @Test("a Service of another class is left alone, one of our class is served")
        func classes() async throws {
            try await withCluster { cluster in
                let herald = try await cluster.addHerald()
                try herald.start()
                var other = ServiceObject("other")
                other.loadBalancerClass = "example.com/other"
                var own = ServiceObject("own")
                own.loadBalancerClass = "herald-lb.io/herald"
                let before = try await cluster.create(other)
                try await cluster.create(own)
                try await cluster.waitForAddresses("own")
                let after = try await cluster.plane.get(cluster.service("other"))
                #expect(after[path: "metadata", "resourceVersion"] == before[path: "metadata", "resourceVersion"])
            }
        }

        @Test("with claim: own a Service without a class is left alone")
        func claim() async throws {
            try await withCluster { cluster in
                var settings = Settings()
                settings.more = "services: {claim: own}"
                let herald = try await cluster.addHerald("node", settings)
                try herald.start()
                let before = try await cluster.create(ServiceObject("plain"))
                var own = ServiceObject("own")
                own.loadBalancerClass = "herald-lb.io/herald"
                try await cluster.create(own)
                try await cluster.waitForAddresses("own")
                let after = try await cluster.plane.get(cluster.service("plain"))
                #expect(after[path: "metadata", "resourceVersion"] == before[path: "metadata", "resourceVersion"])
            }
        }
    }
}
