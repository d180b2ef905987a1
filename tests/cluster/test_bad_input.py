"""Strangers on the port: garbage, impossible lengths, half frames, slow senders, unknown requests. Each
gets Kafka's answer or a closed connection, and nobody else notices."""
import gzip
import os
import random
import socket
import struct
import zlib

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.fetching import FetchConnection
from harness.logdir import crc32c
from harness.wait import wait_until


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1) as cluster:
        cluster.create_topic("t")
        cluster.create_topic("zipped", compression_type="zstd")
        yield cluster


@pytest.fixture(name="port")
def port_beside_a_good_neighbour(cluster):
    """Whatever a test does to the port, a connection opened before it and one opened after it work."""
    port = cluster.brokers[1].port
    with wire.Connection(port) as neighbour:
        assert neighbour.api_versions()[0] == wire.NONE
        yield port
        assert neighbour.api_versions()[0] == wire.NONE
    with wire.Connection(port) as later:
        assert later.api_versions()[0] == wire.NONE
        later.send_produce("t", 0, wire.record_batch([b"still here"], 1))
        assert later.receive_produce()[0] == wire.NONE
    assert cluster.brokers[1].is_alive()


def closed_after(port, data):
    with wire.Connection(port) as connection:
        connection.send(data)
        return connection.is_closed_by_peer()


@pytest.mark.parametrize("length", [-1, -2147483648, 2147483647, 104857601, 1413830740])
def test_an_impossible_length_closes_the_connection(port, length):
    # The default socket.request.max.bytes is 104857600; the last one is "TEE " in ASCII.
    assert closed_after(port, struct.pack(">i", length) + b"x" * 100)


def test_an_empty_frame_closes_the_connection(port):
    assert closed_after(port, struct.pack(">i", 0))


def test_garbage_closes_the_connection(port):
    assert closed_after(port, b"GET / HTTP/1.1\r\nHost: broker\r\n\r\n")
    chance = random.Random(1)
    for _ in range(50):
        frame = chance.randbytes(chance.randrange(1, 400))
        frame = b"\x00\xff" + frame  # an api key nobody has
        assert closed_after(port, struct.pack(">i", len(frame)) + frame)


@pytest.mark.parametrize("api_key", [-1, 68, 500, 32767])
def test_an_unknown_api_key_closes_the_connection(port, api_key):
    assert closed_after(port, wire.request(api_key, 0))


@pytest.mark.parametrize(("api_key", "version"), [(wire.PRODUCE, 99), (wire.FETCH, -1), (wire.METADATA, 100)])
def test_an_unknown_version_closes_the_connection(port, api_key, version):
    assert closed_after(port, wire.request(api_key, version, b"\0" * 64))


def test_api_versions_of_an_unknown_version_is_answered_with_version_0(port):
    with wire.Connection(port) as connection:
        error, ranges = connection.api_versions(version=77)
        assert error == wire.UNSUPPORTED_VERSION
        assert ranges[wire.API_VERSIONS][0] == 0
        # The client may try again on the same connection.
        assert connection.api_versions()[0] == wire.NONE


def test_every_cut_of_a_request_is_survived(port):
    """A frame that says it is whole, with its request cut short at every byte."""
    batch = wire.record_batch([b"value"], 1)
    whole = wire.request(wire.PRODUCE, 8, wire.produce_body("t", 0, batch))[4:]
    for cut in range(1, len(whole)):
        frame = whole[:cut]
        with wire.Connection(port) as connection:
            connection.send(struct.pack(">i", len(frame)) + frame)
            assert connection.is_closed_by_peer(), f"cut at {cut}"


@pytest.mark.parametrize("count", [-2, 2147483647, 65536])
def test_an_impossible_count_closes_the_connection(port, count):
    body = wire.string(None) + struct.pack(">hii", -1, 1000, count)
    assert closed_after(port, wire.request(wire.PRODUCE, 8, body))


def test_half_a_frame_and_then_nothing_harms_nobody(port):
    whole = wire.request(wire.API_VERSIONS, 0)
    for cut in range(1, len(whole)):
        with wire.Connection(port) as connection:
            connection.send(whole[:cut])


def test_a_slow_sender_is_waited_for(port):
    with wire.Connection(port) as slow, wire.Connection(port) as quick:
        for byte in wire.request(wire.API_VERSIONS, 0, correlation=5):
            slow.send(bytes([byte]))
            assert quick.api_versions()[0] == wire.NONE
        assert slow.receive()[0] == 5


def test_many_idle_connections_harm_nobody(port):
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
    try:
        with wire.Connection(port) as connection:
            assert connection.api_versions()[0] == wire.NONE
    finally:
        for connection in idle:
            connection.close()


@pytest.mark.plain
def test_a_reader_that_never_reads_is_bounded(cluster, port):
    """Requests without end from a client that takes no answer must not fill the broker's memory."""
    before = cluster.brokers[1].process.rss_bytes()
    one = wire.request(wire.METADATA, 1, struct.pack(">i", -1)) * 100
    with wire.Connection(port) as deaf:
        deaf.socket.settimeout(2)
        sent = 0
        try:
            while sent < 64 * 1024 * 1024:
                sent += deaf.socket.send(one)
        except TimeoutError:
            pass  # the broker has stopped reading: that is the bound
        assert cluster.brokers[1].process.rss_bytes() - before < 64 * 1024 * 1024


