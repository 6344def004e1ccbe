import FoundationEssentials

/// The one place where JSON becomes values: by hand what is read in masses and is as usual, by `JSONDecoder` all else.
enum JSON {
    /// Reads one JSON document; throws a sentence that says where and what.
    ///
    /// Octets that are no UTF-8 count as U+FFFD, so that one value that is spoilt does not hide all others.
    static func decode<Value: Decodable>(_ type: Value.Type, from octets: [UInt8]) throws(Malformed)
        -> Value
    {
        if let quick = type as? any QuickReadable.Type, let value = quick.read(octets) as? Value { return value }
        let text = isText(octets) ? octets : Array(String(decoding: octets, as: UTF8.self).utf8)
        do {
            return try JSONDecoder().decode(type, from: Data(text))
        } catch {
            throw Malformed(error)
        }
    }

    private static func isText(_ octets: [UInt8]) -> Bool {
        do {
            _ = try UTF8Span(validating: octets.span)
            return true
        } catch {
            return false
        }
    }

    /// A document that is not JSON, or not what was expected.
    struct Malformed: Error, Hashable, CustomStringConvertible {
        let description: String

        init(_ error: any Error) {
            switch error as? DecodingError {
            case .keyNotFound(let key, let context):
                description = "\(Self.path(context)) lacks '\(key.stringValue)'"
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                description = "\(Self.path(context)): \(context.debugDescription)"
            case nil: description = String("\(error)".prefix(200))
            @unknown default: description = String("\(error)".prefix(200))
            }
        }

        private static func path(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { key in
                key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
            }
            return path.isEmpty ? "the document" : path.joined()
        }
    }
}

extension KeyedDecodingContainer {
    /// The value of a key; the default when it is absent or null.
    func decode<Value: Decodable>(_ key: Key, default absent: Value) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? absent
    }

    /// The value of a key; nil when it is absent or null.
    func decode<Value: Decodable>(_ key: Key) throws -> Value? {
        try decodeIfPresent(Value.self, forKey: key)
    }
}
