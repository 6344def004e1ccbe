import NIOCore
import NIOPosix

/// Sends octets as they are to a TCP port of this host and reads until the server closes.
struct RawClient {
    let port: Int

    /// What came back; empty when the server closed without a word. With a pause it reads slowly: a little, a pause, and
    /// so on for five times, then the rest.
    func exchange(_ text: String, pause: Duration? = nil) async throws -> String {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if pause != nil { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: 4096) }
        let channel = try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 1)))
            }
        }
        return try await channel.executeThenClose { inbound, outbound in
            try? await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            var pauses = 5
            do {
                for try await var part in inbound {
                    answer.writeBuffer(&part)
                    guard let pause, pauses > 0 else { continue }
                    pauses -= pause > .seconds(1) ? pauses : 1
                    try await Task.sleep(for: pause)
                }
            } catch {
                // A reset is an end as well.
            }
            return String(buffer: answer)
        }
    }
}
