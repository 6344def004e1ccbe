import CBuild

/// What this build is.
enum Version {
    static let number = "0.1.0"
    /// The commit that it was built from; empty where nobody told the build.
    static let commit = unsafe String(cString: herald_commit())
    static let text = commit.isEmpty ? "herald \(number)" : "herald \(number) (\(commit))"
}
