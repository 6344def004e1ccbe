import Testing

@testable import Netlink

@Suite("Settings of an interface")
struct InterfaceSettingsTests {
    @Test(
        "names that could lead elsewhere are refused",
        arguments: ["", ".", "..", "a/b", "../all", "a b", "a:b", "1234567890123456"])
    func refused(name: String) {
        #expect(InterfaceSettings(link: name) == nil)
    }

    @Test(
        "names of links are taken, dots and all",
        arguments: ["eth0", "eth0.100", "bond-0", "br_0", "..."])
    func taken(name: String) {
        #expect(InterfaceSettings.isLinkName(name))
    }

    @Test("a link that is not there has no settings")
    func absent() {
        #expect(InterfaceSettings(link: "nosuchlink0")?.arpIgnore == nil)
    }
}
