import Glibc

/// How many descriptors the process may have open at once.
enum DescriptorLimit {
    /// Below it a part could not start, and nobody would be told why: interfaces, peers, watches and probes have some each.
    static let least: UInt64 = 128
    /// More would never be open.
    private static let most: UInt64 = 65_536

    /// Raises the soft limit as far as the hard one allows. Throws `Failure` where that is too few.
    static func raise() throws {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        let wanted = min(UInt64(limit.rlim_max), most)
        if UInt64(limit.rlim_cur) < wanted {
            limit.rlim_cur = rlim_t(wanted)
            unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            unsafe _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        guard UInt64(limit.rlim_cur) >= least else {
            throw Failure(
                "herald may have only \(limit.rlim_cur) files and sockets open (RLIMIT_NOFILE), and needs \(least); raise the "
                    + "limit: ulimit -n, LimitNOFILE= of a systemd unit, or that of the container runtime")
        }
    }
}
