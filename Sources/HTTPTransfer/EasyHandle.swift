import CCurl
import Glibc

/// One libcurl transfer handle with the lists and the buffer it points to; freed with its last reference, which must
/// come after its removal from the multi handle.
@safe final class EasyHandle {
    /// Tells handles apart.
    struct Identity: Hashable {
        private let number: UInt

        init(_ easy: UnsafeMutableRawPointer) {
            number = UInt(bitPattern: easy)
        }
    }

    /// An option that libcurl refuses, or no memory.
    struct Refusal: Error {
        let code: CURLcode
    }

    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var lists: [StringList] = []

    init() throws(Refusal) {
        guard let easy = unsafe curl_easy_init() else { throw Refusal(code: CURLE_OUT_OF_MEMORY) }
        unsafe pointer = easy
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try check(unsafe herald_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe errorText.deallocate()
    }

    var identity: Identity { unsafe Identity(pointer) }

    func set(_ option: CURLoption, _ value: Int) throws(Refusal) {
        try check(unsafe herald_curl_set_long(pointer, option, value))
    }

    /// libcurl copies the string.
    func set(_ option: CURLoption, _ value: String) throws(Refusal) {
        try check(unsafe herald_curl_set_string(pointer, option, value))
    }

    /// libcurl copies the octets.
    func setBlob(_ option: CURLoption, _ octets: [UInt8]) throws(Refusal) {
        let code = unsafe octets.withUnsafeBytes { buffer in
            unsafe herald_curl_set_blob(pointer, option, buffer.baseAddress, buffer.count)
        }
        try check(code)
    }

    /// The handle keeps a copy of the list.
    func setList(_ option: CURLoption, _ lines: [String]) throws(Refusal) {
        guard let list = StringList(lines) else { throw Refusal(code: CURLE_OUT_OF_MEMORY) }
        lists.append(list)
        try check(unsafe herald_curl_set_pointer(pointer, option, list.head))
    }

    /// Copies the octets as the body of the request.
    func setBody(_ octets: [UInt8]) throws(Refusal) {
        try check(unsafe herald_curl_set_size(pointer, CURLOPT_POSTFIELDSIZE_LARGE, octets.count))
        let code = unsafe octets.withUnsafeBytes { buffer in
            unsafe herald_curl_set_pointer(
                pointer, CURLOPT_COPYPOSTFIELDS, buffer.baseAddress ?? UnsafeRawPointer(pointer))
        }
        try check(code)
    }

    /// Hands lines of the head and octets of the body to a transfer, which must live as long as the handle is in use.
    func setReceiver(_ transfer: Transfer) throws(Refusal) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        let header: herald_curl_data_callback = { unsafe EasyHandle.receiveHeader($0, $1, $2, $3) }
        let body: herald_curl_data_callback = { unsafe EasyHandle.receiveBody($0, $1, $2, $3) }
        try check(unsafe herald_curl_set_data_callback(pointer, CURLOPT_HEADERFUNCTION, header))
        try check(unsafe herald_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context))
        try check(unsafe herald_curl_set_data_callback(pointer, CURLOPT_WRITEFUNCTION, body))
        try check(unsafe herald_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context))
    }

    /// Enters the sockets of connections made for a transfer into the list of those open; dead peers are noticed by
    /// the kernel in about 25 s.
    func setConnections(_ connections: OpenConnections, for transfer: Transfer) throws(Refusal) {
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_TCP_KEEPIDLE, 10)
        try set(CURLOPT_TCP_KEEPINTVL, 5)
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        let opened: herald_curl_opened_callback = { context, socket, _ in unsafe EasyHandle.opened(socket, context) }
        try check(unsafe herald_curl_set_opened_callback(pointer, opened))
        try check(unsafe herald_curl_set_pointer(pointer, CURLOPT_SOCKOPTDATA, context))
        let list = unsafe Unmanaged.passUnretained(connections).toOpaque()
        let closed: herald_curl_closed_callback = { context, socket in unsafe EasyHandle.closed(socket, context) }
        try check(unsafe herald_curl_set_closed_callback(pointer, closed))
        try check(unsafe herald_curl_set_pointer(pointer, CURLOPT_CLOSESOCKETDATA, list))
    }

    /// Goes on after `CURL_WRITEFUNC_PAUSE`.
    func resume() {
        unsafe curl_easy_pause(pointer, CURLPAUSE_CONT)
    }

    /// Whether a connection, TLS included, stood at any time.
    var wasConnected: Bool {
        var microseconds = 0
        return unsafe herald_curl_get_size(pointer, CURLINFO_PRETRANSFER_TIME_T, &microseconds) == CURLE_OK
            && microseconds > 0
    }

    /// libcurl's words for a failure.
    func text(for code: CURLcode) -> String {
        let detail = unsafe String(cString: errorText)
        return detail.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : detail
    }

    private func check(_ code: CURLcode) throws(Refusal) {
        guard code == CURLE_OK else { throw Refusal(code: code) }
    }
}

// Called by libcurl on the loop's thread.
extension EasyHandle {
    private static func receiveHeader(
        _ octets: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        let line = unsafe UnsafeRawBufferPointer(start: octets, count: size &* count)
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        switch transfer.acceptHeader(unsafe Array(line)) {
        case .accepted: return line.count
        case .full, .unwanted: return -1
        }
    }

    private static func receiveBody(
        _ octets: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        let chunk = unsafe UnsafeRawBufferPointer(start: octets, count: size &* count)
        guard let context = unsafe context else { return 0 }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        switch unsafe transfer.acceptBody(chunk) {
        case .accepted: return chunk.count
        case .full: return Int(CURL_WRITEFUNC_PAUSE)
        case .unwanted: return -1
        }
    }
}

// Called by libcurl on the loop's thread, the latter long after the transfer that made the connection.
extension EasyHandle {
    private static func opened(_ socket: curl_socket_t, _ context: UnsafeMutableRawPointer?) -> Int32 {
        guard let context = unsafe context else { return Int32(CURL_SOCKOPT_ERROR) }
        let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        herald_curl_prepare_socket(socket)
        transfer.connections.opened(socket, to: transfer.request.endpoint)
        return Int32(CURL_SOCKOPT_OK)
    }

    private static func closed(_ socket: curl_socket_t, _ context: UnsafeMutableRawPointer?) -> Int32 {
        if let context = unsafe context {
            unsafe Unmanaged<OpenConnections>.fromOpaque(context).takeUnretainedValue().closed(socket)
        }
        return close(socket)
    }
}

/// Strings in libcurl's own list, freed with the last reference.
@safe private final class StringList {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    /// Nil when there is no memory.
    init?(_ lines: [String]) {
        for line in lines {
            guard let longer = unsafe curl_slist_append(head, line) else { return nil }
            unsafe head = longer
        }
    }

    deinit {
        unsafe curl_slist_free_all(head)
    }
}
