import Glibc
import Synchronization

/// A small process that removes everything a lab made, as soon as the lab's process lets go of a pipe: by closing the
/// lab, by ending, or by being killed in any way. It is the only code that cleans up.
///
/// A shell, so that it does not depend on what was built; deaf to the signals that a terminal sends to everyone.
final class Janitor: Sendable {
    private let process: ChildProcess
    /// Its closing is the order to clean up.
    private let leash: Mutex<Descriptor?>

    private static let script = """
        trap '' INT TERM HUP QUIT
        cat >/dev/null
        prefix=$1 files=$2
        round=0
        while [ $round -lt 100 ]; do
            busy=
            for path in /run/netns/"$prefix"*; do
                [ -e "$path" ] || continue
                pids=$(ip netns pids "${path##*/}" 2>/dev/null)
                [ -z "$pids" ] || { kill -9 $pids 2>/dev/null; busy=1; }
            done
            [ -n "$busy" ] || break
            round=$((round + 1))
            sleep 0.01
        done
        for path in /run/netns/"$prefix"*; do
            [ ! -e "$path" ] || ip netns del "${path##*/}" 2>/dev/null
        done
        [ -z "$files" ] || rm -rf "$files"
        """

    /// Posts a janitor for what bears this name; `keepingFiles` leaves logs and captures in place.
    init(for name: LabName, keepingFiles: Bool) throws(LabError) {
        let pipe = try Descriptor.makePair()
        let command = ["/bin/sh", "-c", Self.script, "janitor", name.prefix, keepingFiles ? "" : name.folder]
        process = try ChildProcess(Launch(command: command, input: pipe.read), showing: ["janitor", name.prefix])
        leash = Mutex(pipe.write)
    }

    /// Cleans up and returns when nothing is left.
    func clean() throws(LabError) {
        leash.withLock { $0 = nil }
        try process.wait(timeout: .seconds(20))
    }

    /// Removes what labs left whose processes and janitors are both dead.
    static func sweepStale() throws(LabError) {
        let stale = Set((entries(of: "/run/netns") + entries(of: "/tmp")).compactMap(LabName.init(prefixOf:)))
        for name in stale where !name.isOwnerAlive {
            try Janitor(for: name, keepingFiles: false).clean()
        }
    }

    private static func entries(of folder: String) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            names.append(
                // In place: the record may be shorter than its type.
                unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }
}
