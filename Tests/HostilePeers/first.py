"""A router that dials again and again; prints the milliseconds from its KEEPALIVE, with which herald's session is
established, to the first UPDATE."""
import socket
import sys
import time

from wire import *

OWN, NODE, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])

for _ in range(COUNT):
    stream = socket.socket()
    stream.settimeout(5)
    stream.bind((OWN, 0))
    stream.connect((NODE, 179))
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer = Connection(stream)
    kind, _ = peer.read()
    assert kind == 1, kind
    peer.send(opening())
    kind, _ = peer.read()
    assert kind == 4, kind
    time.sleep(0.02)
    start = time.perf_counter()
    peer.send(KEEPALIVE)
    kind, _ = peer.read()
    elapsed = time.perf_counter() - start
    assert kind == 2, kind
    print("%.3f" % (elapsed * 1000), flush=True)
    stream.close()
    time.sleep(0.05)
