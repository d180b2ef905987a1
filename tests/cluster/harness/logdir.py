"""A reader of log directories, written from the format and independent of the broker's code: it trusts
nothing, checks every length and CRC, and says where a file is wrong."""
import os
import struct

_HEADER = struct.Struct(">qiibIhiqqqhii")  # base offset ... record count, 61 bytes
_TABLES = None
CODECS = ("none", "gzip", "snappy", "lz4", "zstd")  # by their number in a batch's attributes


class BadLog(AssertionError):
    pass


def _tables():
    """CRC-32C eight bytes at a time; Python's own zlib has only CRC-32."""
    global _TABLES
    if _TABLES is None:
        first = []
        for value in range(256):
            for _ in range(8):
                value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
            first.append(value)
        _TABLES = [first]
        for _ in range(7):
            _TABLES.append([first[v & 0xFF] ^ (v >> 8) for v in _TABLES[-1]])
    return _TABLES


def crc32c(data):
    t = _tables()
    t0, t1, t2, t3, t4, t5, t6, t7 = t
    crc = 0xFFFFFFFF
    whole = len(data) // 8 * 8
    for (low, high) in struct.iter_unpack("<II", data[:whole]):
        low ^= crc
        crc = (
            t7[low & 0xFF] ^ t6[low >> 8 & 0xFF] ^ t5[low >> 16 & 0xFF] ^ t4[low >> 24]
            ^ t3[high & 0xFF] ^ t2[high >> 8 & 0xFF] ^ t1[high >> 16 & 0xFF] ^ t0[high >> 24]
        )
    for byte in data[whole:]:
        crc = (crc >> 8) ^ t0[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Batch:
    def __init__(self, data, at, where):
        (self.base_offset, length, self.leader_epoch, self.magic, self.crc, self.attributes, delta,
         self.base_timestamp, self.max_timestamp, self.producer_id, self.producer_epoch,
         self.base_sequence, self.count) = _HEADER.unpack_from(data, at)
        self.bytes = data[at : at + 12 + length]
        self.last_offset = self.base_offset + delta
        self.where = where
        if self.magic != 2:
            raise BadLog(f"{where}: magic {self.magic}")
        if len(self.bytes) != 12 + length:
            raise BadLog(f"{where}: batch of {12 + length} bytes, only {len(self.bytes)} there")

    def __str__(self):
        return (
            f"offsets {self.base_offset}..{self.last_offset}, leader epoch {self.leader_epoch}, producer "
            f"{self.producer_id} epoch {self.producer_epoch} sequence {self.base_sequence}, "
            f"{self.count} records"
        )

    @property
    def codec(self):
        return CODECS[self.attributes & 7]

    def check_crc(self):
        if crc32c(self.bytes[21:]) != self.crc:
            raise BadLog(f"{self.where}: wrong CRC")

    def values(self):
        """(offset, value) of an uncompressed batch."""
        if self.attributes & 7:
            raise BadLog(f"{self.where}: compressed with {self.attributes & 7}")
        at = 61
        for _ in range(self.count):
            length, at = _varint(self.bytes, at)
            end = at + length
            _, at = _varint(self.bytes, at + 1)
            delta, at = _varint(self.bytes, at)
            key_size, at = _varint(self.bytes, at)
            size, at = _varint(self.bytes, at + max(key_size, 0))
            yield self.base_offset + delta, self.bytes[at : at + size] if size >= 0 else None
            at = end
        if at != len(self.bytes):
            raise BadLog(f"{self.where}: records end at {at} of {len(self.bytes)}")


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7


class LogDirectory:
    """The log of one partition: <data dir>/<topic>-<partition>."""

    def __init__(self, path):
        self.path = path
        self.segments = sorted(n for n in os.listdir(path) if n.endswith(".log"))

    def batches(self):
        expected = None
        for name in self.segments:
            with open(os.path.join(self.path, name), "rb") as file:
                data = file.read()
            base, at = int(name[:20]), 0
            if expected is not None and base != expected:
                raise BadLog(f"{name}: begins at {base}, the segment before ends at {expected}")
            while at < len(data):
                where = f"{self.path}/{name} at {at}"
                if len(data) - at < _HEADER.size:
                    raise BadLog(f"{where}: {len(data) - at} bytes are no batch")
                batch = Batch(data, at, where)
                if expected is not None and batch.base_offset != expected:
                    raise BadLog(f"{where}: offset {batch.base_offset}, not {expected}")
                yield batch
                expected = batch.last_offset + 1
                at += len(batch.bytes)

    def bytes_below(self, offset):
        """All batches below an offset, segment boundaries forgotten."""
        return b"".join(b.bytes for b in self.batches() if b.last_offset < offset)

    def end_offset(self):
        end = int(self.segments[0][:20])
        for batch in self.batches():
            end = batch.last_offset + 1
        return end


def checkpoint(path):
    """{(topic, partition): offset} of a checkpoint file."""
    with open(path, encoding="utf-8") as file:
        version, count, *entries = file.read().splitlines()
    if version != "0" or int(count) != len(entries):
        raise BadLog(f"{path}: version {version}, {count} entries, {len(entries)} lines")
    found = {}
    for entry in entries:
        topic, partition, offset = entry.split(" ")
        found[(topic, int(partition))] = int(offset)
    return found
