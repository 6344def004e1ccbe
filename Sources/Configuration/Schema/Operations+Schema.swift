import YAML

extension Shape where Value == OperationsSettings {
    static var operations: Shape {
        mapping(
            OperationsSettings(),
            [
                Field("socket", \.socket, .socket, "The Unix socket that herald status and herald explain ask."),
                Field(
                    "listen", \.listen, .listen,
                    "Where metrics, health and the status page are served to whoever reaches it; off: nowhere."),
                Field(
                    "tls", optional: \.tls, .tls, otherwise: "plain HTTP",
                    "The certificate with which listen speaks TLS 1.2 and 1.3."),
                Field(
                    "tokenFile", optional: \.tokenFile, .absolutePath, otherwise: "none",
                    "A file with one line of at least 16 characters: the token without which listen answers /livez and "
                        + "/readyz alone. Read again when it changes; every user may not be able to read it."),
            ]
        ).checked(check)
    }

    private static func check(_ operations: OperationsSettings, _ node: Node, _ reading: inout Reading) {
        let entries = ["tls", "tokenFile"].compactMap { node.mapping?.entry($0) }
        guard let listen = operations.listen else {
            for entry in entries {
                reading.warn(
                    entry.key.mark, "'operations.\(entry.key.text)' does nothing, since nothing listens",
                    cure: "remove it, or set 'operations.listen'")
            }
            return
        }
        guard let token = node.mapping?.entry("tokenFile"), operations.tls == nil, !listen.isLoopback else { return }
        reading.warn(
            token.key.mark, "the token crosses the network in the clear, since \(listen) speaks no TLS",
            cure: "add 'operations.tls'")
    }
}

/// The files as they are read.
private struct TLSDraft {
    var certificateFile = ""
    var keyFile = ""
}

extension Shape where Value == OperationsSettings.TLS {
    fileprivate static var tls: Shape {
        Shape<TLSDraft>.mapping(
            TLSDraft(),
            [
                Field(
                    "certificateFile", \.certificateFile, .absolutePath, isRequired: true,
                    "The certificate in PEM, and after it those that lead to its authority; read again when it changes."
                ),
                Field(
                    "keyFile", \.keyFile, .absolutePath, isRequired: true,
                    "Its key in PEM, without a password; read again when it changes. Every user may not be able to read "
                        + "it."),
            ], example: "{certificateFile: /etc/herald/tls.crt, keyFile: /etc/herald/tls.key}"
        ).then(show: { _ in nil }) { draft, _, _ in
            OperationsSettings.TLS(certificateFile: draft.certificateFile, keyFile: draft.keyFile)
        }
    }
}
