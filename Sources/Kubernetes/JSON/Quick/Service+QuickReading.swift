extension Service: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        var metadata: ObjectMeta?
        var spec = ServiceSpec()
        var status = ServiceStatus()
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "metadata": metadata = try ObjectMeta(from: &json)
            case "spec": spec = try ServiceSpec(from: &json)
            case "status": status = try ServiceStatus(from: &json)
            default: try json.skip()
            }
        }
        guard let metadata else { throw JSONText.Unexpected() }
        self.init(metadata: metadata, spec: spec, status: status)
    }
}

extension ServiceSpec: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        self.init()
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "type": type = try json.text()
            case "loadBalancerClass": loadBalancerClass = try json.text()
            case "loadBalancerIP": loadBalancerIP = try json.text()
            case "ports": ports = try json.list { json throws(JSONText.Unexpected) in try ServicePort(from: &json) }
            case "selector": selector = try json.texts()
            case "clusterIPs": clusterIPs = try json.textList()
            case "ipFamilies": ipFamilies = try json.textList()
            case "ipFamilyPolicy": ipFamilyPolicy = try json.text()
            case "externalTrafficPolicy": externalTrafficPolicy = try json.text()
            case "publishNotReadyAddresses": publishNotReadyAddresses = try json.flag()
            default: try json.skip()
            }
        }
    }
}

extension ServicePort: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        var port: UInt16?
        var (name, protocolName, nodePort) = ("", "TCP", UInt16(0))
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "name": name = try json.text()
            case "protocol": protocolName = try json.text()
            case "port": port = try json.integer(UInt16.self)
            case "nodePort": nodePort = try json.integer(UInt16.self)
            default: try json.skip()
            }
        }
        guard let port else { throw JSONText.Unexpected() }
        self.init(name: name, protocolName: protocolName, port: port)
        self.nodePort = nodePort
    }
}

extension ServiceStatus: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        self.init()
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "loadBalancer": loadBalancer.ingress = try Self.ingress(&json)
            case "conditions":
                conditions = try json.list { json throws(JSONText.Unexpected) in try Condition(from: &json) }
            default: try json.skip()
            }
        }
    }

    private static func ingress(_ json: inout JSONText) throws(JSONText.Unexpected) -> [LoadBalancerIngress] {
        var ingress: [LoadBalancerIngress] = []
        try json.beginObject()
        while let key = try json.nextKey() {
            guard key == "ingress" else {
                try json.skip()
                continue
            }
            if json.isNull() { continue }
            ingress = try json.list { json throws(JSONText.Unexpected) in try LoadBalancerIngress(from: &json) }
        }
        return ingress
    }
}

extension LoadBalancerIngress: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        self.init(ip: "", ipMode: nil)
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "ip": ip = try json.text()
            case "hostname": hostname = try json.text()
            case "ipMode": ipMode = try json.text()
            case "ports": ports = try json.list { json throws(JSONText.Unexpected) in try PortStatus(from: &json) }
            default: try json.skip()
            }
        }
    }
}

extension PortStatus: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        var (port, protocolName, error) = (UInt16?.none, String?.none, String?.none)
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "port": port = try json.integer(UInt16.self)
            case "protocol": protocolName = try json.text()
            case "error": error = try json.text()
            default: try json.skip()
            }
        }
        guard let port, let protocolName else { throw JSONText.Unexpected() }
        self.init(port: port, protocolName: protocolName, error: error)
    }
}

extension Condition: QuickReadable {
    init(from json: inout JSONText) throws(JSONText.Unexpected) {
        self.init(
            type: "", status: "Unknown", observedGeneration: 0, lastTransitionTime: nil, reason: "", message: "")
        try json.beginObject()
        while let key = try json.nextKey() {
            if json.isNull() { continue }
            switch key {
            case "type": type = try json.text()
            case "status": status = try json.text()
            case "observedGeneration": observedGeneration = try json.integer(Int64.self)
            case "lastTransitionTime": lastTransitionTime = try json.time()
            case "reason": reason = try json.text()
            case "message": message = try json.text()
            default: try json.skip()
            }
        }
    }
}
