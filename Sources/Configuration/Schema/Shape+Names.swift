import YAML

extension Shape where Value == String {
    /// A DNS label (RFC 1123), as Kubernetes names namespaces.
    static var label: Shape { text("a name", example: "edge", Names.checkLabel) }

    /// A qualified name, as Kubernetes demands of `spec.loadBalancerClass`.
    static var loadBalancerClass: Shape {
        text("a class name", example: "herald-lb.io/herald", Names.checkQualifiedName)
    }

    static var path: Shape { text("a path", example: "services", Names.checkPath) }

    static var absolutePath: Shape {
        text("an absolute path", example: "/var/lib/herald", Names.checkAbsolutePath)
    }

    /// An absolute path that fits `sockaddr_un`.
    static var socket: Shape {
        text("an absolute path", example: "/run/herald/herald.sock") { path throws(Objection) in
            try Names.checkAbsolutePath(path)
            guard path.utf8.count <= 107 else {
                throw Objection("the path has more than 107 octets", cure: "use a shorter path")
            }
        }
    }

    fileprivate static var labelValue: Shape { text("text", example: "\"true\"", Names.checkLabelValue) }
}

extension Shape where Value == [String: String] {
    /// Kubernetes labels.
    static var labels: Shape {
        dictionary(
            of: .labelValue, "a mapping of labels", example: "{team: a}", checkKey: Names.checkQualifiedName)
    }
}

extension Shape where Value == InterfacePattern {
    static var interface: Shape {
        word("an interface name", example: "eth0", show: { "\"\($0)\"" }) { text throws(Objection) in
            guard let pattern = InterfacePattern(text) else {
                throw Objection(
                    "\(quoted(text)) cannot be the name of an interface",
                    cure: "write a name of at most 15 letters and digits, with * for any characters and ? for one")
            }
            return pattern
        }
    }
}
