"""Every version of Produce, Fetch, ListOffsets and Metadata that a broker advertises, and what it answers: said
and read in bytes, so that nothing of ours reads what it wrote itself."""
import struct

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.fetching import FIRST_FETCH_BY_ID, FetchConnection, Fields, unsigned

TOPIC = "versions"
NOW = 1_700_000_000_000
SERVED = {wire.PRODUCE: range(12), wire.FETCH: range(18), wire.LIST_OFFSETS: range(10), wire.METADATA: range(13)}


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1, properties={"auto.create.topics.enable": "false"}) as cluster:
        cluster.create_topic(TOPIC)
        cluster.wait_known_to_all(TOPIC)
        yield cluster


@pytest.fixture(name="connection")
def connected(cluster):
    with FetchConnection(cluster.brokers[1].port) as connection:
        yield connection


def string(text, flexible):
    return unsigned(len(text) + 1) + text.encode() if flexible else wire.string(text)


def one(flexible):
    """The length of an array of one."""
    return unsigned(2) if flexible else struct.pack(">i", 1)


def produce(connection, version, records):
    """(error, base offset)"""
    flexible = version >= 9
    tags = b"\0" if flexible else b""
    no_transaction = b"" if version < 3 else b"\0" if flexible else wire.string(None)
    body = no_transaction + struct.pack(">hi", 1, 10000) + one(flexible) + string(TOPIC, flexible) + one(flexible)
    size = unsigned(len(records) + 1) if flexible else struct.pack(">i", len(records))
    body += struct.pack(">i", 0) + size + records + tags + tags + tags
    connection.send(wire.request(wire.PRODUCE, version, tags + body))
    fields = Fields(connection.receive()[1], flexible)
    fields.tags()
    assert fields.count() == 1
    assert fields.string() == TOPIC
    assert fields.count() == 1
    partition, error, offset = fields.take("ihq")
    assert partition == 0
    if version >= 2:
        assert fields.take("q") == -1  # the time is the producer's
    if version >= 5:
        assert fields.take("q") == 0  # where the log starts
    if version >= 8:
        assert fields.count() == 0  # no records are wrong
        assert (fields.unsigned() if flexible else fields.take("h") + 1) == 0  # no message
    fields.tags()
    fields.tags()
    if version >= 1:
        assert fields.take("i") == 0  # not throttled
    fields.tags()
    assert fields.at == len(fields.data)
    return error, offset


def metadata_request(version, topic):
    flexible = version >= 9
    tags = b"\0" if flexible else b""
    body = one(flexible) + (bytes(16) if version >= 10 else b"") + string(topic, flexible) + tags
    body += b"\0" if version >= 4 else b""  # is not created
    body += b"\0" if 8 <= version <= 10 else b""
    body += b"\0" if version >= 8 else b""
    return wire.request(wire.METADATA, version, tags + body + tags)


def nullable_string(fields):
    size = fields.unsigned() - 1 if fields.flexible else fields.take("h")
    return None if size < 0 else fields.raw(size).decode()


def metadata(connection, version, topic):
    """What is told of brokers and of one topic."""
    connection.send(metadata_request(version, topic))
    fields = Fields(connection.receive()[1], version >= 9)
    fields.tags()
    if version >= 3:
        assert fields.take("i") == 0
    told = {"brokers": []}
    for _ in range(fields.count()):
        node = fields.take("i")
        host, port = fields.string(), fields.take("i")
        rack = nullable_string(fields) if version >= 1 else None
        told["brokers"].append((node, host, port, rack))
        fields.tags()
    if version >= 2:
        told["cluster"] = nullable_string(fields)
    if version >= 1:
        told["controller"] = fields.take("i")
    assert fields.count() == 1
    told["error"] = fields.take("h")
    assert nullable_string(fields) == topic
    if version >= 10:
        told["id"] = fields.raw(16)
    if version >= 1:
        assert fields.take("b") == 0  # not internal
    told["partitions"] = [read_partition(fields, version) for _ in range(fields.count())]
    if version >= 8:
        assert fields.take("i") == -0x80000000  # nobody asked what is allowed
    fields.tags()
    if 8 <= version <= 10:
        assert fields.take("i") == -0x80000000
    fields.tags()
    assert fields.at == len(fields.data)
    return told


