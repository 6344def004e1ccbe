/// Objects of MetalLB and kube-vip, as `kubectl get -o yaml` prints them.
enum ImportSeeds {
    static let files: [[UInt8]] = [metalLB, metalLBFile, kubeVIP, kubeVIPBGP, others].map { Array($0.utf8) }

    private static let metalLB = """
        kind: List
        items:
          - kind: IPAddressPool
            metadata: {name: edge, labels: {zone: dmz}}
            spec:
              addresses: [192.168.10.240/28, 192.168.11.100-192.168.11.110, "fd00:10::f5/124"]
              autoAssign: false
              avoidBuggyIPs: true
              serviceAllocation:
                priority: 20
                namespaces: [web]
                namespaceSelectors: [{matchLabels: {team: a}}, {matchLabels: {team: b}}]
                serviceSelectors: [{matchExpressions: [{key: app, operator: NotIn, values: [db]}]}]
          - kind: L2Advertisement
            spec: {ipAddressPools: [lan], interfaces: [eth0], nodeSelectors: [{matchLabels: {rack: a}}]}
          - kind: BGPAdvertisement
            spec:
              ipAddressPoolSelectors: [{matchLabels: {zone: dmz}}]
              aggregationLengthV6: 124
              localPref: 200
              communities: [vpn, "large:64512:1:2"]
              peers: [tor]
          - {kind: Community, spec: {communities: [{name: vpn, value: "64512:100"}]}}
          - kind: BGPPeer
            metadata: {name: tor}
            spec:
              myASN: 64512
              peerASN: 64500
              peerAddress: 192.168.10.1
              peerPort: 1179
              holdTime: 1m30s
              ebgpMultiHop: true
              bfdProfile: fast
              passwordSecret: {name: tor-password}
              nodeSelectors: [{matchExpressions: [{key: rack, operator: In, values: [a, b]}]}]
          - kind: BFDProfile
            metadata: {name: fast}
            spec: {receiveInterval: 50, transmitInterval: 60, detectMultiplier: 5, echoMode: true, minimumTtl: 250}

        """

    private static let metalLBFile = """
        kind: ConfigMap
        metadata: {name: config}
        data:
          config: |
            peers:
            - {peer-address: 10.0.0.1, peer-asn: 64501, my-asn: 64500, hold-time: 9s, password: p}
            bgp-communities: {no-transit: "65535:65281"}
            address-pools:
            - {name: default, protocol: layer2, addresses: [192.168.1.240-192.168.1.250]}
            - name: public
              protocol: bgp
              auto-assign: false
              addresses: [198.51.100.0/24]
              bgp-advertisements: [{aggregation-length: 32, localpref: 100, communities: [no-transit]}]

        """

    private static let kubeVIP = """
        kind: ConfigMap
        metadata: {name: kubevip}
        data:
          cidr-global: 192.168.0.220/29,192.168.0.240/29
          range-web: 192.168.1.10-192.168.1.20, fd00:1::10-fd00:1::20
          range-lab: 0.0.0.0-0.0.0.0
          search-order: desc
          skip-end-ips-in-cidr: "true"
        ---
        kind: DaemonSet
        metadata: {name: kube-vip-ds}
        spec:
          template:
            spec:
              containers:
                - image: ghcr.io/kube-vip/kube-vip:v1.2.0
                  env:
                    - {name: vip_arp, value: "true"}
                    - {name: vip_interface, value: ens160}
                    - {name: cp_enable, value: "true"}
                    - {name: address, value: 192.168.0.40}
                    - {name: lb_class_name, value: kube-vip.io/kube-vip-class}

        """

    private static let kubeVIPBGP = """
        kind: ConfigMap
        data: {cidr-global: 198.51.100.0/26}
        ---
        kind: Pod
        metadata: {name: kube-vip}
        spec:
          containers:
            - image: ghcr.io/kube-vip/kube-vip:v1.2.0
              env:
                - {name: bgp_enable, value: "true"}
                - {name: bgp_routerid, value: 192.168.0.2}
                - {name: bgp_as, value: "65000"}
                - {name: bgp_peers, value: "192.168.0.10:65001::false,[fd00::11]:65001:p:true"}
                - {name: lb_enable, value: "true"}

        """

    /// JSON, text that YAML could take for something else, and what is nothing of either.
    private static let others = """
        {"kind":"List","items":[{"kind":"IPAddressPool","metadata":{"name":"a: b\\u2028\\u001b[2J"},\
        "spec":{"addresses":["1e3","...","10.0.0.5/24"],"serviceAllocation":{"namespaces":["null","*x"]}}},\
        {"kind":"Service","metadata":{"name":"web"}},{"kind":"BGPPeer","spec":{"peerASN":"-"}}]}

        """
}
