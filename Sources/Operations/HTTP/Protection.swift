import FileSystem
public import Logging
import OpenSSL

/// How a TCP listener is kept from those whom it is not meant for: the files of its certificate and its token.
public struct Protection: Sendable {
    /// Octets that any of the files may have.
    private static let largestFile = 1 << 20

    private let certificate: FollowedFiles<ServerCertificate>?
    private let access: FollowedFiles<Access>?

    /// Nothing of it is read yet. Without files: plain HTTP, without a token.
    ///
    /// - Parameters:
    ///   - certificate: the certificate's file and its key's, in PEM.
    ///   - tokenFile: the file that has the token.
    public init(certificate: (certificateFile: String, keyFile: String)?, tokenFile: String?, logger: Logger) {
        self.certificate = certificate.map { files in
            let (certificateFile, keyFile) = files
            return FollowedFiles("operations.tls", [certificateFile, keyFile], logger: logger) {
                try Self.refuseOpen(keyFile)
                return try ServerCertificate(
                    certificates: BoundedFile.read(certificateFile, limit: Self.largestFile),
                    key: BoundedFile.read(keyFile, limit: Self.largestFile))
            }
        }
        access = tokenFile.map { file in
            FollowedFiles("operations.tokenFile", [file], logger: logger) {
                try Self.refuseOpen(file)
                return try Access(token: BoundedFile.read(file, limit: 4096), from: file)
            }
        }
    }

    /// Plain HTTP, without a token.
    static let none = Protection(certificate: nil, tokenFile: nil, logger: Logger(label: "operations"))

    /// What holds for one connection.
    struct Terms: Sendable {
        /// Nil: plain HTTP.
        let certificate: ServerCertificate?
        /// Nil: everyone may ask.
        let access: Access?
    }

    /// As the files are now; nil when one that is set never could be used, so that nobody may be served.
    func terms() -> Terms? {
        let (certificate, access) = (self.certificate?.current(), self.access?.current())
        guard (certificate == nil) == (self.certificate == nil), (access == nil) == (self.access == nil) else {
            return nil
        }
        return Terms(certificate: certificate, access: access)
    }

    private struct OpenFile: Error, CustomStringConvertible {
        let description: String
    }

    private static func refuseOpen(_ file: String) throws {
        let permissions = try FilePermissions(of: file)
        guard permissions.isOpenToOthers else { return }
        throw OpenFile(
            description: "\(file) can be read or written by every user of this node (mode \(permissions.octal)); run  "
                + "chmod 600 \(file)  or, for a Secret, set defaultMode: 0400")
    }
}
