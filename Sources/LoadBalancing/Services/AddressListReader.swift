import IPAM
import NetworkTypes

/// Reads the address lists of annotations.
enum AddressListReader {
    /// The longest annotation that is read at all, in octets.
    static let limit = 1024

    /// Throws the first part that is not an address, shortened for display.
    static func addresses(in text: String) throws(Malformed) -> [IPAddress] {
        guard text.utf8.count <= limit else { throw Malformed(part: Wording.shown(text)) }
        var addresses: [IPAddress] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = trimmed(part)
            guard let address = IPAddress(word) else { throw Malformed(part: Wording.shown(word)) }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    struct Malformed: Error {
        let part: String
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D }
        var part = Substring(text).utf8
        while let first = part.first, isBlank(first) { part.removeFirst() }
        while let last = part.last, isBlank(last) { part.removeLast() }
        return String(Substring(part))
    }
}
