import HTTPTransfer
import YAML

/// A kubeconfig: clusters, users, and contexts that join them.
///
/// Keys that we do not know are left alone, as other clients leave theirs. Relative paths are relative to the file.
struct Kubeconfig {
    private let root: YAML.Node
    private let path: String
    private let environment: [String: String]

    /// `environment` is what credential plugins inherit.
    init(_ octets: [UInt8], path: String, environment: [String: String]) throws(CredentialsError) {
        do throws(YAMLError) {
            guard let document = try Parser.parse(octets, limits: Limits(octets: CredentialFile.limit)).first,
                document.root.mapping != nil
            else { throw YAMLError(.start, "this is no kubeconfig", cure: "write a mapping with clusters and users") }
            root = document.root
        } catch {
            throw CredentialsError("\(path): \(error)")
        }
        self.path = path
        self.environment = environment
    }

    /// The configuration of a context; nil: the current one.
    func configuration(context name: String?) throws(CredentialsError) -> ClientConfiguration {
        let wanted = name ?? text(root["current-context"]) ?? ""
        guard !wanted.isEmpty else { throw problem("there is no current-context; name a context") }
        let context = try entry("context", of: "contexts", named: wanted)
        guard let clusterName = text(context["cluster"]) else { throw problem("context '\(wanted)' names no cluster") }
        var configuration = try cluster(named: clusterName)
        if let userName = text(context["user"]) { try apply(user: userName, to: &configuration) }
        configuration.namespace = text(context["namespace"]) ?? "default"
        return configuration
    }

    private func cluster(named name: String) throws(CredentialsError) -> ClientConfiguration {
        let cluster = try entry("cluster", of: "clusters", named: name)
        guard let server = text(cluster["server"]) else { throw problem("cluster '\(name)' names no server") }
        var endpoint: HTTPEndpoint
        do throws(HTTPEndpoint.Malformed) {
            endpoint = try HTTPEndpoint(server)
        } catch {
            throw problem("cluster '\(name)': \(error)")
        }
        endpoint.tls.serverName = text(cluster["tls-server-name"])
        endpoint.tls.isVerified = text(cluster["insecure-skip-tls-verify"]) != "true"
        endpoint.proxy = text(cluster["proxy-url"])
        var configuration = ClientConfiguration(endpoint: endpoint)
        configuration.authorities = try pem("certificate-authority", of: cluster, in: "cluster '\(name)'")
        return configuration
    }

    /// A file of a token counts more than a token, a plugin less than what stands there, as in other clients.
    private func apply(user name: String, to configuration: inout ClientConfiguration) throws(CredentialsError) {
        let user = try entry("user", of: "users", named: name)
        configuration.clientCertificate = try pem("client-certificate", of: user, in: "user '\(name)'")
        configuration.clientKey = try pem("client-key", of: user, in: "user '\(name)'")
        guard (configuration.clientCertificate == nil) == (configuration.clientKey == nil) else {
            throw problem("user '\(name)' needs both a client certificate and its key")
        }
        if let file = text(user["tokenFile"]) {
            configuration.credentials = .tokenFile(resolve(file))
        } else if let token = text(user["token"]) {
            configuration.credentials = .token(token)
        } else if let account = text(user["username"]) {
            configuration.credentials = .basic(user: account, password: text(user["password"]) ?? "")
        } else if let exec = user["exec"], exec.mapping != nil {
            configuration.credentials = .plugin(try plugin(exec, of: name))
        } else if user["auth-provider"]?.mapping != nil {
            throw problem("user '\(name)' has an auth-provider, which Kubernetes has removed; use exec")
        }
    }

    private func plugin(_ exec: YAML.Node, of name: String) throws(CredentialsError) -> CredentialPlugin {
        guard let command = text(exec["command"]), let version = text(exec["apiVersion"]) else {
            throw problem("the exec of user '\(name)' needs command and apiVersion")
        }
        var variables = environment
        for item in exec["env"]?.sequence ?? [] {
            if let key = text(item["name"]) { variables[key] = text(item["value"]) ?? "" }
        }
        // A bare name is looked up in PATH; one with a slash is a path.
        return CredentialPlugin(
            apiVersion: version, command: command.contains("/") ? resolve(command) : command,
            arguments: (exec["args"]?.sequence ?? []).compactMap { $0.scalar?.text }, environment: variables,
            installHint: text(exec["installHint"]))
    }

    /// The value of `key` in the item of `list` with that name.
    private func entry(_ key: String, of list: String, named name: String) throws(CredentialsError) -> YAML.Node {
        guard let item = root[list]?.sequence?.first(where: { text($0["name"]) == name }), let value = item[key] else {
            throw problem("there is no \(key) '\(name)'")
        }
        return value
    }

    /// What is given in the file counts more than what is named.
    private func pem(
        _ key: String, of node: YAML.Node, in owner: String
    ) throws(CredentialsError) -> ClientConfiguration.PEM? {
        if let data = text(node[key + "-data"]) {
            guard let octets = Base64.decode(data) else { throw problem("\(key)-data of \(owner) is not base64") }
            return .inline(octets)
        }
        return text(node[key]).map { .file(resolve($0)) }
    }

    /// The text of a scalar; nil for an empty one, and for anything else.
    private func text(_ node: YAML.Node?) -> String? {
        guard let node, !node.isNull, let text = node.scalar?.text, !text.isEmpty else { return nil }
        return text
    }

    private func resolve(_ file: String) -> String {
        guard !file.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return file }
        return path[...slash] + file
    }

    private func problem(_ text: String) -> CredentialsError { CredentialsError("\(path): \(text)") }
}

extension ClientConfiguration {
    /// Reads a kubeconfig. `context` nil: its current one. `environment` is what credential plugins inherit.
    public static func kubeconfig(
        path: String, context: String? = nil, environment: [String: String]
    ) throws(CredentialsError) -> ClientConfiguration {
        let octets = try CredentialFile.read(path)
        return try Kubeconfig(octets, path: path, environment: environment).configuration(context: context)
    }
}
