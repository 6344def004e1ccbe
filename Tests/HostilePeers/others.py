"""Headers, states, KEEPALIVE, NOTIFICATION and ROUTE-REFRESH (RFC 4271 section 6.1, RFC 2918, 6608, 7313, 8654)."""
from rows import *

ROWS = []
REFRESH = b"\0\1\0\1"
ENHANCED = opening(capabilities=FAMILIES + [(70, b"")])


def up(name, octets, expected, **options):
    row(ROWS, name, "Established", octets, expected, **options)


STATES = ("OpenSent", "OpenConfirm", "Established")
for state in STATES:
    for place in (0, 7, 15):
        marker = bytearray(b"\xff" * 16)
        marker[place] = 0xFE
        row(ROWS, "octet %d of the marker in %s" % (place, state), state, bytes(marker) + KEEPALIVE[16:], "1/1 ")
    row(ROWS, "zeroes in %s" % state, state, bytes(64), "1/1 ")
    for length in (0, 1, 18):
        row(ROWS, "length %d in %s" % (length, state), state, message(4, length=length), "1/2 %04x" % length)
    for kind in (0, 6, 128, 255):
        row(ROWS, "type %d in %s" % (kind, state), state, message(kind), "1/3 %02x" % kind)
    row(ROWS, "a KEEPALIVE of 20 octets in %s" % state, state, message(4, b"x"), "1/2 0014")
    row(ROWS, "length 4097 in %s" % state, state, message(2, length=4097), "1/2 1001")
    row(ROWS, "a NOTIFICATION of 20 octets in %s" % state, state, message(3, b"\6"), "1/2 0014")
    row(ROWS, "an UPDATE of 22 octets in %s" % state, state, message(2, b"\0\0\0"), "1/2 0016")
    for code, subcode, data in ((6, 2, b""), (6, 2, b"\3bye"), (6, 4, b"\xffshort"), (6, 9, b"\6\2\1x"), (6, 9, b"\6"),
                                (2, 2, b"\0\1"), (0, 0, b""), (255, 255, bytes(255)), (6, 10, b""),
                                (6, 2, b"\1\xff" + bytes(4000))):
        row(ROWS, "NOTIFICATION %d/%d %s in %s" % (code, subcode, data[:3].hex(), state), state,
            message(3, bytes([code, subcode]) + data), "end")
# RFC 6608
for kind, octets in ((2, update(GOOD)), (4, KEEPALIVE), (5, message(5, REFRESH))):
    row(ROWS, "type %d before the OPEN" % kind, "OpenSent", octets, "5/1 %02x" % kind)
for kind, octets in ((1, opening()), (2, update(GOOD)), (5, message(5, REFRESH))):
    row(ROWS, "type %d before the KEEPALIVE" % kind, "OpenConfirm", octets, "5/2 %02x" % kind)
up("an OPEN in a session", opening(), "5/3 01")
# What goes on
up("a hundred KEEPALIVEs in one segment", KEEPALIVE * 100, "alive")
up("a KEEPALIVE octet by octet", KEEPALIVE, "alive", pause=True)
up("an UPDATE octet by octet", update(GOOD), "alive", pause=True)
up("ten UPDATEs in one segment", update(GOOD) * 10, "alive")
up("a message and a broken one", update(GOOD) + bytes(19), "1/1 ")
up("a broken message and a right one", message(9) + update(GOOD), "1/3 09")
# RFC 2918, RFC 7313
for family in ("IPv6", b"\0\2\0\1"), ("multicast", b"\0\1\0\2"), ("unknown", b"\0\x63\0\x07"), ("zero", b"\0\0\0\0"):
    up("a refresh of %s" % family[0], message(5, family[1]), "alive")
for subtype in (1, 2, 3, 128, 255):
    up("a refresh of subtype %d" % subtype, message(5, b"\0\1" + bytes([subtype, 1])), "alive", opening=ENHANCED)
for subtype in (1, 2):
    for body in (b"\0\1" + bytes([subtype]), b"\0\1" + bytes([subtype, 1, 0])):
        octets = message(5, body)
        up("subtype %d of %d octets" % (subtype, len(body)), octets, "7/1 " + octets.hex(), opening=ENHANCED)
    up("a refresh of five octets with %d in the reserved one" % subtype, message(5, b"\0\1" + bytes([subtype, 1, 0])),
       "alive")
up("a refresh of no octets", message(5), "(1/2 0013|7/1 .*)")
up("a refresh of two octets", message(5, b"\0\1"), "(1/2 0015|7/1 .*)")
up("a refresh with filters that were not agreed", message(5, REFRESH + b"\1\x40\0\2ab"), "alive")
# RFC 8654
LONG = attribute(0xC0, 0xC8, bytes(5000))
up("a long message without agreement", update(GOOD + LONG), "1/2 13bb")
up("a long message that was agreed", update(GOOD + LONG), "alive", opening=opening(capabilities=EXTENDED))
up("65535 octets", update(GOOD, withdrawn=b"\x20\x0a\1\1\1" * 13000 + b"\0" * 488), "alive",
   opening=opening(capabilities=EXTENDED))
up("a KEEPALIVE of 4097 octets", message(4, bytes(4078)), "1/2 1001", opening=opening(capabilities=EXTENDED))
up("4096 octets", update(GOOD + attribute(0xC0, 0xC8, bytes(4096 - 19 - 4 - len(GOOD) - 4 - 4))), "alive")
up("a long NOTIFICATION that was agreed", message(3, b"\6\2" + bytes(5000)), "end",
   opening=opening(capabilities=EXTENDED))
