import Glibc

/// Waits until the condition holds; false after five seconds.
public func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<500 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return condition()
}

/// Blocks the calling thread.
public func wait(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
}
