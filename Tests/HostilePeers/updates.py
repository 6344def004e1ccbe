"""UPDATE messages, right and wrong (RFC 4271 section 6.3, RFC 4760, 6793, 7606, 7607, 8092, 9234, 9774)."""
from rows import *

ROWS = []
OLD = opening(capabilities=FAMILIES[:2] + FAMILIES[3:])
ORIGIN, HOP = attribute(0x40, 1, b"\0"), attribute(0x40, 3, b"\x0a\0\1\1")
AS_PATH = attribute(0x40, 2, path(64500))
BASE = ORIGIN + AS_PATH + HOP
OLD_BASE = ORIGIN + attribute(0x40, 2, path(64500, octets=2)) + HOP


def up(name, octets, expected="alive", **options):
    row(ROWS, name, "Established", octets, expected, **options)


def withdraws(name, attributes, **options):
    """With routes: treated as withdrawal. Without: nothing less than a reset is safe (RFC 7606 section 5.2)."""
    up(name, update(attributes), **options)
    up(name + ", no routes", update(attributes, b""), "3/.*", **options)


def harmless(name, attributes, **options):
    up(name, update(attributes), **options)
    up(name + ", no routes", update(attributes, b""), **options)


# Fields
up("nothing at all", update(b"", b""))
up("a withdrawal", update(b"", b"", b"\x18\x0a\1\2"))
up("withdrawn and announced at once", update(BASE, withdrawn=b"\x18\x0a\1\2"))
up("a default route", update(BASE, b"\0"))
up("bits beyond the prefix", update(BASE, b"\x09\x0a\xff"))
up("a multicast prefix", update(BASE, b"\x08\xe0"))
up("a prefix of class E", update(BASE, b"\x08\xf0"))
up("loopback as prefix", update(BASE, b"\x20\x7f\0\0\1"))
up("the same prefix twice", update(BASE, b"\x18\x0a\1\2" * 2))
up("herald's own prefix", update(BASE, b"\x20\xc6\x33\x64\1"))
up("withdrawals longer than the message", message(2, b"\xff\xff\0\0"), "3/1 .*")
up("withdrawals up to the end", message(2, b"\0\2\0\0"), "3/1 .*")
up("withdrawals that leave one octet", message(2, b"\0\1\0\0"), "3/1 .*")
up("attributes longer than the message", message(2, b"\0\0\xff\xff"), "3/1 .*")
up("attributes one octet longer", message(2, b"\0\0" + struct.pack("!H", len(BASE) + 1) + BASE), "3/1 .*")
for bits in (33, 64, 255):
    up("a prefix of %d bits" % bits, update(BASE, bytes([bits]) + bytes(32)), "3/(10|1) .*")
    up("a withdrawn prefix of %d bits" % bits, update(b"", b"", bytes([bits]) + bytes(32)), "3/(10|1) .*")
up("a prefix cut off", update(BASE, b"\x18\x0a\1"), "3/(10|1) .*")
up("a withdrawn prefix cut off", update(b"", b"", b"\x18\x0a\1"), "3/(10|1) .*")
up("a prefix length and no more", update(BASE, b"\x18\x0a\1\2\x20"), "3/(10|1) .*")

# Well-known attributes
for value in (b"", b"\0\0", b"\3", b"\xff"):
    withdraws("ORIGIN %s" % value.hex(), attribute(0x40, 1, value) + AS_PATH + HOP)
for value in (b"\1", b"\2"):
    up("ORIGIN %s" % value.hex(), update(attribute(0x40, 1, value) + AS_PATH + HOP))
for what, value in (
        ("of a set", path(64500) + path(1, 2, kind=1)), ("of a confederation", path(64500, kind=3)),
        ("of a confederation's set", path(64500, kind=4)), ("of type 0", path(64500, kind=0)),
        ("of type 5", path(64500, kind=5)), ("of type 255", path(64500, kind=255)), ("with AS 0", path(64500, 0)),
        ("of an empty segment", b"\2\0"), ("with an empty segment", path(64500) + b"\2\0"),
        ("that runs over", b"\2\2\0\0\xfb\xf4"), ("of one octet", b"\2"), ("with an octet left", path(64500) + b"\2"),
        ("of two octets a number", path(64500, octets=2)), ("with three octets left", path(64500) + b"\0\0\0")):
    withdraws("AS_PATH " + what, ORIGIN + attribute(0x40, 2, value) + HOP)
