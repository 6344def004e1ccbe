import FoundationEssentials
import Lab
import NetworkTypes
import Testing

extension InteropSuite {
    @Suite struct OtherRouterTests {
        @Test("GoBGP has the routes of both families, and sees them go")
        func gobgp() async throws {
            try await withFabric { fabric in
                let file = "\(fabric.lab.folder)/gobgp.toml"
                try """
                [global.config]
                  as = 64500
                  router-id = "\(fabric.router.ipv4)"
                [[neighbors]]
                  [neighbors.config]
                    neighbor-address = "\(fabric.node.ipv4)"
                    peer-as = 64512
                  [neighbors.transport.config]
                    passive-mode = true
                  [[neighbors.afi-safis]]
                    [neighbors.afi-safis.config]
                      afi-safi-name = "ipv4-unicast"
                  [[neighbors.afi-safis]]
                    [neighbors.afi-safis.config]
                      afi-safi-name = "ipv6-unicast"
                """.write(toFile: file, atomically: true, encoding: .utf8)
                _ = try fabric.router.start(["gobgpd", "-f", file, "--api-hosts", "127.0.0.1:50051"])
                let speaker = try fabric.speaker(fabric.bgp()).start()
                func rib(_ family: String) throws -> String {
                    try fabric.router.run(["gobgp", "global", "rib", "-a", family]).text
                }
                try eventually("GoBGP has the routes", within: Speaker.patience) {
                    try rib("ipv4").contains("192.0.2.0/32") && rib("ipv6").contains("fd00:55::/128")
                }
                try speaker.running.end()
                try eventually("GoBGP has no route", within: Speaker.patience) {
                    try !rib("ipv4").contains("192.0.2.0")
                }
            }
        }

        @Test("ExaBGP dials and is told both families")
        func exabgp() async throws {
            try await withFabric { fabric in
                let file = "\(fabric.lab.folder)/exabgp.conf"
                let heard = "\(fabric.lab.folder)/heard"
                try """
                process listen { run /bin/sh -c "cat > \(heard)"; encoder json; }
                neighbor \(fabric.node.ipv4) {
                  router-id \(fabric.router.ipv4);
                  local-address \(fabric.router.ipv4);
                  local-as 64500;
                  peer-as 64512;
                  family { ipv4 unicast; ipv6 unicast; }
                  api { processes [ listen ]; receive { parsed; update; } }
                }
                """.write(toFile: file, atomically: true, encoding: .utf8)
                let speaker = try fabric.speaker(fabric.bgp("connect: both", more: "listen: true")).start()
                _ = try fabric.router.start(
                    ["exabgp", file],
                    environment: [
                        "exabgp.daemon.user": "root", "exabgp.api.cli": "false", "exabgp.daemon.drop": "false",
                    ])
                try eventually("ExaBGP is told", within: .seconds(15)) {
                    let text = (try? String(contentsOfFile: heard, encoding: .utf8)) ?? ""
                    return text.contains("192.0.2.0/32") && text.contains("fd00:55::/128")
                }
                try speaker.waitUntil("Established")
            }
        }
    }
}
