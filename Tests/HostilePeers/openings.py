"""OPEN messages, right and wrong (RFC 4271 sections 4.2 and 6.2, RFC 5492, 6286, 6793, 7607, 9072, 9234)."""
from rows import *

ROWS = []


def wrong(name, octets, expected):
    row(ROWS, name, "OpenSent", octets, expected)


def right(name, octets):
    row(ROWS, name, "OpenSent", octets, "confirmed")


def head(asn=64500, hold=90, identifier="10.0.1.1", version=4):
    return struct.pack("!BHH", version, asn, hold) + socket.inet_aton(identifier)


def extended(octets, first=255, length=None):
    """The long form of optional parameters (RFC 9072)."""
    length = len(octets) if length is None else length
    return message(1, head() + struct.pack("!BBH", first, 255, length) + octets)


def long_parameter(*capabilities):
    octets = b"".join(struct.pack("!BB", code, len(value)) + value for code, value in capabilities)
    return struct.pack("!BH", 2, len(octets)) + octets


for version in (0, 1, 2, 3, 5, 255):
    wrong("version %d" % version, opening(version=version), "2/1 0004")
for hold in (1, 2):
    wrong("hold time %d" % hold, opening(hold=hold), "2/6 .*")
for hold in (0, 3, 4, 180, 65535):
    right("hold time %d" % hold, opening(hold=hold))
wrong("another AS of two octets", opening(asn=64999, capabilities=FAMILIES[:2]), "2/2 .*")
wrong("another AS in the capability", opening(capabilities=[(65, struct.pack("!I", 64999))]), "2/2 .*")
wrong("an AS of four octets", opening(asn=23456, capabilities=[(65, struct.pack("!I", 4200000000))]), "2/2 .*")
wrong("AS_TRANS without a capability", opening(asn=23456, capabilities=FAMILIES[:2]), "2/2 .*")
wrong("AS 0", opening(asn=0, capabilities=[]), "2/2 .*")
wrong("AS 0 in the capability", opening(capabilities=[(65, b"\0\0\0\0")]), "2/2 .*")
wrong("AS 0 in the field alone", opening(asn=0), "2/2 .*")
right("AS_TRANS in the field", opening(asn=23456))
wrong("identifier 0", opening(identifier="0.0.0.0"), "2/3 .*")
for identifier in ("224.0.0.1", "255.255.255.255", "127.0.0.1", "0.0.0.1", "10.0.1.2"):
    right("identifier %s (RFC 6286)" % identifier, opening(identifier=identifier))
# Optional parameters
right("no optional parameters", message(1, head() + b"\0"))
right("a parameter of no capabilities", message(1, head() + b"\2\2\0"))
right("each capability in a parameter of its own",
      message(1, head() + struct.pack("!B", 28) + b"".join(parameters(one) for one in FAMILIES[:3]) + b"\2\2\2\0"))
wrong("octets after the parameters", message(1, head() + b"\0\0"), "2/0 .*")
wrong("parameters longer than the message", message(1, head() + b"\5\2\2\2\0"), "2/0 .*")
wrong("parameters shorter than said", message(1, head() + b"\3\2\2\2\0"), "2/0 .*")
wrong("one octet of a parameter", message(1, head() + b"\1\2"), "2/0 .*")
wrong("a parameter that runs over", message(1, head() + b"\2\2\4"), "2/0 .*")
wrong("authentication", message(1, head() + b"\4\1\2\0\0"), "2/4 .*")
for kind in (0, 3, 200, 254):
    wrong("parameter %d" % kind, message(1, head() + struct.pack("!BBB", 2, kind, 0)), "2/4 .*")
