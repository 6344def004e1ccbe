/// Where the answer to one request goes: HTTP/1.1 or HTTP/2.
///
/// Lives on the connection's event loop.
protocol ResponseStream: AnyObject {
    /// The status and header; without a length, the body comes in chunks.
    func begin(_ code: Int, _ headers: [(String, String)], length: Int?)
    /// A part of the body, as a chunk of its own.
    func send(_ octets: [UInt8])
    /// The regular end.
    func end()
    /// Ends in the middle: a connection closed, a stream reset. With `afterHalfChunk`, what HTTP/1.1 can, begins a chunk
    /// first and sends half of it.
    func cut(afterHalfChunk: Bool)
    /// Octets that the client has not taken yet.
    var backlog: Int { get }
    var isOpen: Bool { get }
    /// Called once when the client or the connection goes before the end.
    var onClose: () -> Void { get set }
}

extension ResponseStream {
    func cut() { cut(afterHalfChunk: false) }
}
