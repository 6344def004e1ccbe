internal import CLinux
internal import Glibc
internal import NetworkTypes

/// A key that both ends sign their TCP segments with (RFC 2385).
public struct TCPMD5Key: Hashable, Sendable {
    /// The longest key that Linux takes, in octets.
    public static let maximumLength = 80

    let octets: [UInt8]

    /// Nil when empty or longer than `maximumLength`.
    public init?(_ octets: some Collection<UInt8>) {
        guard (1...Self.maximumLength).contains(octets.count) else { return nil }
        self.octets = Array(octets)
    }
}

extension TCPMD5Key: CustomStringConvertible {
    /// Does not show the key.
    public var description: String { "key of \(octets.count) octets" }
}

extension Descriptor {
    /// Sets the key for all peers in a block; nil removes it, and that there was none is no error.
    ///
    /// Segments of these peers without a right signature are dropped from then on.
    func setMD5Key(_ key: TCPMD5Key?, for block: CIDR) throws(SystemError) {
        var request = tcp_md5sig()
        request.tcpm_addr = SocketAddress(block.network).storage
        request.tcpm_flags = UInt8(TCP_MD5SIG_FLAG_PREFIX)
        request.tcpm_prefixlen = UInt8(clamping: block.prefixLength)
        let octets = key?.octets ?? []
        request.tcpm_keylen = UInt16(clamping: octets.count)
        unsafe withUnsafeMutableBytes(of: &request.tcpm_key) { unsafe $0.copyBytes(from: octets) }
        do {
            try set(.md5KeyOfBlock, to: request, for: "\(block)")
        } catch {
            guard key == nil, error.code == ENOENT else { throw error }
        }
    }
}
