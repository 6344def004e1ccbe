"""A host on another link of the node that sends BFD packets in the name of a router: they must change nothing."""
import socket
import struct
import sys
import time

ROUTER, NODE = sys.argv[1:3]

sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.setsockopt(socket.IPPROTO_IP, 19, 1)  # IP_TRANSPARENT: any source address
sender.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
sender.bind((ROUTER, 50000))
for state in (0, 1, 2) * 20:
    sender.sendto(struct.pack("!BBBBIIIII", 1 << 5, state << 6, 3, 24, 77, 0, 1000000, 1000000, 0), (NODE, 3784))
    time.sleep(0.005)
print("done", flush=True)
