import HTTPTransfer

// Calls for drivers that have a rhythm of their own: made once, and with a limit of their own.
extension KubernetesClient {
    func pageOnce<Object: Resource>(
        _ type: Object.Type, _ selection: Selection, continueToken: String
    ) async throws(APIError) -> ListPage<Object> {
        try await callOnce(pageRequest(type, selection, continueToken: continueToken))
    }

    /// One object; not retried.
    public func getOnce<Object: Resource>(
        _ type: Object.Type, _ key: ObjectKey, within limit: Duration
    ) async throws(APIError) -> Object {
        var request = APIRequest("get", .get, Object.kind, namespace: key.namespace, name: key.name)
        request.limits = .init(connect: limit, total: limit)
        return try await callOnce(request)
    }

    func createOnce<Object: Resource>(
        _ type: Object.Type, _ namespace: String, _ object: JSONValue, within limit: Duration
    ) async throws(APIError) -> Object {
        var request = createRequest(type, namespace: namespace, object)
        request.limits = .init(connect: limit, total: limit)
        return try await callOnce(request)
    }

    /// Changes an object or its subresource by a JSON merge patch (RFC 7396); not retried.
    public func patchOnce<Object: Resource>(
        _ type: Object.Type, _ key: ObjectKey, subresource: String? = nil, _ patch: JSONValue, within limit: Duration
    ) async throws(APIError) -> Object {
        var request = patchRequest(type, key.name, namespace: key.namespace, subresource: subresource, .merge(patch))
        request.limits = .init(connect: limit, total: limit)
        return try await callOnce(request)
    }
}
