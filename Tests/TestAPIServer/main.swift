import APIServer
import FoundationEssentials
import Glibc

// The API server for tests as a program of its own.
//
// usage: test-apiserver [--directory D] [--host H] [--port P] [--name N]… [--http1] [--log]
//        [--certificate FILE KEYFILE]
//
// Prints one line when it is ready: its URL. The directory then holds ca.crt, and admin.sock, where everything is
// allowed and commands are taken. Ends with SIGTERM or SIGINT.

var words = CommandLine.arguments.dropFirst()
var options = APIServer.Options(directory: FileManager.default.currentDirectoryPath)
while let word = words.popFirst() {
    switch word {
    case "--log":
        options.log = { text in
            let line = Array("\(text)\n".utf8)
            _ = unsafe write(STDERR_FILENO, line, line.count)
        }
    case "--certificate":
        guard let file = words.popFirst(), let key = words.popFirst() else { exit(64) }
        options.certificate = (file, key)
    case "--http1": options.offersHTTP2 = false
    case "--directory": options.directory = words.popFirst() ?? "."
    case "--host": options.host = words.popFirst() ?? options.host
    case "--port": options.port = words.popFirst().flatMap { UInt16($0) } ?? 0
    case "--name": options.names += words.popFirst().map { [$0] } ?? []
    default:
        print("usage: test-apiserver [--directory D] [--host H] [--port P] [--name N]… [--http1] [--log] \\")
        print("       [--certificate FILE KEYFILE]")
        exit(64)
    }
}
var signals = sigset_t()
unsafe sigemptyset(&signals)
unsafe sigaddset(&signals, SIGTERM)
unsafe sigaddset(&signals, SIGINT)
unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
let server = try await APIServer.start(options)
// Not `print`, which keeps the line in a buffer when nobody watches.
let line = Array("\(server.url)\n".utf8)
_ = unsafe write(STDOUT_FILENO, line, line.count)
var received: Int32 = 0
unsafe sigwait(&signals, &received)
await server.stop()
