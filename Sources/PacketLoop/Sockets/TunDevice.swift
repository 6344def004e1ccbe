internal import CLinux
internal import Glibc

/// A TUN device that exists for as long as this does: it vanishes, addresses and all, with the process.
///
/// What the host sends out of it is kept by the kernel up to its queue length and then dropped; nothing reads it.
public final class TunDevice: Sendable {
    /// Why there is no device.
    public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Not 1 to 15 octets of printable ASCII without `/`, `%` and `:`.
        case invalidName(String)
        /// /dev/net/tun is not there, or the kernel has no TUN support.
        case unavailable(SystemError)
        /// `CAP_NET_ADMIN` or access to /dev/net/tun is missing.
        case notPermitted(SystemError)
        /// An interface of that name exists, perhaps of another process.
        case nameTaken(String)
        case other(SystemError)

        /// What is wrong and what to do about it.
        public var description: String {
            switch self {
            case .invalidName(let name):
                "'\(name)' cannot name an interface: use 1 to 15 letters, digits, '-', '_' or '.'"
            case .unavailable(let error):
                "no TUN devices here (\(error)); load the module 'tun' and mount /dev/net/tun into the container"
            case .notPermitted(let error):
                "not permitted to make a TUN device (\(error)); grant CAP_NET_ADMIN and access to /dev/net/tun"
            case .nameTaken(let name):
                "an interface '\(name)' exists already; end the process that it belongs to, or delete it"
            case .other(let error): "cannot make a TUN device: \(error)"
            }
        }
    }

    /// The name of the interface.
    public let name: String
    /// Its index in the network namespace in which it was made.
    public let interfaceIndex: UInt32
    /// Holds the device; when it closes, the device is gone.
    public let descriptor: Descriptor

    /// Makes the device, which is down and has no address; needs `CAP_NET_ADMIN`.
    ///
    /// That waits while others change the host's network, and perhaps until a module is loaded; so does its end, for which
    /// `closer` is a loop that may wait.
    public init(name: String, closedOn closer: PacketLoop? = nil) throws(Failure) {
        guard Self.isValid(name) else { throw .invalidName(name) }
        self.name = name
        do throws(SystemError) {
            let file = uninterrupted { unsafe open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC) }
            descriptor = Descriptor(owning: try check(file, "open", on: "/dev/net/tun"), closedOn: closer)
            try check(unsafe herald_tun_create(descriptor.number, name), "TUNSETIFF", on: name)
            let index = unsafe if_nametoindex(name)
            guard index != 0 else { throw SystemError("if_nametoindex", on: name, code: ENODEV) }
            interfaceIndex = index
        } catch {
            throw Self.failure(error, name)
        }
    }

    /// Gives the device up, in whosever hands it is. Harmless when that was done before.
    public func close() {
        descriptor.close()
    }

    private static func isValid(_ name: String) -> Bool {
        let refused = "/%:".utf8
        return (1...15).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !refused.contains($0) }
    }

    private static func failure(_ error: SystemError, _ name: String) -> Failure {
        switch error.code {
        case EBUSY, EEXIST: .nameTaken(name)
        case EPERM, EACCES: .notPermitted(error)
        case ENOENT, ENXIO, ENODEV: .unavailable(error)
        default: .other(error)
        }
    }
}
