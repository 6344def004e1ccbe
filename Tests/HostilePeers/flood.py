"""A host on the same link that floods the BFD port of a node in its own name for as many seconds as it is told; prints how
many packets it sent."""
import socket
import struct
import sys
import time

NODE, SECONDS = sys.argv[1], float(sys.argv[2])

sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
sender.connect((NODE, 3784))
packet = struct.pack("!BBBBIIIII", 1 << 5, 1 << 6, 3, 24, 77, 0, 1000000, 1000000, 0)
until = time.time() + SECONDS
count = 0
while time.time() < until:
    for _ in range(500):
        try:
            sender.send(packet)
            count += 1
        except OSError:
            pass
print(count, flush=True)
