import LoadBalancing
import YAML

// The schema: one table for each mapping. A key is added by a property, with its default, and one line here.

extension Shape where Value == Configuration {
    static var configuration: Shape {
        mapping(
            Configuration(mode: .none, pools: []),
            [
                Field("mode", \.mode, .mode, isRequired: true, "How addresses are announced."),
                Field("source", \.source, .source, "Where Services come from."),
                Field("services", \.services, .services, "Which Services are served."),
                Field("pools", \.pools, .pools, isRequired: true, "The addresses to hand out."),
                Field("arp", \.arp, .arp, "How addresses are announced by ARP and NDP."),
                Field("membership", \.membership, .membership, "How nodes that share addresses know of each other."),
                Field("checks", \.checks, .checks, "What must answer on this node for it to own addresses by ARP."),
                Field("bgp", \.bgp, .bgp, "How addresses are announced by BGP."),
                Field("log", \.log, .log, "What is logged."),
                Field("operations", \.operations, .operations, "How the running process is asked about."),
            ], example: "mode: arp"
        ).checked(CrossChecks.check)
    }
}

extension Shape where Value == Mode {
    static var mode: Shape { .choice() }
}

extension Shape where Value == ServiceSettings {
    static var services: Shape {
        mapping(
            ServiceSettings(),
            [
                Field(
                    "loadBalancerClass", \.claim.loadBalancerClass, .loadBalancerClass,
                    "The class by which a Service asks for herald."),
                Field(
                    "claim", \.claim.claim, .choice(),
                    "Whether Services of this class are served, those without any class, or both."),
                Field(
                    "requireEndpoints", \.requireEndpoints, .boolean,
                    "Leaves a Service unannounced while it has no endpoint, where endpoints are known."),
                Field(
                    "writeLoadBalancerIP", \.writeLoadBalancerIP, .boolean,
                    "Writes a single assigned address to spec.loadBalancerIP too."),
            ])
    }
}

extension Shape where Value == LogSettings {
    static var log: Shape {
        mapping(
            LogSettings(),
            [
                Field("level", \.level, .choice(), "The least severe messages that are written."),
                Field("format", \.format, .choice(), "Lines for people, or a JSON object a line."),
            ])
    }
}
