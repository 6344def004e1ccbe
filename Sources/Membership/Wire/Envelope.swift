import NetworkTypes

/// What surrounds every heartbeat: "HB", format version, key number, cluster, the heartbeat itself, and the seal.
struct Envelope: Sendable {
    static let magic: UInt16 = 0x4842
    /// Another number for each change that nodes of the number before would misread.
    static let version: UInt8 = 2
    /// No datagram is longer, so that none is fragmented.
    static let maximumLength = 1_400
    private static let tagLength = 16

    let cluster: UInt32
    let seal: any HeartbeatSeal

    /// Nil when the seal has no key to seal with.
    func close(_ heartbeat: Heartbeat) -> [UInt8]? {
        var writer = ByteWriter(reserving: 160)
        writer.write(Self.magic)
        writer.write(Self.version)
        writer.write(seal.sealingKey)
        writer.write(cluster)
        heartbeat.encode(into: &writer)
        guard let tag = seal.tag(of: writer.bytes[...], key: seal.sealingKey) else { return nil }
        writer.write(tag)
        return writer.bytes
    }

    /// The seal is verified before anything of the heartbeat is looked at.
    func open(_ datagram: ArraySlice<UInt8>) throws(Rejection) -> Heartbeat {
        guard datagram.count <= Self.maximumLength else { throw .malformed }
        do {
            var reader = ByteReader(datagram)
            let key = try headKey(from: &reader).get()
            let bodyLength = reader.remaining - Self.tagLength
            var body = try reader.reader(bodyLength)
            let tag = try reader.uint128()
            guard let expected = seal.tag(of: datagram.dropLast(Self.tagLength), key: key) else {
                throw Rejection.unknownKey
            }
            // One comparison of the whole number takes the same time wherever the difference is.
            guard expected ^ tag == 0 else { throw Rejection.badSeal }
            guard let heartbeat = try Heartbeat(from: &body), body.isAtEnd else { throw Rejection.malformed }
            return heartbeat
        } catch {
            throw error as? Rejection ?? .malformed
        }
    }

    private func headKey(from reader: inout ByteReader) throws(ByteReader.Truncated) -> Result<UInt8, Rejection> {
        guard try reader.uint16() == Self.magic else { return .failure(.malformed) }
        guard try reader.uint8() == Self.version else { return .failure(.otherVersion) }
        let key = try reader.uint8()
        return try reader.uint32() == cluster ? .success(key) : .failure(.otherCluster)
    }
}