def read_partition(fields, version):
    error, number, leader = fields.take("hii")
    epoch = fields.take("i") if version >= 7 else 0
    replicas, isr = ([fields.take("i") for _ in range(fields.count())] for _ in range(2))
    offline = [fields.take("i") for _ in range(fields.count())] if version >= 5 else []
    fields.tags()
    return error, number, leader, epoch, replicas, isr, offline


def test_these_versions_are_advertised(connection):
    error, versions = connection.api_versions()
    assert error == wire.NONE
    for api, served in SERVED.items():
        assert versions[api] == (served[0], served[-1])


@pytest.mark.parametrize("version", SERVED[wire.METADATA])
def test_metadata(cluster, connection, version):
    told = metadata(connection, version, TOPIC)
    assert told["brokers"] == [(1, "127.0.0.1", cluster.brokers[1].port, None)]
    assert told["error"] == wire.NONE
    assert told["partitions"] == [(wire.NONE, 0, 1, 0, [1], [1], [])]
    assert told.get("controller", 1) == 1
    assert len(told.get("cluster", "x" * 22)) == 22
    assert told.get("id", b"x") != bytes(16)
    unknown = metadata(connection, version, "nowhere")
    assert (unknown["error"], unknown["partitions"]) == (wire.UNKNOWN_TOPIC_OR_PARTITION, [])


@pytest.mark.parametrize("version", SERVED[wire.PRODUCE])
def test_produce(connection, version):
    end = connection.list_offsets(1, TOPIC, -1)[2]
    value = b"version %d" % version
    records = wire.message(b"k", value, timestamp=NOW) if version < 3 else wire.record_batch([value], NOW)
    assert produce(connection, version, records) == (wire.NONE, end)
    answer = connection.fetch(4, [(TOPIC, [(0, end, 1 << 20)])])
    assert answer.partitions[0].values() == [(end, value)]


@pytest.mark.parametrize("version", SERVED[wire.FETCH])
def test_fetch(connection, version):
    error, offset = produce(connection, 3, wire.record_batch([b"a", b"b"], NOW))
    assert error == wire.NONE
    topic = metadata(connection, 12, TOPIC)["id"] if version >= FIRST_FETCH_BY_ID else TOPIC
    answer = connection.fetch(version, [(topic, [(0, offset, 1 << 20)])])
    assert (answer.error, answer.session) == (wire.NONE, 0)
    told = answer.partitions[0]
    assert (told.topic, told.error, told.high_watermark) == (topic, wire.NONE, offset + 2)
    assert told.log_start == (0 if version >= 5 else -1)
    assert told.values() == [(offset, b"a"), (offset + 1, b"b")]
    empty = connection.fetch(version, [(topic, [(0, offset + 2, 1 << 20)])], max_wait_ms=1)
    assert (empty.partitions[0].error, empty.partitions[0].records) == (wire.NONE, b"")
    beyond = connection.fetch(version, [(topic, [(0, offset + 3, 1 << 20)])])
    assert beyond.partitions[0].error == 1  # OFFSET_OUT_OF_RANGE


@pytest.mark.parametrize("version", SERVED[wire.LIST_OFFSETS])
def test_list_offsets(connection, version):
    error, offset = produce(connection, 3, wire.record_batch([b"a"], NOW + 1000 + version))
    assert error == wire.NONE
    if version == 0:
        assert connection.list_offsets(0, TOPIC, -1) == (wire.NONE, [offset + 1])
        assert connection.list_offsets(0, TOPIC, -2) == (wire.NONE, [0])
        return
    assert connection.list_offsets(version, TOPIC, -1) == (wire.NONE, -1, offset + 1)
    assert connection.list_offsets(version, TOPIC, -2) == (wire.NONE, -1, 0)
    assert connection.list_offsets(version, TOPIC, NOW + 1000 + version) == (wire.NONE, NOW + 1000 + version, offset)
    assert connection.list_offsets(version, TOPIC, NOW * 2) == (wire.NONE, -1, -1)
    error, *found = connection.list_offsets(version, TOPIC, -3)
    assert (error, found) == ((wire.NONE, [NOW + 1000 + version, offset]) if version >= 7
                              else (wire.UNSUPPORTED_VERSION, [-1, -1]))
