@testable import HTTPTransfer

extension FuzzTarget {
    /// The head of an answer, in lines as libcurl hands them over: each with the line feed that ends it.
    static let httpHead = FuzzTarget("http-head", seeds: BoundarySeeds.heads) { octets in
        let read = head(of: octets)
        hold(head(of: octets) == read, "the same octets are the same head")
        guard let read else { return }
        hold((200...999).contains(read.status), "an interim answer is none")
        let fields = read.headers.fields
        hold(fields.count <= ResponseHeadReader.maximumFields + 1, "there is an end to fields")
        // What is no UTF-8 becomes U+FFFD, of three octets.
        let size = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        hold(size <= ResponseHeadReader.maximumOctets * 3, "there is an end to octets")
        for field in fields { hold(read.headers[field.name] != nil, "a field is found by its name") }
        _ = read.headers["Retry-After"]
    }

    /// Nil for a head that is refused, or does not end.
    static func head(of octets: [UInt8]) -> HTTPResponseHead? {
        var reader = ResponseHeadReader()
        var head: HTTPResponseHead?
        var rest = octets[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
            let line = Array(rest[..<end])
            rest = rest[end...]
            do throws(ResponseHeadReader.Failure) {
                let complete = try reader.read(line)
                hold(head == nil || complete == nil, "an answer has one head")
                head = head ?? complete
            } catch {
                hold(head == nil, "what follows a head does not spoil it")
                return nil
            }
        }
        hold(reader.isComplete == (head != nil), "a head is told when it is complete")
        return head
    }
}
