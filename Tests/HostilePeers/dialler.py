"""A router that dials too often and strangers that dial at all; prints what did not end as it should."""
import socket
import sys

from wire import *

OWN, STRANGER, NODE = sys.argv[1:4]


def dial(source):
    stream = socket.socket()
    stream.settimeout(3)
    stream.bind((source, 0))
    stream.connect((NODE, 179))
    return Connection(stream)


for _ in range(200):
    try:
        kind, _ = dial(STRANGER).read()
    except ConnectionResetError:
        kind = "reset"
    if kind != "reset":
        print("WRONG a stranger got %s" % kind)
peers = [dial(OWN) for _ in range(20)]
last = peers[-1]
if last.read()[0] != 1:
    print("WRONG the last of many has no OPEN")
for peer in peers[:-1]:
    if not any(peer.notification(2).startswith(text) for text in ("6/7", "6/5", "end", "reset")):
        print("WRONG an older connection stays")
        break
last.send(opening() + KEEPALIVE)
if last.read()[0] != 4:
    print("WRONG the last of many comes to nothing")
late = dial(OWN)
if not late.notification(2).startswith("6/7"):
    print("WRONG a connection beside a session stays")
last.send(KEEPALIVE)
if last.notification(0.5) != "silence":
    print("WRONG the session is gone")
# What herald must refuse of a peer with its own identifier is for peers of its own AS.
print("done", flush=True)