for what, value in (("empty", b""), ("of another first AS", path(64999)), ("with herald's AS", path(64500, 64512)),
                    ("of AS_TRANS", path(64500, 23456)), ("of 255 numbers", path(*[64500] * 255)),
                    ("of private and reserved numbers", path(64500, 65535, 4294967295)),
                    ("of many segments", path(64500) * 40)):
    up("AS_PATH " + what, update(ORIGIN + attribute(0x40, 2, value) + HOP))
for what, value in (("of no octets", b""), ("of 3 octets", b"\x0a\0\1"), ("of 5 octets", b"\x0a\0\1\1\0"),
                    ("of 16 octets", bytes(16))):
    withdraws("NEXT_HOP " + what, ORIGIN + AS_PATH + attribute(0x40, 3, value))
for hop in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "10.0.1.2", "240.0.0.1", "192.0.2.0"):
    up("NEXT_HOP " + hop, update(ORIGIN + AS_PATH + attribute(0x40, 3, socket.inet_aton(hop))))
up("no attributes", update(b""))
up("no ORIGIN", update(AS_PATH + HOP))
up("no AS_PATH", update(ORIGIN + HOP))
up("no NEXT_HOP", update(ORIGIN + AS_PATH))
up("attributes without routes", update(BASE, b""))
up("attributes in reverse order", update(HOP + AS_PATH + ORIGIN))

# Flags: only the two upper bits are judged (RFC 7606 section 3 c)
KNOWN = {
    "ORIGIN": (0x40, 1, b"\0"), "AS_PATH": (0x40, 2, path(64500)), "NEXT_HOP": (0x40, 3, b"\x0a\0\1\1"),
    "MULTI_EXIT_DISC": (0x80, 4, b"\0\0\0\1"), "ATOMIC_AGGREGATE": (0x40, 6, b""),
    "AGGREGATOR": (0xC0, 7, struct.pack("!I", 64500) + b"\x0a\0\1\1"), "COMMUNITIES": (0xC0, 8, b"\xfb\xf4\0\1"),
    "EXTENDED COMMUNITIES": (0xC0, 16, b"\0\2\xfb\xf4\0\0\0\1"), "LARGE_COMMUNITY": (0xC0, 32, bytes(12)),
    "ONLY_TO_CUSTOMER": (0xC0, 35, struct.pack("!I", 64500)),
}
for name, (flags, code, value) in KNOWN.items():
    rest = b"".join(attribute(*KNOWN[other]) for other in ("ORIGIN", "AS_PATH", "NEXT_HOP") if other != name)
    for more in (0x20, 0x0F):
        up("%s with flags %02x" % (name, flags | more), update(attribute(flags | more, code, value) + rest))
    up("%s with a long length" % name, update(attribute(flags, code, value, long=True) + rest))
    for other in (0x00, 0x40, 0x80, 0xC0):
        if other != flags:
            up("%s with flags %02x" % (name, other), update(attribute(other, code, value) + rest))
    up("%s twice" % name, update(attribute(flags, code, value) * 2 + rest))
    up("%s beyond the list" % name, update(rest + attribute(flags, code, value, length=len(value) + 9)))
up("ORIGIN twice, the second wrong", update(BASE + attribute(0x40, 1, b"\7")))

# Optional attributes
for size in (0, 1, 3, 5, 8):
    withdraws("MULTI_EXIT_DISC of %d octets" % size, BASE + attribute(0x80, 4, bytes(size)))
for size in (0, 1, 2, 3, 5, 6, 7, 9):
    withdraws("COMMUNITIES of %d octets" % size, BASE + attribute(0xC0, 8, bytes(size)))
for size in (0, 4, 7, 9, 12):
    withdraws("EXTENDED COMMUNITIES of %d octets" % size, BASE + attribute(0xC0, 16, bytes(size)))
for size in (0, 4, 11, 13, 23):
    withdraws("LARGE_COMMUNITY of %d octets" % size, BASE + attribute(0xC0, 32, bytes(size)))
for size in (0, 3, 5):
    withdraws("ONLY_TO_CUSTOMER of %d octets" % size, BASE + attribute(0xC0, 35, bytes(size)))
for size in (1, 4):
    harmless("ATOMIC_AGGREGATE of %d octets" % size, BASE + attribute(0x40, 6, bytes(size)))
for size in (0, 6, 7, 9):
    harmless("AGGREGATOR of %d octets" % size, BASE + attribute(0xC0, 7, b"\1" * size))
