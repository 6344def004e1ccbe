"""A BFD peer that sends what must be dropped, in every state; prints what was not, and the times of what was right."""
import socket
import struct
import sys
import threading
import time

from wire import status

OWN, NODE, STRANGER, CONTROL = sys.argv[1:5]


def packet(version=1, diagnostic=0, state=1, flags=0, multiplier=3, length=24, mine=7, yours=0, transmit=1000000,
           receive=50000, more=b""):
    return struct.pack("!BBBBIIIII", version << 5 | diagnostic, state << 6 | flags, multiplier, length, mine, yours,
                       transmit, receive, 0) + more


sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.bind((OWN, 50000))
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind((OWN, 3784))
receiver.setsockopt(socket.IPPROTO_IP, 12, 1)  # IP_RECVTTL
receiver.settimeout(3)


def send(octets, ttl=255):
    sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    sender.sendto(octets, (NODE, 3784))


def read():
    octets, extra, _, source = receiver.recvmsg(100, 100)
    fields = struct.unpack("!BBBBIIIII", octets[:24])
    return dict(state=fields[1] >> 6, final=fields[1] >> 4 & 1, diagnostic=fields[0] & 31, mine=fields[4],
                ttl=struct.unpack("i", extra[0][2])[0], port=source[1], length=len(octets), echo=fields[8])


def state():
    return status(CONTROL)["bgp"]["peers"][0]["bfd"]["state"]


def check(what, expected, octets, ttl=255):
    send(octets, ttl)
    time.sleep(0.05)
    if state() != expected:
        print("WRONG %s: %s, not %s" % (what, state(), expected))


first = read()
if first["ttl"] != 255 or not 49152 <= first["port"] or first["length"] != 24 or first["echo"] != 0:
    print("WRONG packet: %s" % first)
bad = [
    ("version 2", packet(version=2)), ("length 23", packet(length=23)), ("length 25", packet(length=25)),
    ("multiplier 0", packet(multiplier=0)), ("multipoint", packet(flags=1)), ("authentication", packet(flags=4)),
    ("own discriminator 0", packet(mine=0)), ("unknown discriminator", packet(yours=12345)),
    ("Init without discriminator", packet(state=2)), ("Up without discriminator", packet(state=3)),
    ("three octets", b"abc"), ("nothing", b""), ("garbage", bytes(range(200))), ("too long", b"\x20" * 2000),
]
for what, octets in bad:
    check(what, "Down", octets)
check("TTL 254", "Down", packet(), ttl=254)
check("Down", "Init", packet())
node = read()["mine"]
while True:
    answer = read()
    if answer["state"] == 2:
        break
node = answer["mine"]
check("Init", "Up", packet(state=2, yours=node))
began = time.time()
send(packet(state=3, yours=node, transmit=200000, flags=0x20))
while not read()["final"]:
    if time.time() - began > 0.5:
        print("WRONG the poll is not answered")
        break
going = True


def go_on():
    while going:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        sender.sendto(packet(state=3, yours=node, transmit=200000, flags=0x10), (NODE, 3784))
        time.sleep(0.03)


thread = threading.Thread(target=go_on)
thread.start()
time.sleep(0.2)
for what, octets in bad:
    check(what + " while up", "Up", octets)
check("Down with a wrong discriminator", "Up", packet(yours=node ^ 1))
check("Down with multiplier 0", "Up", packet(yours=node, multiplier=0))
spoof = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
spoof.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
spoof.bind((STRANGER, 50001))
spoof.sendto(packet(yours=node), (NODE, 3784))
time.sleep(0.05)
if state() != "Up":
    print("WRONG another host can end the session")
for _ in range(20000):
    spoof.sendto(packet(yours=node), (NODE, 3784))
if state() != "Up":
    print("WRONG a flood ends the session")
# The flood crowds others out of the socket's buffer; what is measured begins with a packet that was heard.
time.sleep(0.3)
going = False
thread.join()
began = time.time()
while read()["state"] == 3:
    pass
elapsed = (time.time() - began) * 1000
# The last packet is up to 30 ms old.
if not 550 < elapsed < 800:
    print("WRONG silence was noticed after %d ms" % elapsed)
print("silence noticed after %d ms" % elapsed, flush=True)
