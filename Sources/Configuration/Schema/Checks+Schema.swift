import YAML

/// One of `checks` as it is read.
private struct CheckDraft {
    var name = ""
    var tcp: ListenAddress?
    var url: String?
    var check = BackendCheck(name: "", target: .url(""))
}

extension Shape where Value == [BackendCheck] {
    static var checks: Shape {
        Shape.list(of: .check, "a list of checks", example: "[{name: api, tcp: \"127.0.0.1:6443\"}]")
            .checked { checks, node, reading in
                var names: Set<String> = []
                for (check, item) in zip(checks, node.sequence ?? []) where !names.insert(check.name).inserted {
                    reading.error(
                        item.mark, "there are two checks '\(check.name)'", cure: "give each check its own name")
                }
            }
    }
}

extension Shape where Value == BackendCheck {
    fileprivate static var check: Shape {
        Shape<CheckDraft>.mapping(
            CheckDraft(),
            [
                Field("name", \.name, .label, isRequired: true, "What the check is called in messages."),
                Field(
                    "tcp", \.tcp, .listen, "An address and port of this node that must accept a connection."),
                Field("url", optional: \.url, .url, "A URL that must answer a GET with a status from 200 to 399."),
                Field(
                    "verifyCertificate", \.check.verifiesCertificate, .boolean,
                    "Whether an https server's certificate must be one that the system trusts."),
                Field(
                    "interval", \.check.interval, .duration(.milliseconds(100) ... .seconds(3_600)),
                    "How often it is tried."),
                Field(
                    "timeout", \.check.timeout, .duration(.milliseconds(50) ... .seconds(60)),
                    "How long one try may take."),
                Field(
                    "failures", \.check.failures, .integer(1...100),
                    "How many tries in a row must fail before the node owns nothing."),
                Field(
                    "successes", \.check.successes, .integer(1...100),
                    "How many tries in a row must succeed before it may own addresses again."),
            ], example: "{name: api, tcp: \"127.0.0.1:6443\"}"
        ).then(show: { _ in nil }) { draft, node, reading in
            var check = draft.check
            check.name = draft.name
            switch (draft.tcp, draft.url) {
            case (let address?, nil): check.target = .tcp(address)
            case (nil, let url?): check.target = .url(url)
            default:
                reading.error(
                    node.mark, "check '\(draft.name)' must try one thing", cure: "write either tcp: or url:")
                return nil
            }
            return check
        }
    }
}

extension Shape where Value == String {
    fileprivate static var url: Shape {
        text("a URL", example: "https://127.0.0.1:6443/livez") { text throws(Objection) in
            let rest = ["http://", "https://"].lazy.compactMap { scheme in
                text.hasPrefix(scheme) ? text.dropFirst(scheme.count) : nil
            }.first
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
            guard let rest, isPlain, let first = rest.first, first != "/",
                !rest.prefix(while: { $0 != "/" }).contains("@")
            else {
                throw Objection(
                    "\(quoted(text)) is not a URL of http or https",
                    cure: "write, for example, https://127.0.0.1:6443/livez")
            }
            try AuthorityText.check(rest.prefix { $0 != "/" }, of: text)
        }
    }
}
