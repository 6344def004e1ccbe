import NetworkTypes
import Testing

@testable import Kubernetes

@Suite("The store")
struct StoreTests {
    private func service(_ name: String, uid: String = "u", version: String = "1") -> Service {
        Service(metadata: ObjectMeta(name: name, namespace: "n", uid: uid, resourceVersion: version))
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "n", name: name) }

    @Test("added, modified, unchanged, deleted")
    func changes() {
        var store = Store<Service>()
        let first = service("a")
        let second = service("a", version: "2")
        #expect(store.apply(.put(first)) == [.added(first)])
        #expect(store.apply(.put(first)) == [])
        #expect(store.apply(.put(second)) == [.modified(from: first, to: second)])
        #expect(store.apply(.remove(key("a"))) == [.deleted(second)])
        #expect(store.apply(.remove(key("a"))) == [])
        #expect(!store.isSynchronized)
    }

    @Test("the same name with another UID is another object")
    func recreated() {
        var store = Store<Service>()
        let old = service("a", uid: "u1", version: "5")
        let new = service("a", uid: "u2", version: "5")
        _ = store.apply(.put(old))
        #expect(store.apply(.put(new)) == [.deleted(old), .added(new)])
    }

    @Test("reading all again deletes what is gone, keeps what cannot be read, and says nothing of what is the same")
    func replaced() {
        var store = Store<Service>()
        for name in ["a", "b", "c", "d"] { _ = store.apply(.put(service(name))) }
        let changed = service("b", version: "2")
        let changes = store.apply(.replace([service("a"), changed], keeping: [key("c"), key("z")]))
        #expect(changes == [.deleted(service("d")), .modified(from: service("b"), to: changed)])
        #expect(Set(store.objects.keys) == [key("a"), key("b"), key("c")])
        #expect(store.isSynchronized)
    }

    @Test("the changes, applied one by one, lead to the same objects", arguments: 0..<100 as Range<UInt64>)
    func property(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var store = Store<Service>()
        var mirror: [ObjectKey: Service] = [:]
        func anyService() -> Service {
            service(
                "s\(Int.random(in: 0..<6, using: &generator))", uid: "u\(Int.random(in: 0..<2, using: &generator))",
                version: "\(Int.random(in: 0..<4, using: &generator))")
        }
        for _ in 0..<200 {
            let delivery: Delivery<Service>
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: delivery = .replace((0..<4).map { _ in anyService() }, keeping: [key("s0")])
            case 1..<4: delivery = .remove(anyService().metadata.key)
            default: delivery = .put(anyService())
            }
            for change in store.apply(delivery) {
                switch change {
                case .added(let object):
                    #expect(mirror.updateValue(object, forKey: object.metadata.key) == nil)
                case .modified(let old, let new):
                    #expect(old.metadata.uid == new.metadata.uid)
                    #expect(mirror.updateValue(new, forKey: new.metadata.key) == old)
                case .deleted(let object):
                    #expect(mirror.removeValue(forKey: object.metadata.key) == object)
                }
            }
            #expect(mirror.mapValues(\.metadata.resourceVersion) == store.objects.mapValues(\.metadata.resourceVersion))
        }
    }
}
