/// Configuration files that several suites read.
enum Fixture {
    static let smallest = """
        mode: arp                        # arp | none
        pools:
          - name: edge
            addresses: [192.168.10.240/28, 192.168.10.100-192.168.10.110, "fd00:10::f0/124"]

        """

    /// Every key, none with its default.
    static let complete = """
        mode: none
        source:
          directory:
            path: services
            stateDirectory: /var/lib/other
            namespaces:
              web: {team: a}
              db: {}
        services:
          loadBalancerClass: example.com/own
          claim: own                     # own | classless | both
          requireEndpoints: false
          writeLoadBalancerIP: false
        pools:
          - name: edge
            addresses: [192.168.10.240/28]
            autoAssign: false
            order: hashed                # ascending | descending | hashed
            skipEdgeAddresses: true
            priority: -5
            namespaces: [web, db]
            namespaceSelector: {team: a}
            serviceSelector:
              matchLabels: {tier: front}
              matchExpressions:
                - {key: stage, operator: NotIn, values: [test, lab]}
                - {key: example.com/public, operator: Exists}
                - {key: internal, operator: DoesNotExist}
            onRemoval: reassign          # keep | reassign
            quarantine: 1h30m
            mode: arp
          - name: "2"
            addresses:
              - 10.1.0.0/16
              - fd00:20::1
        arp:
          interfaces: [ens160, "eth*"]
          attach: link                   # interface | link | none
          lifetime: 10s
          refresh: 4s500ms
        log: {level: debug, format: json}
        operations: {socket: /run/other.sock}

        """

    /// A usable file whose one pool is this.
    static func pool(_ pool: String) -> String { "mode: arp\npools:\n  - \(pool)\n" }
}
