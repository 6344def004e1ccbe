"""What a table of messages is made of."""
from collections import namedtuple

from wire import *

Row = namedtuple("Row", "name state octets expected opening pause")

EXTENDED = FAMILIES + [(6, b"")]


def row(rows, name, state, octets, expected, opening=opening(), pause=False):
    rows.append(Row(name, state, octets, expected, opening, pause))


def attribute(flags, code, value, length=None, long=False):
    """One path attribute; `length` says something else than the truth."""
    length = len(value) if length is None else length
    if long or length > 255:
        return struct.pack("!BBH", flags | 0x10, code, length) + value
    return struct.pack("!BBB", flags, code, length) + value


def path(*numbers, kind=2, octets=4):
    form = "!%d%s" % (len(numbers), "I" if octets == 4 else "H")
    return struct.pack("!BB", kind, len(numbers)) + struct.pack(form, *numbers)


def inet6(text):
    return socket.inet_pton(socket.AF_INET6, text)


def parameters(*capabilities):
    """One optional parameter of capabilities, as octets."""
    octets = b"".join(struct.pack("!BB", code, len(value)) + value for code, value in capabilities)
    return struct.pack("!BB", 2, len(octets)) + octets