wrong("a capability that runs over", opening(parameters=b"\2\2\1\4"), "2/0 .*")
wrong("one octet of a capability", opening(parameters=b"\2\1\1"), "2/0 .*")
wrong("a capability longer than the message", opening(parameters=b"\2\6\1\xff\0\1\0\1"), "2/0 .*")
# Capabilities
for code, value in ((1, b"\0\1\0"), (1, b"\0\1\0\1\0"), (1, b""), (64, b"\0"), (64, b"\0\x78\0"), (65, b"\0\0\xfb"),
                    (65, b"\0\0\xfb\xf4\0"), (65, b""), (5, b"\0\1\0"), (9, b""), (9, b"\1\2"), (71, b"\0\1\1")):
    wrong("capability %d of %d octets" % (code, len(value)), opening(capabilities=FAMILIES[:1] + [(code, value)]),
          "2/0 .*")
for code in (0, 3, 4, 66, 67, 68, 69, 72, 74, 76, 128, 131, 239, 255):
    right("unknown capability %d" % code, opening(capabilities=FAMILIES + [(code, b"abc")]))
right("an unknown capability without a value", opening(capabilities=FAMILIES + [(130, b"")]))
right("every capability twice", opening(capabilities=FAMILIES * 2))
right("families that nobody has", opening(capabilities=FAMILIES + [(1, b"\0\x63\0\x63"), (1, b"\x40\4\0\x47")]))
right("reserved bits of a family", opening(capabilities=[(1, b"\0\1\xff\1")] + FAMILIES[2:]))
right("IPv6 alone", opening(capabilities=FAMILIES[1:]))
wrong("no family in common", opening(capabilities=[(1, b"\0\x19\0\x46")] + FAMILIES[2:]), "2/7 .*")
right("graceful restart without families", opening(capabilities=FAMILIES + [(64, b"\0\x78")]))
right("graceful restart of all kinds", opening(capabilities=FAMILIES + [(64, b"\xcf\xff\0\1\1\x80\0\2\1\0\0\x63\1\xff")]))
right("long-lived graceful restart", opening(capabilities=FAMILIES + [(71, b"\0\1\1\x80\0\x0e\x10")]))
right("extended messages", opening(capabilities=EXTENDED))
right("extended next hops of unknown families", opening(capabilities=FAMILIES + [(5, b"\0\1\0\1\0\2\0\x63\1\1\0\2")]))
right("a role where none is asked for", opening(capabilities=FAMILIES + [(9, b"\0")]))
right("a role that nobody has", opening(capabilities=FAMILIES + [(9, b"\xee")]))
right("a host name", opening(capabilities=FAMILIES + [(73, b"\3tor\0")]))
right("a software version", opening(capabilities=FAMILIES + [(75, b"\6router")]))
# RFC 9072
right("long form", extended(long_parameter(*FAMILIES)))
right("long form with a length below 255", extended(long_parameter(*FAMILIES), first=1))
right("long form of many octets", extended(long_parameter(*FAMILIES, *[(200, bytes(250))] * 4)))
right("long form without parameters", extended(b""))
wrong("long form that runs over", extended(long_parameter(*FAMILIES), length=500), "2/0 .*")
wrong("long form with octets left", extended(long_parameter(*FAMILIES) + b"\0", length=len(long_parameter(*FAMILIES))),
      "2/0 .*")
wrong("long form with short parameters", extended(b"\2\4\1\2\3\4"), "2/0 .*")
wrong("long form of an unknown parameter", extended(b"\7\0\0"), "2/4 .*")
wrong("long form cut off", message(1, head() + b"\xff\xff\0"), "2/0 .*")
wrong("type 255 after another", message(1, head() + b"\4\2\0\xff\0"), "2/4 .*")
right("length 255 in the short form",
      message(1, head() + b"\xff" + b"\2\xfd" + struct.pack("!BBI", 65, 4, 64500) + b"\xc8\xf5" + bytes(245)))
# Sizes
wrong("an OPEN of 28 octets", message(1, head()[:9]), "1/2 001c")
wrong("an OPEN of 4097 octets", message(1, head() + b"\0" + bytes(4068)), "1/2 1001")
wrong("an OPEN of 65535 octets", message(1, length=65535), "1/2 ffff")
row(ROWS, "an OPEN octet by octet", "OpenSent", opening(), "confirmed", pause=True)
