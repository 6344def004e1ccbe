"""A router with a BGP session and BFD that changes its mind about everything BFD lets it; prints what was not as the
RFCs have it (RFC 5880 sections 6.5 to 6.8, RFC 5882 section 3.2, RFC 9384)."""
import random
import select
import socket
import struct
import sys
import threading
import time

from wire import *

OWN, NODE, CONTROL = sys.argv[1:4]


class Path:
    """One BFD session as the router has it; `wanted` is what its packets say, every 50 ms."""

    def __init__(self):
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        self.sender.bind((OWN, 50000))
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.bind((OWN, 3784))
        self.begin()
        threading.Thread(target=self.talk, daemon=True).start()
        threading.Thread(target=self.listen, daemon=True).start()

    def begin(self):
        """As after a restart."""
        self.mine, self.yours, self.state, self.diagnostic = random.randrange(1, 1 << 32), 0, 1, 0
        self.receive, self.transmit, self.flags, self.multiplier = 50000, 50000, 0, 3
        self.heard, self.speaks, self.follows = [], True, True

    def packet(self, flags=0):
        slow = self.transmit if self.state == 3 else max(self.transmit, 1000000)
        return struct.pack("!BBBBIIIII", 1 << 5 | self.diagnostic, self.state << 6 | self.flags | flags,
                           self.multiplier, 24, self.mine, self.yours, slow, self.receive, 0)

    def send(self, flags=0):
        self.sender.sendto(self.packet(flags), (NODE, 3784))

    def talk(self):
        while True:
            if self.speaks:
                self.send()
            time.sleep(0.03)

    def listen(self):
        while True:
            octets = self.receiver.recv(100)
            fields = struct.unpack("!BBBBIIIII", octets[:24])
            state, flags = fields[1] >> 6, fields[1] & 63
            self.heard.append((time.time(), state, flags, fields))
            if not self.follows:
                continue
            self.yours = fields[4]
            if state == 0 or self.state == 3 and state == 1:
                self.state = 1
            elif self.state == 1 and state == 1:
                self.state = 2
            elif self.state in (1, 2) and state in (2, 3):
                self.state = 3
            if flags & 0x20:
                self.send(0x10)

    def since(self, start):
        return [item for item in self.heard if item[0] >= start]


class Router:
    """A BGP session that does nothing but stay."""

    def __init__(self):
        self.ends = []
        self.times = 0
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((OWN, 179))
        listener.listen(4)
        threading.Thread(target=self.serve, args=(listener,), daemon=True).start()

    def serve(self, listener):
        while True:
            stream, _ = listener.accept()
            peer = Connection(stream)
            peer.send(opening() + KEEPALIVE)
            self.times += 1
            while True:
                stream.settimeout(1)
                kind, body = peer.read()
                if kind == 3:
                    self.ends.append("%d/%d" % (body[0], body[1]))
                if kind not in (1, 2, 4, 5, "silence"):
                    break
                if kind in (4, "silence"):
                    peer.send(KEEPALIVE)
            stream.close()


def peer():
    return status(CONTROL)["bgp"]["peers"][0]


def expect(what, condition, patience=5.0):
    deadline = time.time() + patience
    while not condition():
        if time.time() > deadline:
            print("WRONG %s: %s, sent %s, ended %s" % (what, peer()["bfd"], path.packet().hex(), router.ends))
            return False
        time.sleep(0.01)
    return True


def up():
    return expect("BFD comes up", lambda: path.state == 3 and peer()["bfd"]["state"] == "Up", 6)


def rate(seconds):
    start = time.time()
    time.sleep(seconds)
    return len([item for item in path.since(start) if not item[2] & 0x10]) / seconds


def within(what, low, value, high):
    if not low <= value <= high:
        print("WRONG %s: %.1f is not between %s and %s" % (what, value, low, high))


