import Glibc

/// Drains the two output pipes of a child into bounded buffers, and a log file, on a thread of its own.
struct OutputReader: Sendable {
    let output: OutputBuffer
    let errors: OutputBuffer
    private let log: Descriptor?

    /// `limit` octets are kept of each of the two.
    init(limit: Int, log: Descriptor?) {
        output = OutputBuffer(limit: limit)
        errors = OutputBuffer(limit: limit)
        self.log = log
    }

    /// Returns at once; the thread ends when every holder of the writing ends has gone.
    func start(reading sources: (output: Descriptor, errors: Descriptor)) throws(LabError) {
        try WorkerThread.detach { [self] in drain(sources) }
    }

    private func drain(_ sources: (output: Descriptor, errors: Descriptor)) {
        var open = [(sources.output, output), (sources.errors, errors)]
        while !open.isEmpty {
            var waits = open.map { pollfd(fd: $0.0.number, events: Int16(POLLIN), revents: 0) }
            guard unsafe poll(&waits, nfds_t(waits.count), -1) > 0 || errno == EINTR else { break }
            open = zip(open, waits).filter { source, wait in
                wait.revents == 0 || take(from: source.0, into: source.1)
            }.map(\.0)
        }
        for (_, buffer) in open { buffer.end() }
    }

    /// False at the end of this source.
    private func take(from source: Descriptor, into buffer: OutputBuffer) -> Bool {
        let chunk = source.read(upTo: 65_536)
        if chunk.isEmpty {
            buffer.end()
            return false
        }
        let kept = buffer.append(chunk)
        try? log?.write(kept)
        return true
    }
}
