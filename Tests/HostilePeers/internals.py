"""What only peers of one's own AS may send, and what they may not (RFC 4271 section 5.1.5, RFC 4456, 6286, 7606)."""
from rows import *
from updates import reach, unreach

ROWS = []
ORIGIN, HOP = attribute(0x40, 1, b"\0"), attribute(0x40, 3, b"\x0a\0\1\1")
LOCAL_PREF = attribute(0x40, 5, b"\0\0\0\x64")
BASE = ORIGIN + attribute(0x40, 2, b"") + HOP + LOCAL_PREF
OLD = opening(capabilities=FAMILIES[:2] + FAMILIES[3:])


def up(name, octets, expected="alive", **options):
    row(ROWS, name, "Established", octets, expected, **options)


def withdraws(name, attributes):
    up(name, update(attributes))
    up(name + ", no routes", update(attributes, b""), "3/.*")


row(ROWS, "herald's own identifier", "OpenSent", opening(identifier="10.0.1.2"), "2/3 .*")
row(ROWS, "another AS", "OpenSent", opening(asn=64512, capabilities=FAMILIES[:2]), "2/2 .*")
row(ROWS, "a role", "OpenSent", opening(capabilities=FAMILIES + [(9, b"\0")]), "confirmed")
up("an empty AS_PATH", update(BASE))
up("no LOCAL_PREF", update(ORIGIN + attribute(0x40, 2, b"") + HOP))
up("IPv6 routes", update(reach() + ORIGIN + attribute(0x40, 2, b"") + LOCAL_PREF, b""))
up("withdrawn IPv6 routes", update(unreach(), b""))
for size in (0, 3, 5):
    withdraws("LOCAL_PREF of %d octets" % size,
              ORIGIN + attribute(0x40, 2, b"") + HOP + attribute(0x40, 5, bytes(size)))
for flags in (0x00, 0x80, 0xC0):
    withdraws("LOCAL_PREF with flags %02x" % flags, ORIGIN + attribute(0x40, 2, b"") + HOP
              + attribute(flags, 5, b"\0\0\0\1"))
up("LOCAL_PREF twice", update(BASE + LOCAL_PREF))
for size in (0, 3, 5, 8):
    withdraws("ORIGINATOR_ID of %d octets" % size, BASE + attribute(0x80, 9, bytes(size)))
for size in (0, 1, 5, 6):
    withdraws("CLUSTER_LIST of %d octets" % size, BASE + attribute(0x80, 10, bytes(size)))
for flags in (0x00, 0x40, 0xC0):
    withdraws("ORIGINATOR_ID with flags %02x" % flags, BASE + attribute(flags, 9, b"\x0a\0\0\1"))
    withdraws("CLUSTER_LIST with flags %02x" % flags, BASE + attribute(flags, 10, b"\x0a\0\0\1"))
up("a reflected route", update(BASE + attribute(0x80, 9, b"\x0a\0\0\1") + attribute(0x80, 10, b"\x0a\0\0\1" * 4)))
up("herald's own identifier as ORIGINATOR_ID", update(BASE + attribute(0x80, 9, b"\x0a\0\1\2")))
up("herald's own identifier in CLUSTER_LIST", update(BASE + attribute(0x80, 10, b"\x0a\0\1\2")))
for kind in (3, 4):
    withdraws("AS_PATH of a confederation, type %d" % kind,
              ORIGIN + attribute(0x40, 2, path(64500, kind=kind)) + HOP + LOCAL_PREF)
up("AS_PATH of two octets from an old speaker",
   update(ORIGIN + attribute(0x40, 2, path(65001, octets=2)) + HOP + LOCAL_PREF), opening=OLD)
up("AS4_PATH from an old speaker", update(
    ORIGIN + attribute(0x40, 2, path(23456, octets=2)) + HOP + LOCAL_PREF + attribute(0xC0, 17, path(4200000000))),
   opening=OLD)
