import LoadBalancing
import PacketLoop

/// The TCP MD5 keys of password files, as far as they could be read: a pure value.
struct KeyRing: Equatable {
    /// What holds for each file: its key, or why there never was one.
    private(set) var keys: [String: Result<TCPMD5Key, Obstacle>] = [:]
    /// Files that cannot be used any more, while the key that they last held stays in force.
    private(set) var problems: [String: Obstacle] = [:]

    /// Takes over what the files hold now; those that are not named are forgotten.
    ///
    /// A file that is just being replaced, or was spoilt, ends no session.
    mutating func take(_ read: [String: Result<TCPMD5Key, Obstacle>]) {
        problems = [:]
        keys = Dictionary(
            uniqueKeysWithValues: read.map { path, new in
                guard case .failure(let obstacle) = new, case .success? = keys[path], let former = keys[path] else {
                    return (path, new)
                }
                problems[path] = Obstacle(
                    reason: obstacle.reason, sentence: "\(obstacle.sentence); the key that it held before stays in use")
                return (path, former)
            })
    }
}
