@testable import ARPMode
@testable import Operations

extension FuzzTarget {
    /// The files of a key or token, which users write.
    static let keys = [membershipKey, operationsToken]

    private static let membershipKey = FuzzTarget("membership-key", seeds: BoundarySeeds.keys) { octets in
        let keys = SharedKeys()
        let message = octets.prefix(64)
        do throws(SharedKeys.Refusal) {
            try keys.take(octets, from: "key")
            hold(keys.tag(of: message, key: keys.sealingKey) != nil, "what is taken seals")
        } catch {
            hold(isPrintable(error.sentence), "a refusal is a sentence")
            hold(keys.tag(of: message, key: keys.sealingKey) == nil, "what is refused seals nothing")
        }
    }

    private static let operationsToken = FuzzTarget("operations-token", seeds: BoundarySeeds.keys) { octets in
        do throws(Access.Refusal) {
            let access = try Access(token: octets, from: "token")
            let line = octets.split { $0 == 0x0A || $0 == 0x0D }.first ?? []
            let told = "Bearer \(String(decoding: line, as: UTF8.self))"
            let request = OperationsRequest(target: "/metrics")
            hold(access.admits(request, authorization: [told]), "who tells the token is admitted")
            hold(!access.admits(request, authorization: [told + "x"]), "who tells more is not")
        } catch {
            hold(isPrintable(error.description), "a refusal is a sentence")
        }
    }

    private static func isPrintable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
