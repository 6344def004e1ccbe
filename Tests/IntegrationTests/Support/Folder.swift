import Glibc
import Lab

extension Folder {
    /// Points the symbolic link elsewhere in one step, as the kubelet does for a ConfigMap.
    func swap(link name: String, to target: String) throws {
        let draft = path(of: "\(name).draft")
        guard unsafe symlink(target, draft) == 0 else { throw LabError.system("symlink", code: errno) }
        guard unsafe rename(draft, path(of: name)) == 0 else { throw LabError.system("rename", code: errno) }
    }

    /// What is different once a file has been written again: its inode, size and time of change.
    func stamp(of name: String) throws -> [Int] {
        var status = stat()
        guard unsafe stat(path(of: name), &status) == 0 else { throw LabError.system("stat", code: errno) }
        return [Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    }
}
