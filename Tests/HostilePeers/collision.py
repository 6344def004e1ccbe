"""A router that dials while herald dials it: which of the two connections stays, and what the other is told (RFC 4271
section 6.8); and what becomes of a session in which nothing is said. Prints what did not end as it should."""
import socket
import sys
import time

from wire import *

OWN, NODE = sys.argv[1:3]
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((OWN, 179))
listener.listen(16)
listener.settimeout(20)


def theirs():
    """The connection that herald dials."""
    stream, _ = listener.accept()
    return Connection(stream)


def mine():
    stream = socket.socket()
    stream.settimeout(5)
    stream.bind((OWN, 0))
    stream.connect((NODE, 179))
    return Connection(stream)


def wrong(what, seen):
    print("WRONG %s: %s" % (what, seen), flush=True)


def rest(*peers):
    for peer in peers:
        peer.stream.close()
    time.sleep(0.1)


# Herald's identifier is 10.0.1.2.
for identifier, stays in (("10.0.1.1", "herald's"), ("10.0.1.200", "the router's")):
    for first in ("herald's", "the router's"):
        name = "identifier %s, OPEN on %s connection first" % (identifier, first)
        dialled = theirs()
        own = mine()
        peers = {"herald's": dialled, "the router's": own}
        if [peer.read()[0] for peer in peers.values()] != [1, 1]:
            wrong(name, "no OPEN on both")
        order = [first] + [other for other in peers if other != first]
        for which in order:
            try:
                peers[which].send(opening(identifier=identifier))
            except OSError:
                pass
        loser = [other for other in peers if other != stays][0]
        seen = peers[loser].notification(3)
        if not seen.startswith("6/7"):
            wrong(name, "%s connection was told %s" % (loser, seen))
        kind, _ = peers[stays].read()
        if kind != 4:
            wrong(name, "%s connection was told %s" % (stays, kind))
        peers[stays].send(KEEPALIVE)
        if peers[stays].notification(0.3) != "silence":
            wrong(name, "%s connection does not stay" % stays)
        # The session that stands is not disturbed by another connection.
        late = mine()
        seen = late.notification(3)
        if not seen.startswith("6/7"):
            wrong(name, "a late connection was told %s" % seen)
        peers[stays].send(KEEPALIVE)
        if peers[stays].notification(0.3) != "silence":
            wrong(name, "a late connection ends the session")
        rest(dialled, own, late)

# A connection of herald's on which no OPEN comes does not stand in the way of the router's own.
forgotten = theirs()
own = mine()
own.read()
own.send(opening() + KEEPALIVE)
kind, body = own.read()
seen = forgotten.notification(3)
if kind != 4 or not seen.startswith("6/7"):
    wrong("a forgotten connection", "%s %s on the other, %s on it" % (kind, body.hex(), seen))
rest(forgotten, own)

# Nothing is said: error 4/0 after the hold time, neither sooner nor much later.
for what in ("in OpenConfirm", "in a session"):
    peer = theirs()
    peer.read()
    start = time.time()
    peer.send(opening(hold=3) + (KEEPALIVE if what == "in a session" else b""))
    seen = peer.notification(8)
    elapsed = time.time() - start
    if not seen.startswith("4/0") or not 2.9 < elapsed < 4.5:
        wrong("silence " + what, "%s after %.1f s" % (seen, elapsed))
    rest(peer)

# Without a hold time silence is nothing, and no KEEPALIVE comes after the first.
peer = theirs()
peer.read()
peer.send(opening(hold=0) + KEEPALIVE)
kinds = []
peer.stream.settimeout(5)
while True:
    kind, _ = peer.read()
    if not isinstance(kind, int):
        break
    kinds.append(kind)
if kind != "silence" or kinds.count(4) != 1:
    wrong("no hold time", "%s, then %s" % (kinds, kind))
print("done", flush=True)
