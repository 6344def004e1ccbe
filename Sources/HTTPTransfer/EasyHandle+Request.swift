import CCurl

extension EasyHandle {
    /// A handle that is set up for a request and hands what arrives to its transfer.
    convenience init(for transfer: Transfer) throws(Refusal) {
        try self.init()
        let request = transfer.request
        try setReceiver(transfer)
        try setRules()
        try setConnections(transfer.connections, for: transfer)
        try setDestination(request)
        try setLimits(request.limits)
        try setMessage(request)
        if request.endpoint.scheme == .https {
            // Without TLS nothing tells whether a connection can be shared, and the wait may have no end.
            try set(CURLOPT_PIPEWAIT, 1)
            try setTLS(request.endpoint.tls)
        }
    }

    private func setRules() throws(Refusal) {
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_PATH_AS_IS, 1)
        // What a proxy says to CONNECT would be taken for the head of the server's answer.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
    }

    private func setDestination(_ request: HTTPRequest) throws(Refusal) {
        let endpoint = request.endpoint
        let authority = endpoint.authority
        // The name in the URL is the one that libcurl asks for and verifies; the connection goes to the real host.
        if let name = endpoint.tls.serverName, endpoint.scheme == .https {
            let host = "\(endpoint.bracketed(name)):\(endpoint.port)"
            try setList(CURLOPT_CONNECT_TO, ["\(host):\(authority)"])
            try set(CURLOPT_URL, "https://\(host)\(endpoint.basePath)\(request.target)")
        } else {
            try set(CURLOPT_URL, "\(endpoint.scheme.rawValue)://\(authority)\(endpoint.basePath)\(request.target)")
        }
        if let path = endpoint.unixSocketPath { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        try set(CURLOPT_PROXY, endpoint.proxy ?? "")
        try set(CURLOPT_NOPROXY, endpoint.proxy == nil ? "*" : "")
    }

    private func setLimits(_ limits: HTTPRequest.TimeLimits) throws(Refusal) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, limits.connect.wholeMilliseconds)
        try set(CURLOPT_TIMEOUT_MS, limits.total.map(\.wholeMilliseconds) ?? 0)
    }

    private func setMessage(_ request: HTTPRequest) throws(Refusal) {
        try setBody(request)
        if request.acceptsCompressed { try set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        // A header that ends in a colon removes what libcurl would send on its own, one that ends in a semicolon is
        // sent without a value.
        var lines = ["Expect:"]
        if request.headers["Content-Type"] == nil { lines.append("Content-Type:") }
        if request.headers["Host"] == nil, request.endpoint.tls.serverName != nil {
            lines.append("Host: \(request.endpoint.authority)")
        }
        lines += request.headers.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        try setList(CURLOPT_HTTPHEADER, lines)
    }

    private func setBody(_ request: HTTPRequest) throws(Refusal) {
        switch (request.method, request.body) {
        case (.get, nil): try set(CURLOPT_HTTPGET, 1)
        case (.head, nil): try set(CURLOPT_NOBODY, 1)
        case (.delete, nil): try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        case (_, let body):
            try set(CURLOPT_POST, 1)
            try setBody(body ?? [])
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
    }

    private func setTLS(_ tls: TLSSettings) throws(Refusal) {
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        try set(CURLOPT_SSL_VERIFYPEER, tls.isVerified ? 1 : 0)
        try set(CURLOPT_SSL_VERIFYHOST, tls.isVerified ? 2 : 0)
        if let authorities = tls.authorities { try setBlob(CURLOPT_CAINFO_BLOB, authorities) }
        if let certificate = tls.clientCertificate {
            try set(CURLOPT_SSLCERTTYPE, "PEM")
            try setBlob(CURLOPT_SSLCERT_BLOB, certificate)
        }
        if let key = tls.clientKey {
            try set(CURLOPT_SSLKEYTYPE, "PEM")
            try setBlob(CURLOPT_SSLKEY_BLOB, key)
        }
    }
}

extension Duration {
    /// At least 1, as 0 means no limit to libcurl.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let limit: Int64 = 1_000_000_000
        let whole = min(max(seconds, 0), limit) * 1000
        return Int(max(whole + (seconds < 0 ? 0 : attoseconds / 1_000_000_000_000_000), 1))
    }
}
