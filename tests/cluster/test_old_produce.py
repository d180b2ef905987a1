"""Produce of before there were record batches, versions 0 to 2: what is taken and stored, what is refused
and with which error. Said in bytes, as no client that can be had sends most of it."""
import gzip
import os

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.logdir import LogDirectory
from harness.wire import message

GZIP, ZSTD, LOG_APPEND_TIME = 1, 4, 8


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1) as cluster:
        cluster.create_topic("t")
        cluster.create_topic("small", max_message_bytes=130)
        cluster.create_topic("compacted", cleanup_policy="compact")
        cluster.create_topic("stamped", message_timestamp_type="LogAppendTime")
        yield cluster


@pytest.fixture(name="produce")
def producing(cluster):
    with wire.Connection(cluster.brokers[1].port) as connection:
        def produce(records, topic="t", version=2):
            connection.send_produce(topic, 0, records, version=version)
            return connection.receive_produce()

        yield produce


def wrapper(messages, magic=1, attributes=GZIP, **more):
    return message(None, gzip.compress(messages), magic=magic, attributes=attributes, **more)


def stored(cluster, topic, offset):
    path = os.path.join(cluster.brokers[1].data_dir, f"{topic}-0")
    found = [batch for batch in LogDirectory(path).batches() if batch.base_offset == offset]
    assert len(found) == 1
    found[0].check_crc()
    return found[0]


@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("magic", [0, 1])
def test_messages_become_one_batch(cluster, produce, magic, version):
    messages = b"".join(message(b"key", b"value %d" % n, magic, timestamp=1000 + n) for n in range(3))
    error, offset = produce(messages, version=version)
    assert error == wire.NONE
    batch = stored(cluster, "t", offset)
    assert list(batch.values()) == [(offset + n, b"value %d" % n) for n in range(3)]
    assert batch.max_timestamp == (1002 if magic else -1)

    error, wrapped = produce(wrapper(messages, magic), version=version)
    assert (error, wrapped) == (wire.NONE, offset + 3)
    batch = stored(cluster, "t", wrapped)
    assert (batch.codec, batch.count) == ("gzip", 3)
    assert batch.max_timestamp == (1002 if magic else -1)


def test_a_topic_of_log_append_time_stamps_what_it_takes(cluster, produce):
    error, offset = produce(message(b"k", b"v", 0), "stamped")
    assert error == wire.NONE
    batch = stored(cluster, "stamped", offset)
    assert batch.attributes & LOG_APPEND_TIME and batch.max_timestamp > 1000


ONE = message(b"k", b"v")
TAKEN = {
    "nothing": b"",
    "a cut message": ONE[:-1],
    "a message and a cut one": ONE + ONE[:30],
    "a record batch": wire.record_batch([b"v"], 1000),
    "a wrapper that holds a cut message": wrapper(ONE + ONE[:-1]),
    "a wrapper of offset 0 though its last has more": wrapper(message(b"k", b"v", offset=7)),
    "inner offsets that do not rise": wrapper(message(b"k", b"v", offset=7) + ONE, offset=7),
    "LogAppendTime": message(b"k", b"v", attributes=LOG_APPEND_TIME),
}


@pytest.mark.parametrize("what", TAKEN)
def test_it_is_taken(produce, what):
    error, offset = produce(TAKEN[what])
    assert error == wire.NONE
    assert (offset == -1) == (what in ("nothing", "a cut message"))


BATCH = wire.record_batch([b"v"], 1000)
REFUSED = {
    "a wrong CRC": (message(b"k", b"v", crc=1), wire.CORRUPT_MESSAGE),
    "a wrong CRC in a wrapper": (wrapper(message(b"k", b"v", crc=1)), wire.CORRUPT_MESSAGE),
    "a length below the least": (ONE[:8] + b"\0\0\0\x0d" + ONE[12:], wire.CORRUPT_MESSAGE),
    "an unknown magic after a message": (ONE + message(b"k", b"v", magic=3), wire.CORRUPT_MESSAGE),
    "two magics": (message(b"k", b"v", 0) + ONE, wire.INVALID_RECORD),
    "two magics in a wrapper": (wrapper(ONE, magic=0), wire.INVALID_RECORD),
    "a message and a record batch": (ONE + BATCH, wire.INVALID_RECORD),
    "two record batches": (BATCH + BATCH, wire.INVALID_RECORD),
    "two wrappers": (wrapper(ONE) + wrapper(ONE), wire.INVALID_RECORD),
    "a wrapper and a message": (wrapper(ONE) + ONE, wire.INVALID_RECORD),
    "a wrapper in a wrapper": (wrapper(wrapper(ONE)), wire.INVALID_RECORD),
    "an empty wrapper": (wrapper(b""), wire.INVALID_RECORD),
    "a wrapper without a value": (message(b"k", None, attributes=GZIP), wire.INVALID_RECORD),
    "zstd": (message(None, b"x", attributes=ZSTD), wire.INVALID_RECORD),
    "a wrapper's offset below its last": (
        wrapper(message(b"k", b"v", offset=7), offset=6), wire.INVALID_RECORD),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused(produce, what):
    records, error = REFUSED[what]
    assert produce(records) == (error, -1)


def test_what_a_topic_refuses(produce):
    keyless = message(None, b"v")
    assert produce(keyless, "compacted") == (wire.INVALID_RECORD, -1)
    assert produce(wrapper(keyless), "compacted") == (wire.INVALID_RECORD, -1)
    assert produce(message(b"k", b"v" * 130), "small") == (wire.MESSAGE_TOO_LARGE, -1)
    # 126 bytes as a message, 161 as a batch.
    assert produce(message(b"k", b"v" * 91), "small") == (wire.MESSAGE_TOO_LARGE, -1)
    stamped = message(b"k", b"v", attributes=LOG_APPEND_TIME)
    assert produce(stamped, "stamped") == (wire.INVALID_TIMESTAMP, -1)
    assert produce(ONE, "nowhere") == (wire.UNKNOWN_TOPIC_OR_PARTITION, -1)


@pytest.mark.parametrize("version", [3, 7])
def test_from_version_3_on_there_are_batches_only(produce, version):
    assert produce(ONE, version=version) == (wire.INVALID_RECORD, -1)
    assert produce(b"", version=version) == (wire.INVALID_RECORD, -1)
