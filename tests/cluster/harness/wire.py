"""Just enough of the wire to say what no client library would say: written from Kafka's protocol
documentation, not from our encoder."""
import socket
import struct
import zlib

from .logdir import crc32c

PRODUCE, FETCH, LIST_OFFSETS, METADATA, API_VERSIONS = 0, 1, 2, 3, 18
NONE, CORRUPT_MESSAGE, NOT_LEADER_OR_FOLLOWER, UNSUPPORTED_VERSION = 0, 2, 6, 35
UNKNOWN_TOPIC_OR_PARTITION, MESSAGE_TOO_LARGE, INVALID_TIMESTAMP, INVALID_RECORD = 3, 10, 32, 87


def varint(value):
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while True:
        if value < 0x80:
            out.append(value)
            return bytes(out)
        out.append(value & 0x7F | 0x80)
        value >>= 7


def record_batch(values, timestamp, producer_id=-1, producer_epoch=-1, base_sequence=-1):
    records = b""
    for delta, value in enumerate(values):
        body = b"\0" + varint(0) + varint(delta) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(len(body)) + body
    last = len(values) - 1
    checked = struct.pack(">hiqqqhii", 0, last, timestamp, timestamp, producer_id, producer_epoch,
                          base_sequence, len(values)) + records
    after_length = struct.pack(">ibI", -1, 2, crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(after_length)) + after_length


def message(key, value, magic=1, attributes=0, timestamp=1000, offset=0, crc=None):
    """One of a message set, as there were before record batches."""
    checked = struct.pack(">bb", magic, attributes)
    if magic == 1:
        checked += struct.pack(">q", timestamp)
    for field in (key, value):
        checked += struct.pack(">i", -1) if field is None else struct.pack(">i", len(field)) + field
    crc = zlib.crc32(checked) if crc is None else crc
    return struct.pack(">qiI", offset, 4 + len(checked), crc) + checked


def string(text):
    if text is None:
        return struct.pack(">h", -1)
    return struct.pack(">h", len(text)) + text.encode()


def request(api_key, version, body=b"", correlation=1, client_id="raw"):
    header = struct.pack(">hhi", api_key, version, correlation) + string(client_id)
    return struct.pack(">i", len(header) + len(body)) + header + body


def produce_body(topic, partition, batch, acks=-1, timeout_ms=10000, version=8):
    return (
        (string(None) if version >= 3 else b"") + struct.pack(">hi", acks, timeout_ms) + struct.pack(">i", 1) + string(topic)
        + struct.pack(">iii", 1, partition, len(batch)) + batch
    )


class Connection:
    def __init__(self, port, timeout=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the broker closed the connection")
            data += more
        return data

    def receive(self):
        """(correlation id, body) of the next answer."""
        frame = self.exactly(struct.unpack(">i", self.exactly(4))[0])
        return struct.unpack_from(">i", frame)[0], frame[4:]

    def is_closed_by_peer(self):
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def api_versions(self, version=0):
        """{api key: (min, max)}, and the error code; always the version 0 answer's shape."""
        # From version 3 on: no tagged fields, "raw", "1", no tagged fields.
        self.send(request(API_VERSIONS, version, b"\0\x04raw\x021\0" if version >= 3 else b""))
        body = self.receive()[1]
        error, count = struct.unpack_from(">hi", body)
        found = {}
        for index in range(count):
            key, low, high = struct.unpack_from(">hhh", body, 6 + 6 * index)
            found[key] = (low, high)
        return error, found

    def partitions_with_leaders(self, topic):
        """The numbers of the topic's partitions that this broker knows, with their leaders."""
        # The first version that can say that asking must not create it.
        self.send(request(METADATA, 4, struct.pack(">i", 1) + string(topic) + b"\0"))
        body = self.receive()[1]
        at = 0

        def take(layout):
            nonlocal at
            values = struct.unpack_from(">" + layout, body, at)
            at += struct.calcsize(">" + layout)
            return values if len(values) > 1 else values[0]

        def take_string():
            nonlocal at
            size = take("h")
            at += max(size, 0)

        take("i")  # throttle time
        for _ in range(take("i")):
            take("i")
            take_string()
            take("i")
            take_string()
        take_string()  # cluster id
        take("i")  # controller
        found = {}
        for _ in range(take("i")):
            take("h")
            take_string()
            take("b")
            for _ in range(take("i")):
                _, partition, leader = take("hii")
                found[partition] = leader
                for _ in range(2):  # replicas, ISR
                    count = take("i")
                    at += 4 * count
        return found

    def send_produce(self, topic, partition, batch, acks=-1, timeout_ms=10000, correlation=1, version=8):
        body = produce_body(topic, partition, batch, acks, timeout_ms, version)
        self.send(request(PRODUCE, version, body, correlation))

    def receive_produce(self):
        """(error code, base offset) of a produce of one partition, up to version 8."""
        body = self.receive()[1]
        size = struct.unpack_from(">h", body, 4)[0]
        _, error, base_offset = struct.unpack_from(">ihq", body, 4 + 2 + size + 4)
        return error, base_offset
