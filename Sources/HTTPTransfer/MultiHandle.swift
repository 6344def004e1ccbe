import CCurl
import Glibc
import Synchronization

/// libcurl's set of transfers and the connections they share. Used by the loop's thread alone, except for `wakeUp`.
@safe final class MultiHandle {
    /// A transfer that libcurl is done with.
    struct Completion {
        let easy: EasyHandle.Identity
        let code: CURLcode
    }

    /// More at once on one HTTP/2 connection wait for their turn; servers allow 100 to 250.
    private static let maximumStreams = 100
    private static let maximumIdleConnections = 40
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let multi: UnsafeMutableRawPointer

    /// Nil when there is no memory or socket for it.
    init?() {
        guard Self.isReady, let multi = unsafe curl_multi_init() else { return nil }
        unsafe self.multi = unsafe multi
        unsafe _ = herald_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
        unsafe _ = herald_curl_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, Self.maximumStreams)
        unsafe _ = herald_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.maximumIdleConnections)
    }

    deinit {
        unsafe curl_multi_cleanup(multi)
    }

    func add(_ easy: borrowing EasyHandle) -> Bool {
        unsafe curl_multi_add_handle(multi, easy.pointer) == CURLM_OK
    }

    func remove(_ easy: borrowing EasyHandle) {
        unsafe curl_multi_remove_handle(multi, easy.pointer)
    }

    /// Moves all transfers on as far as they go without waiting.
    func perform() {
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
    }

    /// The next transfer that has ended.
    func nextCompletion() -> Completion? {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else {
                continue
            }
            return unsafe Completion(easy: EasyHandle.Identity(easy), code: message.pointee.data.result)
        }
        return nil
    }

    /// Waits for a socket, one of libcurl's own timers, `wakeUp`, or the time to pass.
    func poll(milliseconds: Int32) {
        unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil)
    }

    /// Ends a running or the next `poll`; may be called from any thread.
    func wakeUp() {
        unsafe curl_multi_wakeup(multi)
    }
}
