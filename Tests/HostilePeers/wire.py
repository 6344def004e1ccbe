"""BGP messages and a connection that reads them, for peers that misbehave on purpose."""
import json
import os
import re
import socket
import struct
import time

MARKER = b"\xff" * 16
ORIGIN = b"\x40\x01\x01\x00"
AS_PATH = b"\x40\x02\x06\x02\x01" + struct.pack("!I", 64500)
NEXT_HOP = b"\x40\x03\x04\x0a\x00\x01\x01"
GOOD = ORIGIN + AS_PATH + NEXT_HOP
FAMILIES = [(1, b"\0\1\0\1"), (1, b"\0\2\0\1"), (65, struct.pack("!I", 64500)), (2, b"")]


def message(kind, body=b"", length=None):
    return MARKER + struct.pack("!HB", 19 + len(body) if length is None else length, kind) + body


def opening(asn=64500, hold=90, identifier="10.0.1.1", version=4, capabilities=FAMILIES, parameters=None):
    if parameters is None:
        octets = b"".join(struct.pack("!BB", code, len(value)) + value for code, value in capabilities)
        parameters = struct.pack("!BB", 2, len(octets)) + octets
    head = struct.pack("!BHH", version, asn, hold) + socket.inet_aton(identifier)
    return message(1, head + struct.pack("!B", len(parameters)) + parameters)


def update(attributes, prefixes=b"\x18\x0a\x01\x02", withdrawn=b""):
    return message(
        2, struct.pack("!H", len(withdrawn)) + withdrawn + struct.pack("!H", len(attributes)) + attributes + prefixes)


KEEPALIVE = message(4)


class Connection:
    """What a peer sees: each message as (type, body), or ('end' | 'reset' | 'silence', b'')."""

    def __init__(self, stream):
        self.stream = stream
        self.octets = b""
        stream.settimeout(5)

    def send(self, octets):
        self.stream.sendall(octets)

    def read(self):
        while True:
            if len(self.octets) >= 19:
                length = struct.unpack("!H", self.octets[16:18])[0]
                if len(self.octets) >= length:
                    whole, self.octets = self.octets[:length], self.octets[length:]
                    return whole[18], whole[19:]
            try:
                more = self.stream.recv(65536)
            except socket.timeout:
                return "silence", b""
            except ConnectionResetError:
                return "reset", b""
            if not more:
                return "end", b""
            self.octets += more

    def notification(self, patience=5):
        """'code/subcode data' of the NOTIFICATION that comes, or what comes instead."""
        self.stream.settimeout(patience)
        deadline = time.time() + patience
        while time.time() < deadline:
            kind, body = self.read()
            if kind == 3:
                return "%d/%d %s" % (body[0], body[1], body[2:].hex())
            if not isinstance(kind, int):
                return kind
        return "silence"

    def establish(self, **options):
        assert self.read()[0] == 1
        self.send(opening(**options) + KEEPALIVE)
        assert self.read()[0] == 4


def status(control):
    """What herald says of itself on its control socket."""
    stream = socket.socket(socket.AF_UNIX)
    stream.settimeout(5)
    stream.connect(control)
    stream.sendall(b"GET /status HTTP/1.1\r\nHost: herald\r\nConnection: close\r\n\r\n")
    text = b""
    while more := stream.recv(65536):
        text += more
    return json.loads(text[text.index(b"{"):text.rindex(b"}") + 1])


def retry_at_once(path, number, control):
    """Has herald dial again without waiting: another hold time in its configuration resets that session.

    Returns when it is in force.
    """
    before = status(control)["configuration"]["hash"]
    with open(path) as file:
        text = file.read()
    with open(path + ".draft", "w") as file:
        file.write(re.sub(r"holdTime: \d+s", "holdTime: %ds" % (90 + number % 2), text))
    os.rename(path + ".draft", path)
    deadline = time.time() + 5
    while status(control)["configuration"]["hash"] == before and time.time() < deadline:
        time.sleep(0.01)
