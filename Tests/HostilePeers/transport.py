"""A router that treats its connections badly: resets, half-closes, floods, reads slowly or not at all; prints what did
not end as it should."""
import socket
import struct
import sys
import threading
import time

from wire import *

OWN, NODE, CONTROL = sys.argv[1:4]
REFRESH = message(5, b"\0\1\0\1")


def dial(patience=5):
    deadline = time.time() + patience
    while True:
        stream = socket.socket()
        stream.settimeout(5)
        stream.bind((OWN, 0))
        stream.connect((NODE, 179))
        peer = Connection(stream)
        if peer.read()[0] == 1:
            return peer
        stream.close()
        if time.time() > deadline:
            raise TimeoutError("no OPEN")
        time.sleep(0.02)


def bring(state, hold=90):
    peer = dial()
    if state != "OpenSent":
        peer.send(opening(hold=hold))
        peer.read()
    if state == "Established":
        peer.send(KEEPALIVE)
        time.sleep(0.05)
    return peer


def reset(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def wrong(what, seen):
    print("WRONG %s: %s" % (what, seen), flush=True)


def last(peer):
    """What ends the connection."""
    peer.stream.settimeout(3)
    while True:
        kind, body = peer.read()
        if kind == 3:
            return "%d/%d" % (body[0], body[1])
        if not isinstance(kind, int):
            return kind


def established():
    return status(CONTROL)["bgp"]["peers"][0]["state"] == "Established"


STATES = ("OpenSent", "OpenConfirm", "Established")
for state in STATES:
    for what, leave in (("reset", reset), ("close", lambda stream: stream.close())):
        for piece in (b"", opening()[:25], b"\xff" * 7):
            peer = bring(state)
            peer.send(piece)
            leave(peer.stream)
    peer = bring(state)
    peer.stream.shutdown(socket.SHUT_WR)
    seen = last(peer)
    if seen != "end":
        wrong("half-close in " + state, seen)
    peer = bring(state)
    # What follows a NOTIFICATION is read and dropped.
    peer.send(message(3, b"\6\4") + opening() + update(GOOD) * 100)
    seen = last(peer)
    if seen != "end":
        wrong("octets after a NOTIFICATION in " + state, seen)
    peer = bring(state)
    # The answer is read though more was sent after the mistake.
    peer.send(message(9) + update(GOOD) * 1000)
    seen = last(peer)
    if seen != "1/3":
        wrong("octets after a mistake in " + state, seen)

# A session for each of a hundred connections that end without a word, one after the other.
for _ in range(100):
    reset(bring("Established").stream)
peer = bring("Established")
if not established():
    wrong("after a hundred resets", "no session")
peer.stream.close()

# A flood: our keepalives come in time all the same.
for name, octets in (("KEEPALIVEs", KEEPALIVE * 500), ("UPDATEs", update(GOOD, b"\x18\x0a\1\2" * 900) * 16),
                     ("wrong UPDATEs", update(ORIGIN + AS_PATH) * 200), ("refreshes", REFRESH * 500)):
    peer = bring("Established", hold=3)
    until = time.time() + 4
    sent = [0]

    def flood(stream=peer.stream):
        while time.time() < until:
            try:
                sent[0] += stream.send(octets[sent[0] % len(octets):])
            except socket.timeout:
                continue
            except OSError as error:
                wrong("flood of " + name, repr(error))
                return

    thread = threading.Thread(target=flood)
    thread.start()
    heard, longest = time.time(), 0
    ending = None
    while time.time() < until and ending is None:
        kind, body = peer.read()
        # An UPDATE is as good as a KEEPALIVE.
        if kind in (2, 4):
            longest = max(longest, time.time() - heard)
            heard = time.time()
        elif kind != 5:
            ending = "%s %s" % (kind, body.hex())
    thread.join()
    longest = max(longest, time.time() - heard)
    if ending or longest > 2:
        wrong("flood of " + name, "%s, %.1f s without a KEEPALIVE" % (ending, longest))
    if sent[0] < 1000000:
        wrong("flood of " + name, "only %d octets were taken" % sent[0])
    peer.stream.close()

# One who does not read is not waited for, and gets everything once it does.
peer = bring("Established")
peer.stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
for _ in range(20):
    peer.send(REFRESH * 10 + KEEPALIVE)
    time.sleep(0.05)
if not established():
    wrong("one who does not read", "the session is gone")
peer.stream.settimeout(1)
octets = 0
while octets < 1000:
    try:
        octets += len(peer.stream.recv(1))
    except socket.timeout:
        break
peer.octets = b""
peer.stream.close()

# Fifty connections at once: at most one is kept, and a session is possible afterwards.
streams = []
for _ in range(50):
    stream = socket.socket()
    stream.settimeout(5)
    stream.bind((OWN, 0))
    stream.connect((NODE, 179))
    streams.append(stream)
for stream in streams[:-1]:
    reset(stream)
streams[-1].close()
peer = bring("Established")
time.sleep(0.1)
if not established():
    wrong("after fifty connections", "no session")
print("done", flush=True)