harmless("AGGREGATOR of AS 0", BASE + attribute(0xC0, 7, bytes(8)))
up("COMMUNITIES of 1000", update(BASE + attribute(0xC0, 8, b"\xfb\xf4\0\1" * 1000)))
up("well-known communities", update(BASE + attribute(0xC0, 8, bytes.fromhex("ffffff01ffffff02ffffff03ffff029affff0000"))))
# Not for this kind of peer (RFC 7606 sections 7.5, 7.9, 7.10)
for code, flags, sizes in ((5, 0x40, (0, 3, 4, 5)), (9, 0x80, (0, 3, 4, 5)), (10, 0x80, (0, 4, 5, 8))):
    for size in sizes:
        harmless("attribute %d of %d octets from outside" % (code, size), BASE + attribute(flags, code, bytes(size)))
# RFC 6793
for size in (0, 5, 6):
    harmless("AS4_PATH of %d octets from a new speaker" % size, BASE + attribute(0xC0, 17, bytes(size)))
harmless("AS4_AGGREGATOR from a new speaker", BASE + attribute(0xC0, 18, bytes(8)))
for what, value in (("right", path(64500, 4200000000)), ("empty", b""), ("of an empty segment", b"\2\0"),
                    ("that runs over", b"\2\2\0\0\xfb\xf4"), ("of type 9", path(64500, kind=9)),
                    ("of a confederation", path(64500, kind=3)), ("with AS 0", path(0)), ("of one octet", b"\2")):
    harmless("AS4_PATH %s from an old speaker" % what, OLD_BASE + attribute(0xC0, 17, value), opening=OLD)
for kind in (1, 4):
    withdraws("AS4_PATH with a set of type %d from an old speaker" % kind,
              OLD_BASE + attribute(0xC0, 17, path(64500, kind=kind)), opening=OLD)
for size in (0, 6, 8, 9):
    harmless("AS4_AGGREGATOR of %d octets from an old speaker" % size, OLD_BASE + attribute(0xC0, 18, b"\1" * size),
             opening=OLD)
for size in (6, 8):
    harmless("AGGREGATOR of %d octets from an old speaker" % size, OLD_BASE + attribute(0xC0, 7, b"\1" * size),
             opening=OLD)
up("AS_PATH of four octets from an old speaker", update(BASE), opening=OLD)
up("AS_PATH of two octets from an old speaker", update(OLD_BASE), opening=OLD)

# Unknown attributes
for flags in (0x80, 0xC0, 0xE0, 0x9F & 0x8F):
    harmless("attribute 200 with flags %02x" % flags, BASE + attribute(flags, 200, b"abc"))
for code in (11, 12, 13, 19, 20, 21, 22, 23, 24, 25, 26, 29, 33, 40, 128, 255):
    harmless("optional attribute %d" % code, BASE + attribute(0xC0, code, b"abc"))
for flags in (0x00, 0x40, 0x60):
    unknown = attribute(flags, 99, b"abc")
    up("well-known attribute 99 with flags %02x" % flags, update(BASE + unknown), "3/2 " + unknown.hex())
up("well-known attribute 0", update(BASE + attribute(0x40, 0, b"")), "3/2 400000")
up("an unknown attribute twice", update(BASE + attribute(0xC0, 200, b"a") * 2))

# Lists that do not add up (RFC 7606 section 4)
for octets in (b"\xc0", b"\xc0\x08", b"\xd0\x08\x00", b"\x40\x01\x09\0", b"\xc0\x08\xff\0"):
    withdraws("a list that ends with %s" % octets.hex(), BASE + octets)
up("a list of one octet", update(b"\x40"))

# RFC 4760
HOP6, LOCAL = inet6("2001:db8::1"), inet6("fe80::1")


def reach(prefixes=b"\x20\x20\1\x0d\xb8", hop=HOP6, family=b"\0\2\1", size=None, flags=0x80, reserved=b"\0"):
    size = len(hop) if size is None else size
    return attribute(flags, 14, family + bytes([size]) + hop + reserved + prefixes)


def unreach(prefixes=b"\x20\x20\1\x0d\xb8", family=b"\0\2\1", flags=0x80):
    return attribute(flags, 15, family + prefixes)


def six(name, attributes, expected="alive", **options):
    up(name, update(attributes, b""), expected, **options)


