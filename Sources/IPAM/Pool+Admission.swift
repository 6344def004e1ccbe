extension Pool {
    /// Why a pool is not open to a Service.
    public enum Exclusion: Hashable, Sendable {
        /// Neither `namespaces` nor `namespaceSelector` admits its namespace.
        case namespace
        /// `serviceSelector` does not match its labels.
        case labels
        /// `autoAssign` is off, and the Service names neither the pool nor one of its addresses.
        case onlyOnRequest
    }

    /// Nil when the Service may have addresses of this pool, if it asks for the pool or `autoAssign` is on.
    func exclusion(of request: AddressRequest) -> Exclusion? {
        if !admitsNamespace(of: request) { return .namespace }
        if let serviceSelector, !serviceSelector.matches(request.labels) { return .labels }
        return nil
    }

    /// Whether only some Services may use the pool.
    var isRestricted: Bool { !namespaces.isEmpty || namespaceSelector != nil || serviceSelector != nil }

    private func admitsNamespace(of request: AddressRequest) -> Bool {
        if namespaces.isEmpty, namespaceSelector == nil { return true }
        if namespaces.contains(request.service.namespace) { return true }
        return namespaceSelector?.matches(request.namespaceLabels) ?? false
    }
}