router = Router()
expect("BGP comes up without BFD", lambda: peer()["state"] == "Established", 15)
path = Path()
up()
within("packets a second at 50 ms", 18, rate(1), 29)
path.receive = 200000
time.sleep(0.1)
within("packets a second for one who asks for 200 ms", 4, rate(2), 7)
path.receive = 50000
time.sleep(0.3)
within("packets a second after going back to 50 ms", 18, rate(1), 29)
path.receive = 0
time.sleep(0.1)
within("packets a second for one who asks for none", 0, rate(1), 0)
start = time.time()
path.send(0x20)
expect("a poll is answered though no packets are wanted",
       lambda: any(item[2] & 0x10 for item in path.since(start)), 0.3)
path.receive = 50000
time.sleep(0.2)
path.flags = 2
time.sleep(0.2)
within("packets a second in demand mode", 0, rate(1), 0)
start = time.time()
path.send(0x20)
expect("a poll is answered in demand mode", lambda: any(item[2] & 0x10 for item in path.since(start)), 0.3)
path.flags = 0
time.sleep(0.2)
within("packets a second after demand mode", 18, rate(1), 29)
# P and F together, polls without end, odd diagnostics and reserved echo intervals change nothing.
for flags in (0x30, 0x20, 0x10, 0x08, 0x38):
    path.send(flags)
path.diagnostic = 31
time.sleep(0.2)
path.diagnostic = 0
start = time.time()
for _ in range(100):
    path.send(0x20)
time.sleep(0.2)
within("answers to a hundred polls", 95, len([item for item in path.since(start) if item[2] & 0x10]), 101)
if any(item[2] & 0x30 == 0x30 for item in path.heard):
    print("WRONG a packet with both P and F")
if peer()["bfd"]["state"] != "Up" or router.ends:
    print("WRONG BFD went down: %s %s" % (peer()["bfd"], router.ends))
# A longer detection time holds.
path.multiplier = 20
time.sleep(0.2)
path.speaks = False
time.sleep(0.8)
if peer()["bfd"]["state"] != "Up":
    print("WRONG twenty packets of 50 ms were not waited for")
path.multiplier, path.speaks = 3, True
time.sleep(0.3)
# Switched off by people: BGP stays (RFC 5882 section 3.2).
path.follows, path.state, path.diagnostic = False, 0, 7
expect("AdminDown takes BFD down", lambda: peer()["bfd"]["state"] == "Down", 1)
time.sleep(1)
if peer()["state"] != "Established" or router.ends:
    print("WRONG AdminDown ended BGP: %s" % router.ends)
last = path.heard[-1]
if last[3][0] & 31 != 3:
    print("WRONG diagnostic %d after AdminDown" % (last[3][0] & 31))
path.begin()
up()
# A restart that BFD sees before BGP does: down, and up again with the new discriminator within four seconds.
times = router.times
path.begin()
expect("a restarted peer is seen", lambda: peer()["bfd"]["state"] != "Up", 1)
start = time.time()
up()
within("seconds until a restarted peer is up", 0, time.time() - start, 4)
expect("BFD down ends BGP", lambda: "6/10" in router.ends, 2)
expect("BGP comes back", lambda: router.times > times and peer()["state"] == "Established", 10)
# Silence.
router.ends.clear()
path.speaks = False
start = time.time()
expect("silence ends BGP", lambda: "6/10" in router.ends, 2)
within("ms until silence is noticed", 100, (time.time() - start) * 1000, 260)
expect("the diagnostic is 'detection time expired'", lambda: path.heard[-1][3][0] & 31 == 1, 2)
expect("BGP comes back though BFD does not", lambda: peer()["state"] == "Established", 10)
# One who changes its mind with each packet: Init, Up, Down, and so on. What is logged of it is few.
path.follows = False
for number in range(20000):
    path.state = (1, 3, 1)[number % 3]
    path.send()
    if number % 100 == 0:
        time.sleep(0.002)
expect("BGP comes back after all that", lambda: peer()["state"] == "Established", 15)
print("done", flush=True)
