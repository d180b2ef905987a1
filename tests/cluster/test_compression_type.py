"""compression.type of a topic, and what is looked up or refused inside compressed batches."""
import gzip
import os

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.fetching import FetchConnection, Fields
from harness.logdir import LogDirectory
from harness.wire import message

CODECS = ["uncompressed", "gzip", "snappy", "lz4", "zstd"]
NOW = 1_700_000_000_000


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1) as cluster:
        for codec in [*CODECS, "producer"]:
            cluster.create_topic(codec, compression_type=codec)
        cluster.create_topic("compacted", cleanup_policy="compact")
        cluster.create_topic("limited", message_timestamp_before_max_ms="1000")
        cluster.create_topic("stamped", message_timestamp_type="LogAppendTime", compression_type="gzip")
        yield cluster


@pytest.fixture(name="connection")
def connected(cluster):
    with FetchConnection(cluster.brokers[1].port) as connection:
        yield connection


def produce(connection, topic, records, version=8):
    connection.send_produce(topic, 0, records, version=version)
    return connection.receive_produce()


def stored(cluster, topic):
    batches = list(LogDirectory(os.path.join(cluster.brokers[1].data_dir, f"{topic}-0")).batches())
    batches[-1].check_crc()
    return batches[-1]


def gzipped(count, step=10, key=b"k"):
    """A batch of records at NOW, NOW + step, ... with gzip, by way of an old message set."""
    messages = b"".join(message(key, b"value %d" % n, timestamp=NOW + n * step) for n in range(count))
    return message(None, gzip.compress(messages), attributes=1)


@pytest.mark.parametrize("codec", CODECS)
def test_a_topic_stores_its_codec_whatever_comes(cluster, connection, codec):
    values = [b"x" * 300, b"y"]
    assert produce(connection, codec, wire.record_batch(values, NOW))[0] == wire.NONE
    assert stored(cluster, codec).codec == ("none" if codec == "uncompressed" else codec)
    error, offset = produce(connection, codec, gzipped(3), version=2)
    assert error == wire.NONE
    batch = stored(cluster, codec)
    assert (batch.base_offset, batch.count) == (offset, 3)
    assert batch.codec == ("none" if codec == "uncompressed" else codec)
    assert batch.max_timestamp == NOW + 20
    if codec == "uncompressed":
        assert [value for _, value in batch.values()] == [b"value 0", b"value 1", b"value 2"]


def test_a_topic_without_a_codec_keeps_the_producers(cluster, connection):
    assert produce(connection, "producer", wire.record_batch([b"v"], NOW))[0] == wire.NONE
    assert stored(cluster, "producer").codec == "none"
    assert produce(connection, "producer", gzipped(2), version=2)[0] == wire.NONE
    assert stored(cluster, "producer").codec == "gzip"


def test_a_timestamp_is_found_inside_a_compressed_batch(connection):
    error, first = produce(connection, "zstd", gzipped(5, step=1000), version=2)
    assert error == wire.NONE
    for version in range(1, 10):
        assert connection.list_offsets(version, "zstd", NOW + 2500) == (wire.NONE, NOW + 3000, first + 3)
    assert connection.list_offsets(7, "zstd", -3) == (wire.NONE, NOW + 4000, first + 4)


def test_log_append_time_is_the_brokers(cluster, connection):
    assert produce(connection, "stamped", wire.record_batch([b"v"], NOW))[0] == wire.NONE
    batch = stored(cluster, "stamped")
    assert batch.codec == "gzip" and batch.attributes & 8 and batch.max_timestamp > NOW


def record_errors(connection, topic, records):
    """(error, [(index, message)], message) of a produce in version 8."""
    connection.send_produce(topic, 0, records, version=8)
    body = connection.receive()[1]
    fields = Fields(body, False)
    assert fields.take("i") == 1
    fields.string()
    assert fields.take("i") == 1
    _, error, *_ = fields.take("ihqqq")
    found = [(fields.take("i"), fields.string()) for _ in range(fields.take("i"))]
    return error, found, fields.string()


def test_the_records_that_are_wrong_are_named(connection):
    batch = wire.record_batch([b"1", b"2", b"3", b"4"], NOW)  # without keys
    why = "Compacted topic cannot accept message without key in topic partition compacted-0"
    error, found, text = record_errors(connection, "compacted", batch)
    assert error == wire.INVALID_RECORD
    assert found == [(n, why) for n in range(4)]
    three = ", ".join(f"RecordError(batchIndex={n}, message='{why}')" for n in range(3))
    assert text == ("One or more records have been rejected due to 4 record errors in total, and only showing the "
                    f"first three errors at most: [{three}]")
    error, found, text = record_errors(connection, "limited", batch)
    assert error == wire.INVALID_TIMESTAMP
    assert [index for index, _ in found] == [0, 1, 2, 3]
    assert found[0][1].startswith(f"Timestamp {NOW} of message with offset 0 is out of range. The timestamp should be")
    assert text == "One or more records have been rejected due to invalid timestamp"


def test_a_compressed_batch_is_opened_where_something_in_it_decides(connection):
    assert produce(connection, "compacted", gzipped(2, key=None), version=2)[0] == wire.INVALID_RECORD
    assert produce(connection, "compacted", gzipped(2), version=2)[0] == wire.NONE
    assert produce(connection, "limited", gzipped(2), version=2)[0] == wire.INVALID_TIMESTAMP
