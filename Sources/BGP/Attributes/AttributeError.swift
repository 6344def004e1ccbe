/// What is wrong with the value of one attribute, before anyone has decided what to do about it.
enum AttributeError: Error, Equatable {
    /// The value does not have a length that the definition allows.
    case length
    /// The length is right, the content is not; the reason is the one of RFC 4271 section 6.3.
    case value(NotificationReason)
}
