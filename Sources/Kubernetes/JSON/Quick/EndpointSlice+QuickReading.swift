extension EndpointSlice: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        var metadata: ObjectMeta?
        var (addressType, endpoints) = ("", [Endpoint]())
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "metadata": metadata = try ObjectMeta(from: &json)
            case "addressType": addressType = try json.text()
            case "endpoints":
                endpoints = try json.list { json throws(JSONText.Unexpected) in try Endpoint(from: &json) }
            default: try json.skip()
            }
        }
        guard let metadata else { throw JSONText.Unexpected() }
        self.metadata = metadata
        (self.addressType, self.endpoints) = (addressType, endpoints)
    }
}

extension Endpoint: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        var addresses: [String] = []
        var (ready, serving, terminating) = (Bool?.none, Bool?.none, Bool?.none)
        var nodeName: String?
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "addresses": addresses = try json.textList()
            case "nodeName": nodeName = try json.text()
            case "conditions":
                try json.beginObject()
                while let condition = try json.nextKey() {
                    if json.isNull() { continue }
                    switch condition {
                    case "ready": ready = try json.flag()
                    case "serving": serving = try json.flag()
                    case "terminating": terminating = try json.flag()
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
        self.addresses = addresses
        isReady = ready ?? true
        isServing = serving ?? isReady
        isTerminating = terminating ?? false
        self.nodeName = nodeName
    }
}