def test_a_corrupt_batch_is_refused_and_the_connection_goes_on(port):
    good = wire.record_batch([b"value"], 1)
    bad = good[:-2] + bytes([good[-2] ^ 1]) + good[-1:]
    with wire.Connection(port) as connection:
        connection.send_produce("t", 0, bad)
        assert connection.receive_produce()[0] == wire.CORRUPT_MESSAGE
        connection.send_produce("t", 0, good)
        assert connection.receive_produce()[0] == wire.NONE


def relabelled(batch, records=None, attributes=0, count=None, last_delta=None, max_timestamp=None):
    """The batch with something in its head that is not so, and a CRC that is."""
    checked = bytearray(batch[21:])
    struct.pack_into(">h", checked, 0, attributes)
    if last_delta is not None:
        struct.pack_into(">i", checked, 2, last_delta)
    if max_timestamp is not None:
        struct.pack_into(">q", checked, 14, max_timestamp)
    if count is not None:
        struct.pack_into(">i", checked, 36, count)
    checked = bytes(checked) if records is None else bytes(checked[:40]) + records
    rest = batch[12:17] + struct.pack(">I", crc32c(checked)) + checked
    return batch[:8] + struct.pack(">i", len(rest)) + rest


GZIP = 1


@pytest.mark.parametrize(("topic", "head", "error"), [
    ("t", {"count": 9}, wire.INVALID_RECORD),
    ("t", {"last_delta": 7}, wire.INVALID_RECORD),
    ("zipped", {"attributes": GZIP}, None),  # what it holds is no gzip
    ("zipped", {"attributes": GZIP, "records": gzip.compress(b"no records at all")}, None),
])
def test_a_falsely_labelled_batch_is_refused_and_the_connection_goes_on(port, topic, head, error):
    good = wire.record_batch([b"value"], 1)
    with wire.Connection(port) as connection:
        connection.send_produce(topic, 0, relabelled(good, **head))
        told = connection.receive_produce()[0]
        assert told == error if error else told != wire.NONE
        connection.send_produce(topic, 0, good)
        assert connection.receive_produce()[0] == wire.NONE


def test_a_batch_above_the_limit_is_refused_and_the_connection_goes_on(port):
    with wire.Connection(port) as connection:
        connection.send_produce("t", 0, wire.record_batch([os.urandom(2 * 1024 * 1024)], 1))
        assert connection.receive_produce()[0] == wire.MESSAGE_TOO_LARGE
        connection.send_produce("t", 0, wire.record_batch([b"value"], 1))
        assert connection.receive_produce()[0] == wire.NONE


@pytest.fixture(scope="module", name="bomb")
def small_batch_that_grows():
    """800 KB that become 800 MB, with times from 1 to 50."""
    zeros = bytes(1024 * 1024)
    packer = zlib.compressobj(9, wbits=31)
    records = b"".join(packer.compress(zeros) for _ in range(800)) + packer.flush()
    assert len(records) < 1000000
    return relabelled(wire.record_batch([b"v"], 1), records, GZIP, max_timestamp=50)


def check_little_memory(cluster):
    with open(f"/proc/{cluster.brokers[1].process.pid}/status", encoding="ascii") as status:
        peak_kb = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    if cluster.kind == "barnabas":
        assert peak_kb < 400 * 1024


@pytest.mark.plain
def test_a_decompression_bomb_takes_little_memory(cluster, port, bomb):
    """Sent to a topic whose codec makes the broker open it."""
    with wire.Connection(port, timeout=120) as connection:
        connection.send_produce("zipped", 0, bomb)
        assert connection.receive_produce()[0] != wire.NONE
    check_little_memory(cluster)


@pytest.mark.plain
def test_a_stored_decompression_bomb_takes_little_memory(cluster, port, bomb):
    """It lies in a topic that keeps what comes; then somebody asks for a time in it, and for its records in an
    older format."""
    cluster.create_topic("mined")
    with FetchConnection(port, timeout=120) as connection:
        connection.send_produce("mined", 0, bomb)
        assert connection.receive_produce()[0] == wire.NONE
        # Where nobody can look the batch's beginning is the answer.
        assert connection.list_offsets(5, "mined", 20)[:3] == (wire.NONE, 50, 0)
        told = connection.fetch(2, [("mined", [(0, 0, 1 << 20)])]).partitions[0]
        assert told.error == wire.MESSAGE_TOO_LARGE
        # Whoever opens batches himself gets it as it is.
        told = connection.fetch(11, [("mined", [(0, 0, 1 << 20)])]).partitions[0]
        assert (told.error, told.records[61:]) == (wire.NONE, bomb[61:])
    check_little_memory(cluster)


def test_answers_keep_the_order_of_their_requests(port):
    with wire.Connection(port) as connection:
        batch = wire.record_batch([b"pipelined"], 1)
        for number in range(20):
            if number % 2:
                connection.send(wire.request(wire.API_VERSIONS, 0, correlation=number))
            else:
                connection.send_produce("t", 0, batch, correlation=number)
        assert [connection.receive()[0] for _ in range(20)] == list(range(20))


def test_a_connection_that_vanishes_leaves_no_descriptor_behind(cluster, port):
    def descriptors():
        return len(os.listdir(f"/proc/{cluster.brokers[1].process.pid}/fd"))

    before = descriptors()
    for _ in range(100):
        with wire.Connection(port) as connection:
            connection.send(b"\0\0\1\0half")
    wait_until(lambda: descriptors() <= before + 5, "descriptors are given back")
