"""Fetch and ListOffsets in every version, and what is in an answer's records: written from Kafka's protocol
documentation, not from our encoder."""
import gzip
import struct
from dataclasses import dataclass, field

from . import wire

FIRST_FLEXIBLE_FETCH, FIRST_FETCH_BY_ID = 12, 13
OFFSET_OUT_OF_RANGE, UNSUPPORTED_COMPRESSION_TYPE = 1, 76
FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR = 70, 71, 106


class Fields:
    """Takes fields from the front of an answer."""

    def __init__(self, data, flexible):
        self.data, self.at, self.flexible = data, 0, flexible

    def take(self, layout):
        values = struct.unpack_from(">" + layout, self.data, self.at)
        self.at += struct.calcsize(">" + layout)
        return values[0] if len(values) == 1 else values

    def raw(self, size):
        self.at += size
        return self.data[self.at - size:self.at]

    def unsigned(self):
        value = shift = 0
        while True:
            byte = self.take("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def count(self):
        return self.unsigned() - 1 if self.flexible else self.take("i")

    def string(self):
        return self.raw(self.unsigned() - 1 if self.flexible else self.take("h")).decode()

    def tags(self):
        """{tag: bytes} of the fields that close a structure."""
        return {self.unsigned(): self.raw(self.unsigned()) for _ in range(self.unsigned())} if self.flexible else {}


def unsigned(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


@dataclass
class Told:
    """One partition of an answer."""
    topic: object
    partition: int
    error: int
    high_watermark: int
    log_start: int
    preferred_replica: int
    records: bytes

    def values(self):
        return [(offset, value) for offset, _, value in entries(self.records)]


@dataclass
class Fetched:
    error: int = 0
    session: int = 0
    partitions: list = field(default_factory=list)


def entries(data):
    """[(offset, magic, value)] of the records in messages or uncompressed batches; a cut end is left out."""
    found, at = [], 0
    while at + 17 <= len(data):
        offset, size = struct.unpack_from(">qi", data, at)
        magic = data[at + 16]
        body = data[at + 12:at + 12 + size]
        at += 12 + size
        if len(body) < size:
            break
        found += batch_entries(offset, body) if magic == 2 else message_entries(offset, magic, body)
    return found


def message_entries(offset, magic, body):
    fields = Fields(body, False)
    fields.take("Ib")
    attributes = fields.take("b")
    if magic == 1:
        fields.take("q")
    key_size = fields.take("i")
    fields.raw(max(key_size, 0))
    value = fields.raw(max(fields.take("i"), 0))
    if attributes & 7 == 0:
        return [(offset, magic, value)]
    assert attributes & 7 == 1, "a codec that this reader does not know"
    inner = entries(gzip.decompress(value))
    base = 0 if magic == 0 else offset - inner[-1][0]
    return [(base + one, magic, value) for one, magic, value in inner]


def batch_entries(base_offset, body):
    fields = Fields(body, True)
    fields.take("ibI")
    attributes = fields.take("h")
    assert attributes & 7 == 0, "a compressed batch"
    fields.take("iqqqhi")

    def varint():
        raw = fields.unsigned()
        return raw >> 1 ^ -(raw & 1)

    found = []
    for _ in range(fields.take("i")):
        end = varint() + fields.at
        fields.take("b")
        varint()
        delta = varint()
        fields.raw(max(varint(), 0))
        found.append((base_offset + delta, 2, fields.raw(max(varint(), 0))))
        fields.at = end
    return found


def fetch_request(version, topics, forgotten=(), session=0, epoch=-1, max_wait_ms=100, rack=""):
    """topics: [(name or 16 bytes of id, [(partition, offset, max bytes)])]; forgotten: [(name or id, [partition])]"""
    flexible = version >= FIRST_FLEXIBLE_FETCH
    end = b"\0" if flexible else b""

    def string(text):
        return unsigned(len(text) + 1) + text.encode() if flexible else wire.string(text)

    def array(items):
        return (unsigned(len(items) + 1) if flexible else struct.pack(">i", len(items))) + b"".join(items)

    def topic(name):
        return name if version >= FIRST_FETCH_BY_ID else string(name)

    def partition(number, offset, max_bytes):
        return (struct.pack(">i", number) + (struct.pack(">i", -1) if version >= 9 else b"")
                + struct.pack(">q", offset) + (struct.pack(">i", -1) if version >= 12 else b"")
                + (struct.pack(">q", -1) if version >= 5 else b"") + struct.pack(">i", max_bytes) + end)

    body = struct.pack(">i", -1) if version < 15 else b""
    body += struct.pack(">ii", max_wait_ms, 1)
    body += struct.pack(">i", 1 << 24) if version >= 3 else b""
    body += b"\0" if version >= 4 else b""
    body += struct.pack(">ii", session, epoch) if version >= 7 else b""
    body += array([topic(name) + array([partition(*one) for one in partitions]) + end for name, partitions in topics])
    if version >= 7:
        body += array([topic(name) + array([struct.pack(">i", one) for one in partitions]) + end
                       for name, partitions in forgotten])
    body += string(rack) if version >= 11 else b""
    # The header of flexible versions ends with tags, too.
    return wire.request(wire.FETCH, version, (b"\0" if flexible else b"") + body + end)


def read_fetch(version, data):
    fields = Fields(data, version >= FIRST_FLEXIBLE_FETCH)
    fields.tags()  # of the header
    answer = Fetched()
    if version >= 1:
        fields.take("i")
    if version >= 7:
        answer.error, answer.session = fields.take("hi")
    for _ in range(fields.count()):
        topic = fields.raw(16) if version >= FIRST_FETCH_BY_ID else fields.string()
        for _ in range(fields.count()):
            answer.partitions.append(read_partition(version, topic, fields))
        fields.tags()
    fields.tags()
    assert fields.at == len(data)
    return answer


def read_partition(version, topic, fields):
    number, error, high_watermark = fields.take("ihq")
    log_start = preferred = -1
    if version >= 4:
        fields.take("q")  # last stable offset
        log_start = fields.take("q") if version >= 5 else -1
        for _ in range(max(fields.count(), 0)):
            fields.take("qq")
            fields.tags()
        preferred = fields.take("i") if version >= 11 else -1
    records = fields.raw(max(fields.count(), 0))
    fields.tags()
    return Told(topic, number, error, high_watermark, log_start, preferred, records)


def list_offsets_request(version, topic, partition, timestamp, max_offsets=1):
    flexible = version >= 6
    end = b"\0" if flexible else b""
    one = unsigned(2) if flexible else struct.pack(">i", 1)
    body = struct.pack(">i", -1) + (b"\0" if version >= 2 else b"") + one
    body += (unsigned(len(topic) + 1) + topic.encode() if flexible else wire.string(topic)) + one
    body += struct.pack(">i", partition) + (struct.pack(">i", -1) if version >= 4 else b"")
    body += struct.pack(">q", timestamp) + (struct.pack(">i", max_offsets) if version == 0 else b"")
    return wire.request(wire.LIST_OFFSETS, version, (b"\0" if flexible else b"") + body + 3 * end)


def read_list_offsets(version, data):
    """(error, [offsets]) for version 0, else (error, timestamp, offset)."""
    fields = Fields(data, version >= 6)
    fields.tags()
    if version >= 2:
        fields.take("i")
    assert fields.count() == 1
    fields.string()
    assert fields.count() == 1
    _, error = fields.take("ih")
    if version == 0:
        return error, [fields.take("q") for _ in range(fields.take("i"))]
    return (error, *fields.take("qq"))


class FetchConnection(wire.Connection):
    def fetch(self, version, topics, **options):
        self.send(fetch_request(version, topics, **options))
        return read_fetch(version, self.receive()[1])

    def list_offsets(self, version, topic, timestamp, partition=0, **options):
        self.send(list_offsets_request(version, topic, partition, timestamp, **options))
        return read_list_offsets(version, self.receive()[1])
