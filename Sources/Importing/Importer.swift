public import YAML

/// Makes a configuration from objects of MetalLB and kube-vip, as `kubectl get -o yaml` prints them.
///
/// Understood are MetalLB's IPAddressPool, L2Advertisement, BGPAdvertisement, BGPPeer, BFDProfile and Community, its old
/// ConfigMap, kube-vip's ConfigMap of pools, and the environment of its pods. Other objects are left out, with a remark.
public enum Importer {
    /// Never fails: what cannot be used is told as a remark.
    public static func convert(_ documents: [Document]) -> Imported {
        var draft = Draft()
        var metalLB = MetalLB()
        var kubeVIP = KubeVIP()
        var others: [String] = []
        for object in documents.flatMap({ SourceObject.objects(of: $0.root) }) {
            if metalLB.take(object, &draft) || kubeVIP.take(object, &draft) { continue }
            if !others.contains(object.kind) { others.append(object.kind) }
        }
        metalLB.write(to: &draft)
        kubeVIP.write(to: &draft)
        for kind in others {
            draft.remark(kind.isEmpty ? "an object without a kind" : kind, "is nothing that is imported; left out")
        }
        return draft.finished()
    }
}
