import Membership
import NetworkTypes

/// A quick keyed checksum in place of HMAC-SHA256.
struct TestSeal: HeartbeatSeal {
    var sealingKey: UInt8 = 1
    var keys: [UInt8: UInt64] = [1: 0x5EED]

    func tag(of message: ArraySlice<UInt8>, key: UInt8) -> UInt128? {
        guard let secret = keys[key] else { return nil }
        var high = secret
        var low = ~secret
        for octet in message {
            high = (high ^ UInt64(octet)) &* 0x100_0000_01B3
            low = low &+ (high >> 29)
        }
        return UInt128(high) << 64 | UInt128(low)
    }
}
