import NetworkTypes

extension NotificationMessage {
    /// The longest text that fits its length octet (RFC 9003 section 2).
    static let longestText = 255

    /// A shutdown or reset with a text for the people on the other side, cut to 255 octets of whole characters.
    init(_ reason: NotificationReason, text: String) {
        var kept = text.unicodeScalars[...]
        while kept.reduce(0, { $0 + UTF8.width($1) }) > Self.longestText { kept.removeLast() }
        let octets = Array(String(kept).utf8)
        self.init(
            reason, data: octets.isEmpty ? [] : [UInt8(truncatingIfNeeded: octets.count)] + octets)
    }

    /// This message wrapped so that a peer which keeps routes over a NOTIFICATION drops them (RFC 8538 section 3).
    var asHardReset: NotificationMessage {
        NotificationMessage(.hardReset, data: [reason.code, reason.subcode] + data)
    }

    /// The message inside a hard reset, or the message itself.
    var unwrapped: NotificationMessage {
        guard reason == .hardReset, data.count >= 2 else { return self }
        return NotificationMessage(NotificationReason(data[0], data[1]), data: Array(data.dropFirst(2)))
    }

    /// What the other side's people wrote, escaped for a log; nil when there is no text.
    ///
    /// Control characters come as `\u{…}`, octets that are not UTF-8 in hexadecimal (RFC 9003 sections 2 and 4), and of
    /// those no more than a text may have.
    public var text: String? {
        let inner = unwrapped
        guard inner.reason == .administrativeShutdown || inner.reason == .administrativeReset,
            let length = inner.data.first, length > 0
        else { return nil }
        let octets = inner.data.dropFirst()
        guard octets.count >= Int(length),
            let text = String(validating: octets.prefix(Int(length)), as: UTF8.self)
        else { return inner.data.prefix(1 + Self.longestText).hexadecimal }
        return text.unicodeScalars.map { $0.isPlain ? String($0) : $0.escaped(asASCII: true) }.joined()
    }
}

extension NotificationMessage: CustomStringConvertible {
    /// The sentence of the reason, then the text or the data if there are any.
    public var description: String {
        if let text { return "\(sentence), saying \"\(text)\"" }
        let data = unwrapped.data
        return data.isEmpty ? sentence : "\(sentence), data \(data.prefix(32).hexadecimal)"
    }

    /// The sentence of the reason alone.
    var sentence: String {
        let inner = unwrapped
        return reason == .hardReset && inner != self ? "\(reason): \(inner.reason)" : "\(reason)"
    }
}

extension Sequence<UInt8> {
    /// Two lower-case digits for each octet.
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
