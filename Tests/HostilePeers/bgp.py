"""A router that misbehaves in one way after the other; prints what did not end as the RFC has it, and then the count."""
import os
import socket
import struct
import sys
import time

from wire import *

ADDRESS, CONFIGURATION, CONTROL = sys.argv[1:4]
CASES = []


def case(expected):
    def register(body):
        CASES.append((body.__name__, expected, body))
        return body

    return register


def answer(name, octets, expected, established=False):
    """Sends octets and expects a NOTIFICATION."""

    def body(peer):
        if established:
            peer.establish()
        peer.send(octets)
        return peer.notification()

    CASES.append((name, expected, body))


# RFC 4271 section 6.1
answer("garbage", bytes(range(256)) * 16, "1/1 ")
answer("another protocol", b"GET / HTTP/1.1\r\nHost: router\r\n\r\n", "1/1 ")
answer("length 18", message(1, length=18), "1/2 0012")
answer("length 65535 in an OPEN", message(1, length=65535), "1/2 ffff")
answer("length 65535 in an UPDATE", message(2, length=65535), "1/2 ffff")
answer("KEEPALIVE with a body", message(4, b"x"), "1/2 0014")
answer("type 0", message(0), "1/3 00")
answer("type 9", message(9), "1/3 09")
# Section 6.2, RFC 5492, RFC 6286, RFC 7607
answer("another AS", opening(asn=64999, capabilities=FAMILIES[:2]), "2/2 0000fde7")
answer("AS 0", opening(asn=0, capabilities=[]), "2/2 0000")
answer("hold time 1", opening(hold=1), "2/6 0001")
answer("hold time 2", opening(hold=2), "2/6 0002")
answer("version 3", opening(version=3), "2/1 0004")
answer("identifier 0", opening(identifier="0.0.0.0"), "2/3 ")
answer("capability cut short", opening(parameters=b"\x02\x06\x01\x04\0\1\0"), "2/0 ")
answer("capability longer than its parameter", opening(parameters=b"\x02\x03\x41\x04\0"), "2/0 ")
answer("unknown parameter", opening(parameters=b"\x07\x02ab"), "2/4 ")
# RFC 6608
answer("KEEPALIVE first", KEEPALIVE, "5/1 04")
answer("UPDATE first", update(GOOD), "5/1 02")
answer("OPEN twice", opening() + opening(), "5/2 01")
answer("UPDATE before the KEEPALIVE", opening() + update(GOOD), "5/2 02")
answer("OPEN in a session", opening(), "5/3 01", established=True)
# Section 6.3, RFC 7606
answer("attributes longer than the message", message(2, b"\0\0\xff\xff"), "3/1 ", established=True)
answer("withdrawals longer than the message", message(2, b"\0\x50\0\0"), "3/1 ", established=True)
answer("prefix of 33 bits", update(GOOD, b"\x21\1\2\3\4\5"), "3/10 ", established=True)
answer("unknown well-known attribute", update(GOOD + b"\x40\x63\x01\x00"), "3/2 40630100", established=True)
MULTIPROTOCOL = b"\x80\x0e\x0d\0\1\1\4\x0a\0\1\1\0\x18\x0a\1\2"
answer("two MP_REACH_NLRI", update(GOOD + MULTIPROTOCOL + MULTIPROTOCOL), "3/1 ", established=True)
answer("NOTIFICATION of one octet", message(3, b"\6"), "1/2 0014", established=True)


def goes_on(name, octets):
    """Sends octets that must not end the session."""

    def body(peer):
        peer.establish()
        peer.send(octets)
        return peer.notification(0.5)

    CASES.append((name, "silence", body))


goes_on("no NEXT_HOP", update(ORIGIN + AS_PATH))
goes_on("bad ORIGIN", update(b"\x40\x01\x01\x07" + AS_PATH + NEXT_HOP))
goes_on("AS_PATH cut short", update(ORIGIN + b"\x40\x02\x03\x02\x05\0" + NEXT_HOP))
goes_on("unknown family in a ROUTE-REFRESH", message(5, b"\0\x63\0\1"))


@case("end")
def farewell_with_control_characters(peer):
    text = b"\x1b[2Jgone\n"
    peer.establish()
    peer.send(message(3, b"\6\2" + bytes([len(text)]) + text))
    return peer.notification(2)


@case("a session")
def octet_by_octet(peer):
    for octet in opening() + KEEPALIVE:
        peer.send(bytes([octet]))
    return "a session" if [peer.read()[0] for _ in range(3)] == [1, 4, 2] else "none"


@case("nothing")
def half_an_open(peer):
    peer.send(opening()[:25])
    time.sleep(0.2)
    peer.stream.close()
    return "nothing"


@case("few")
def thousand_refreshes(peer):
    peer.establish()
    peer.send(message(5, b"\0\1\0\1") * 1000)
    peer.stream.settimeout(0.5)
    count = 0
    while True:
        kind, _ = peer.read()
        if not isinstance(kind, int):
            return "few" if kind == "silence" and count < 40 else "%s after %d" % (kind, count)
        count += 1


@case("a session")
def million_routes(peer):
    peer.establish()
    prefixes = lambda n: b"".join(b"\x18" + struct.pack("!I", (n * 200 + i) << 8 & 0x7FFFFFFF)[:3] for i in range(200))
    for batch in range(25):
        peer.send(b"".join(update(GOOD, prefixes(batch * 200 + i)) for i in range(200)))
    return "a session" if peer.notification(0.5) == "silence" else "none"


@case("a session")
def never_reads(peer):
    peer.establish()
    peer.stream.settimeout(2)
    try:
        for _ in range(100):
            peer.send(message(5, b"\0\1\0\1") * 200)
    except socket.timeout:
        pass
    return "a session"


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((ADDRESS, 179))
listener.listen(16)
listener.settimeout(10)


def newest():
    """The connection that herald dialled last; those before it are gone."""
    stream, _ = listener.accept()
    listener.settimeout(0.02)
    while True:
        try:
            later, _ = listener.accept()
        except socket.timeout:
            break
        stream.close()
        stream = later
    listener.settimeout(10)
    return stream


for number, (name, expected, body) in enumerate(CASES):
    try:
        stream = newest()
        result = body(Connection(stream))
        stream.close()
    except Exception as error:
        result = repr(error)
    if result != expected:
        print("WRONG %s: %s, not %s" % (name, result, expected), flush=True)
    retry_at_once(CONFIGURATION, number, CONTROL)
print("%d cases" % len(CASES), flush=True)
