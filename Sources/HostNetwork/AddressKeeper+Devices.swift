public import Netlink
public import PacketLoop

/// Devices that addresses live on, and what else waits for the kernel when it ends.
extension AddressKeeper {
    /// Why there is no device that can be used.
    public enum DeviceFailure: Error, Hashable, Sendable, CustomStringConvertible {
        case notMade(TunDevice.Failure)
        case notSetUp(NetlinkError)

        /// Part of a sentence on whose device it is.
        public var description: String {
            switch self {
            case .notMade(let failure): "its device cannot be made: \(failure)"
            case .notSetUp(let error): "its device cannot be set up: \(error)"
            }
        }
    }

    /// For descriptors whose end waits for the kernel: each is closed after what was ordered before.
    public nonisolated var closer: PacketLoop { loop }

    /// Makes a TUN device and sets it up, without addresses of the kernel's making.
    ///
    /// It is the caller's; once given up it is closed after what was ordered before. `completion` is called once, on the
    /// keeper's thread.
    public nonisolated func makeDevice(
        _ name: String, completion: @escaping @Sendable (Result<TunDevice, DeviceFailure>) -> Void
    ) {
        perform { keeper in
            do throws(DeviceFailure) {
                completion(.success(try keeper.make(name)))
            } catch {
                completion(.failure(error))
            }
        }
    }

    private func make(_ name: String) throws(DeviceFailure) -> TunDevice {
        let device = try makeTun(name)
        do throws(NetlinkError) {
            try ask { requests throws(NetlinkError) in
                try requests.stopGeneratingAddresses(on: device.link)
                try requests.setLink(device.link, up: true)
            }
        } catch {
            throw DeviceFailure.notSetUp(error)
        }
        devices[name] = device.link
        return device
    }

    private func makeTun(_ name: String) throws(DeviceFailure) -> TunDevice {
        do throws(TunDevice.Failure) {
            return try TunDevice(name: name, closedOn: loop)
        } catch {
            throw DeviceFailure.notMade(error)
        }
    }
}

extension TunDevice {
    /// Its link.
    public var link: LinkIndex { LinkIndex(Int32(bitPattern: interfaceIndex)) }
}
