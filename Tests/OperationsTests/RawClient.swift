import NIOCore
import NIOPosix

/// Sends octets as they are to a TCP port of this host and reads until the server closes.
struct RawClient {
    let port: Int

    /// What came back; empty when the server closed without a word.
    func exchange(_ text: String) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try? await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            do {
                for try await var part in inbound { answer.writeBuffer(&part) }
            } catch {
                // A reset is an end as well.
            }
            return String(buffer: answer)
        }
    }
}
