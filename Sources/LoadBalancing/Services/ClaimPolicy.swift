import IPAM

/// Which Services are ours.
public struct ClaimPolicy: Hashable, Sendable {
    /// What `spec.loadBalancerClass` must say.
    public enum Claim: String, Hashable, Sendable, CaseIterable {
        /// Our class.
        case own
        /// No class.
        case classless
        /// Either.
        case both
    }

    /// Why a Service is not ours.
    public enum Refusal: Hashable, Sendable {
        case notLoadBalancer
        case deleting
        /// It names another class.
        case otherClass(String)
        /// It names no class, and only our own is claimed.
        case classless
        /// It names our class, and only Services without one are claimed.
        case ownClassNotClaimed
    }

    /// Our own class, as `spec.loadBalancerClass` spells it.
    public var loadBalancerClass: String
    /// Whether that class, none, or either is ours.
    public var claim: Claim

    /// By default, Services of the class `herald-lb.io/herald` and those without a class.
    public init(loadBalancerClass: String = "herald-lb.io/herald", claim: Claim = .both) {
        self.loadBalancerClass = loadBalancerClass
        self.claim = claim
    }

    /// Nil when the Service is ours.
    public func refusal(of service: LoadBalancerService) -> Refusal? {
        if !service.isLoadBalancer { return .notLoadBalancer }
        if service.isDeleting { return .deleting }
        switch (service.loadBalancerClass, claim) {
        case (nil, .both), (nil, .classless): return nil
        case (nil, .own): return .classless
        case (loadBalancerClass?, .own), (loadBalancerClass?, .both): return nil
        case (loadBalancerClass?, .classless): return .ownClassNotClaimed
        case (let other?, _): return .otherClass(Wording.shown(other))
        }
    }
}