RESET = "3/(9|1|5) .*"
TAIL = ORIGIN + AS_PATH
six("IPv6 routes", reach() + TAIL)
six("IPv6 routes, the attribute last", TAIL + reach())
six("a global and a link-local next hop", reach(hop=HOP6 + LOCAL) + TAIL)
six("a link-local next hop alone", reach(hop=LOCAL) + TAIL)
six("a next hop of zeroes and a link-local one", reach(hop=bytes(16) + LOCAL) + TAIL)
for hop in ("::", "::1", "ff02::1", "::ffff:10.0.1.1"):
    six("IPv6 next hop " + hop, reach(hop=inet6(hop)) + TAIL)
six("reserved octet of one", reach(reserved=b"\1") + TAIL)
six("a NEXT_HOP beside", reach() + BASE)
six("a NEXT_HOP 0.0.0.0 beside", reach() + TAIL + attribute(0x40, 3, bytes(4)))
six("a wrong NEXT_HOP beside", reach() + TAIL + attribute(0x40, 3, b"\1"))
up("routes of both families", update(reach() + BASE))
six("withdrawn IPv6 routes", unreach())
six("announced and withdrawn", reach() + unreach() + TAIL)
six("End-of-RIB of IPv6", unreach(b""))
six("End-of-RIB of an unknown family", unreach(b"", family=b"\0\x63\7"))
six("no prefixes", reach(b"") + TAIL)
six("no prefixes and no other attributes", reach(b""))
six("IPv6 routes without ORIGIN", reach() + AS_PATH)
six("IPv6 routes without attributes", reach())
six("IPv6 routes with a wrong ORIGIN", reach() + attribute(0x40, 1, b"\7") + AS_PATH)
six("IPv4 routes in the attribute", reach(b"\x08\x0a", b"\x0a\0\1\1", b"\0\1\1") + TAIL)
six("IPv4 withdrawn in the attribute", unreach(b"\x08\x0a", b"\0\1\1"))
six("multicast routes", reach(family=b"\0\2\2") + TAIL)
six("EVPN", reach(b"\2\3abc", b"\x0a\0\1\1", b"\0\x19\x46") + TAIL)
six("an unknown family without a next hop", reach(b"abc", b"", b"\0\x63\7") + TAIL)
six("family 0", reach(family=b"\0\0\0") + TAIL)
for size in (0, 1, 4, 12, 15, 17, 20, 24, 31, 33, 48):
    six("an IPv6 next hop of %d octets" % size, reach(hop=b"\x20" * size) + TAIL, RESET)
six("a next hop that runs over", reach(b"", size=255) + TAIL, RESET)
six("an IPv6 next hop for IPv4 that was not agreed", reach(b"\x08\x0a", HOP6, b"\0\1\1") + TAIL, RESET)
for bits in (129, 255):
    six("an IPv6 prefix of %d bits" % bits, reach(bytes([bits]) + bytes(32)) + TAIL, RESET)
    six("a withdrawn IPv6 prefix of %d bits" % bits, unreach(bytes([bits]) + bytes(32)), RESET)
six("an IPv6 prefix cut off", reach(b"\x40\x20\1") + TAIL, RESET)
six("a withdrawn IPv6 prefix cut off", unreach(b"\x40\x20\1"), RESET)
six("an IPv4 prefix of 33 bits in the attribute", reach(b"\x21" + bytes(5), b"\x0a\0\1\1", b"\0\1\1") + TAIL, RESET)
for size in (0, 1, 2, 3, 4):
    six("MP_REACH_NLRI of %d octets" % size, attribute(0x80, 14, b"\0\2\1\0"[:size]) + TAIL, RESET)
for size in (0, 1, 2):
    six("MP_UNREACH_NLRI of %d octets" % size, attribute(0x80, 15, b"\0\2"[:size]), RESET)
for flags in (0x40, 0xC0, 0x00):
    six("MP_REACH_NLRI with flags %02x" % flags, reach(flags=flags) + TAIL, "alive|3/.*")
    six("MP_UNREACH_NLRI with flags %02x" % flags, unreach(flags=flags), "alive|3/.*")
six("MP_REACH_NLRI with a long length", attribute(0x80, 14, b"\0\2\1\x10" + HOP6 + b"\0\0", long=True) + TAIL)
six("MP_REACH_NLRI twice", reach() * 2 + TAIL, "3/1 .*")
six("MP_UNREACH_NLRI twice", unreach() * 2, "3/1 .*")
six("MP_REACH_NLRI that runs over", TAIL + attribute(0x80, 14, b"\0\2\1", length=60), "3/.*")
six("MP_UNREACH_NLRI that runs over", attribute(0x80, 15, b"\0\2\1", length=60), "3/.*")
