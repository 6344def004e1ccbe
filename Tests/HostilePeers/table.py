"""A router that dials herald once for each row of a table of right and wrong messages; prints what did not end as the
RFCs have it, and then the count. With 'internal' as third argument herald is of the router's own AS."""
import re
import socket
import struct
import sys
import time

import internals
import openings
import others
import updates
from wire import *

OWN, NODE = sys.argv[1:3]
REFRESH = message(5, b"\0\1\0\1")


def dial():
    """A connection on which herald's OPEN has come; after an error it turns this router away for a moment."""
    deadline = time.time() + 10
    while True:
        stream = socket.socket()
        stream.settimeout(5)
        stream.bind((OWN, 0))
        stream.connect((NODE, 179))
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = Connection(stream)
        kind, body = peer.read()
        if kind == 1:
            return peer
        stream.close()
        if time.time() > deadline:
            raise TimeoutError("no OPEN but %s %s" % (kind, body.hex()))
        time.sleep(0.02)


def bring(peer, row):
    """Up to the state in which the octets of the row are due."""
    if row.state == "OpenSent":
        return
    peer.send(row.opening)
    kind, body = peer.read()
    if kind != 4:
        raise ValueError("the OPEN was answered by %s %s" % (kind, body.hex()))
    if row.state == "Established":
        peer.send(KEEPALIVE)


def outcome(peer):
    """'alive' when a refresh is answered, else what came instead; after a NOTIFICATION the stream ends in order."""
    peer.stream.settimeout(4)
    while True:
        kind, body = peer.read()
        if kind == 3:
            peer.stream.settimeout(4)
            last, _ = peer.read()
            text = "%d/%d %s" % (body[0], body[1], body[2:].hex())
            return text if last == "end" else "%s and then %s" % (text, last)
        if kind == 2 and b"\x20\xc0\x00\x02\x00" in body:
            peer.answers += 1
            if peer.answers == 2:
                return "alive"
        if not isinstance(kind, int):
            return kind


def run(row):
    peer = dial()
    peer.answers = 0
    try:
        bring(peer, row)
        if row.state == "Established":
            first(peer)
        if row.pause:
            for octet in row.octets:
                peer.send(bytes([octet]))
        else:
            peer.send(row.octets)
        if row.expected == "confirmed":
            kind, body = peer.read()
            return "confirmed" if kind == 4 else "%s %s" % (kind, body.hex())
        if row.expected.startswith("alive"):
            peer.send(REFRESH)
        return outcome(peer)
    finally:
        peer.stream.close()


def first(peer):
    """Herald's first routes, so that later ones are answers."""
    while peer.answers == 0:
        kind, body = peer.read()
        if kind == 2 and b"\x20\xc0\x00\x02\x00" in body:
            peer.answers = 1
        elif not isinstance(kind, int) or kind == 3:
            raise ValueError("no routes but %s %s" % (kind, body.hex()))


rows = internals.ROWS if sys.argv[3:] == ["internal"] else openings.ROWS + others.ROWS + updates.ROWS
for row in rows:
    try:
        result = run(row)
    except (OSError, ValueError) as error:
        result = repr(error)
    if not re.fullmatch(row.expected, result):
        print("WRONG %s: %s, not %s" % (row.name, result, row.expected), flush=True)
names = [row.name for row in rows]
for name in set(names):
    if names.count(name) > 1:
        print("WRONG two rows are called %s" % name)
print("%d rows" % len(rows), flush=True)
