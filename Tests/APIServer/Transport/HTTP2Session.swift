import CHTTP2

/// The HTTP/2 protocol of one connection (RFC 9113) between two buffers.
@safe
final class HTTP2Session {
    struct Fault: Error {}

    /// A request that is being received, and the answer that is being sent.
    final class Stream {
        let id: Int32
        var method = ""
        var target = ""
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var output: [UInt8] = []
        var sent = 0
        var isEnded = false
        var hasBegun = false
        var onClose: () -> Void = {}

        init(id: Int32) {
            self.id = id
        }
    }

    private var session: OpaquePointer?
    private(set) var streams: [Int32: Stream] = [:]
    /// Called with each request that is complete.
    var onRequest: (Stream) -> Void = { _ in }

    init() throws {
        var callbacks: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0 else { throw Fault() }
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        unsafe Self.install(callbacks)
        let own = unsafe Unmanaged.passUnretained(self).toOpaque()
        guard unsafe nghttp2_session_server_new(&session, callbacks, own) == 0 else { throw Fault() }
        // As many at a time as the real server allows, and windows that hold no one up.
        var settings = [
            nghttp2_settings_entry(settings_id: 3, value: 250), nghttp2_settings_entry(settings_id: 4, value: 1 << 20),
        ]
        guard unsafe nghttp2_submit_settings(session, 0, &settings, settings.count) == 0 else { throw Fault() }
    }

    deinit {
        unsafe nghttp2_session_del(session)
    }

    /// Takes what came from the client.
    func receive(_ octets: [UInt8]) throws {
        let count = unsafe nghttp2_session_mem_recv(session, octets, octets.count)
        guard count == octets.count else { throw Fault() }
    }

    /// What is to go to the client now.
    func takeOutput() throws -> [UInt8] {
        var output: [UInt8] = []
        while true {
            var data: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(session, &data)
            guard count >= 0 else { throw Fault() }
            guard count > 0, let data = unsafe data else { return output }
            unsafe output += UnsafeBufferPointer(start: data, count: count)
        }
    }

    var isDone: Bool {
        unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    func begin(_ stream: Stream, _ headers: [(String, String)]) {
        stream.hasBegun = true
        var texts = headers.map { (Array($0.0.lowercased().utf8), Array($0.1.utf8)) }
        var fields: [nghttp2_nv] = unsafe []
        // nghttp2 copies names and values before it returns.
        let storage = UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: texts.reduce(0) { $0 + $1.0.count + $1.1.count } + 1)
        defer { unsafe storage.deallocate() }
        var offset = 0
        for index in texts.indices {
            let name = unsafe Self.copy(texts[index].0, to: storage, at: &offset)
            let value = unsafe Self.copy(texts[index].1, to: storage, at: &offset)
            unsafe fields.append(
                nghttp2_nv(
                    name: name, value: value, namelen: texts[index].0.count, valuelen: texts[index].1.count, flags: 0))
        }
        texts = []
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.read_callback = Self.readBody
        _ = unsafe nghttp2_submit_response(session, stream.id, &fields, fields.count, &provider)
    }

    private static func copy(
        _ octets: [UInt8], to storage: UnsafeMutableBufferPointer<UInt8>, at offset: inout Int
    ) -> UnsafeMutablePointer<UInt8>? {
        for (index, octet) in octets.enumerated() { unsafe storage[offset + index] = octet }
        defer { offset += octets.count }
        return unsafe storage.baseAddress.map { unsafe $0 + offset }
    }

    /// Called when a stream has more output, or its end.
    func resume(_ stream: Stream) {
        _ = unsafe nghttp2_session_resume_data(session, stream.id)
    }

    func reset(_ stream: Stream) {
        _ = unsafe nghttp2_submit_rst_stream(session, 0, stream.id, NGHTTP2_INTERNAL_ERROR.rawValue)
    }

    // MARK: - Called by nghttp2

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> HTTP2Session? {
        unsafe pointer.map { unsafe Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func install(_ callbacks: OpaquePointer?) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame, let own = unsafe HTTP2Session.of(user) else { return 0 }
            let id = unsafe frame.pointee.hd.stream_id
            if own.streams[id] == nil { own.streams[id] = Stream(id: id) }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameLength, value, valueLength, _, user in
            guard let frame = unsafe frame, let own = unsafe HTTP2Session.of(user),
                let stream = own.streams[unsafe frame.pointee.hd.stream_id]
            else { return 0 }
            let name = unsafe String(decoding: UnsafeBufferPointer(start: name, count: nameLength), as: UTF8.self)
            let value = unsafe String(decoding: UnsafeBufferPointer(start: value, count: valueLength), as: UTF8.self)
            switch name {
            case ":method": stream.method = value
            case ":path": stream.target = value
            default: if stream.headers.count < 100 { stream.headers[name] = value }
            }
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, id, data, length, user in
            guard let own = unsafe HTTP2Session.of(user), let stream = own.streams[id] else { return 0 }
            guard stream.body.count + length <= Request.bodyLimit else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
            unsafe stream.body += UnsafeBufferPointer(start: data, count: length)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame, let own = unsafe HTTP2Session.of(user) else { return 0 }
            let head = unsafe frame.pointee.hd
            let isEnd = head.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
            guard isEnd, head.type == UInt8(NGHTTP2_HEADERS.rawValue) || head.type == UInt8(NGHTTP2_DATA.rawValue),
                let stream = own.streams[head.stream_id]
            else { return 0 }
            own.onRequest(stream)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, _, user in
            guard let own = unsafe HTTP2Session.of(user) else { return 0 }
            own.streams.removeValue(forKey: id)?.onClose()
            return 0
        }
    }

    private static let readBody: nghttp2_data_source_read_callback = { _, id, buffer, length, flags, _, user in
        guard let own = unsafe HTTP2Session.of(user), let stream = own.streams[id], let buffer = unsafe buffer else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        let count = min(length, stream.output.count - stream.sent)
        if count == 0, !stream.isEnded { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        unsafe stream.output.withUnsafeBytes { bytes in
            guard count > 0, let base = bytes.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(buffer).copyMemory(from: base + stream.sent, byteCount: count)
        }
        stream.sent += count
        if stream.sent == stream.output.count {
            stream.output.removeAll(keepingCapacity: stream.output.count < 1 << 16)
            stream.sent = 0
            if stream.isEnded { unsafe flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
        }
        return count
    }
}
