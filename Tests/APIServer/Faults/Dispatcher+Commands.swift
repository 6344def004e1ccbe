import NIOCore

/// Commands, which come by the Unix domain socket: `POST /herald-test/<command>` with a JSON body.
extension Dispatcher {
    func command(_ request: Request) -> Answer {
        let body = request.body.isEmpty ? JSON.empty : (try? JSONReader.read(request.body)) ?? .null
        let name = request.path.split(separator: "/").dropFirst().joined(separator: "/")
        guard let answer = perform(name, body) else {
            return .refusal(.badRequest("no command '\(name)', or its body is not as it should be"))
        }
        return .json(answer)
    }

    private func perform(_ name: String, _ body: JSON) -> JSON? {
        switch name {
        case "requests":
            defer { if body["clear"] == true { requests.clear() } }
            return requests.body
        case "faults":
            guard let rule = FaultPlan.Rule(body) else { return nil }
            faults.add(rule)
        case "faults/clear":
            faults.clear()
            releaseStalled()
        case "deny":
            cluster.authorizer.denials.append(
                Authorizer.Denial(
                    user: body["user"]?.string, verb: body["verb"]?.string, resource: body["resource"]?.string))
        case "allow": cluster.authorizer.denials = []
        case "token":
            guard let token = body["token"]?.string, let user = body["user"]?.string else { return nil }
            cluster.authorizer.setToken(token, of: user)
        case "token/expire":
            guard let user = body["user"]?.string else { return nil }
            cluster.authorizer.expireTokens(of: user)
        case "anonymous": cluster.authorizer.allowsAnonymous = body["allowed"]?.bool ?? true
        case "streaming-lists": cluster.offersStreamingLists = body["offered"]?.bool ?? true
        default: return performOnStreams(name, body)
        }
        return .empty
    }

    private func performOnStreams(_ name: String, _ body: JSON) -> JSON? {
        switch name {
        case "compact": cluster.storage.compact()
        case "watches/cut": watches.cutAll(afterHalfChunk: body["halfChunk"]?.bool ?? false)
        case "watches/end": watches.endAll()
        case "watches/expire": watches.expireAll()
        case "watches/send": watches.sendAll(Array((body["text"]?.string ?? "").utf8))
        case "watches/count": return ["count": .integer(Int64(watches.count))]
        case "bookmarks":
            guard let milliseconds = body["milliseconds"]?.integer, milliseconds > 0 else { return nil }
            watches.bookmarkInterval = .milliseconds(milliseconds)
        case "disconnect": onCommand(.disconnect)
        case "leave": onCommand(.leave)
        case "return": onCommand(.comeBack)
        default: return performOnCrowds(name, body)
        }
        return .empty
    }
}
