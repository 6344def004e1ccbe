/// Why a probe or server could not run.
enum ProbeError: Error, CustomStringConvertible {
    case usage(String)
    case system(String, code: Int32)
    case noAnswer(String)

    var description: String {
        switch self {
        case .usage(let reason): "\(reason); options are --name value"
        case .system(let call, let code): "\(call) failed with errno \(code)"
        case .noAnswer(let from): "no answer from \(from)"
        }
    }
}
