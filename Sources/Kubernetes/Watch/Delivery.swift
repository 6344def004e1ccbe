/// What a watch brings, in order.
public enum Delivery<Object: Resource>: Equatable, Sendable {
    /// All that exists, as of a resource version (KEP-5504). Objects that could not be read are named in `keeping`: what
    /// was known of them stays.
    case replace([Object], keeping: Set<ObjectKey>, version: String = "")
    /// New, or changed.
    case put(Object)
    case remove(ObjectKey)
}

/// What there is to say about a watch, for logs and metrics.
public enum WatchReport: Equatable, Sendable {
    /// All that exists has been delivered.
    case synchronized(objects: Int)
    /// The server took a watch up.
    case watching
    case unreadable(Unreadable)
    /// It does not work at the moment; what was delivered stays in force.
    case failing(String, retryingAfter: Duration)
    /// All is read again, for the reason given.
    case readingAgain(String)
    /// The server has no streaming lists; lists and watches are used from now on.
    case withoutStreamingLists(String)
}
