"""Fetch of before there were record batches, versions 0 to 3, version 0 of ListOffsets, and the sessions of
Fetch from version 7 on. Said in bytes, as no client that can be had says most of it."""
import gzip

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.fetching import (FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, OFFSET_OUT_OF_RANGE,
                              FetchConnection)
from harness.wire import message

PLENTY = 1 << 20


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1) as cluster:
        for topic in ("plain", "gzip", "many"):
            cluster.create_topic(topic)
        cluster.create_topic("session", partitions=2)
        cluster.create_topic("refused", message_downconversion_enable="false")
        yield cluster


@pytest.fixture(name="connection")
def connected(cluster):
    with FetchConnection(cluster.brokers[1].port) as connection:
        yield connection


def produce(connection, topic, records, partition=0, version=2):
    connection.send_produce(topic, partition, records, version=version)
    error, offset = connection.receive_produce()
    assert error == wire.NONE
    return offset


def fetch_one(connection, version, topic, offset, max_bytes=PLENTY):
    answer = connection.fetch(version, [(topic, [(0, offset, max_bytes)])])
    assert len(answer.partitions) == 1
    return answer.partitions[0]


def magics(records):
    return {records[16]} if records else set()


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_records_come_as_messages_of_the_versions_magic(connection, version):
    values = [b"value %d" % n for n in range(3)]
    messages = b"".join(message(b"key", value) for value in values)
    wrapper = message(None, gzip.compress(messages), attributes=1)
    for topic, sent in (("plain", messages), ("gzip", wrapper)):
        first = produce(connection, topic, sent)
        told = fetch_one(connection, version, topic, first)
        assert (told.error, told.high_watermark) == (wire.NONE, first + 3)
        assert told.values() == [(first + n, value) for n, value in enumerate(values)]
        assert magics(told.records) == {0 if version < 2 else 1}
        # In the middle of a batch: a wrapper comes whole, single messages from the offset on.
        told = fetch_one(connection, version, topic, first + 1)
        assert told.values()[-2:] == [(first + 1, values[1]), (first + 2, values[2])]
        assert len(told.values()) == (3 if topic == "gzip" else 2)


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_many_batches_are_read_in_order_whatever_the_size_that_is_asked_for(connection, version):
    sent = []
    offset = None
    for n in range(40):
        value = b"%d " % n + b"x" * 2000
        at = produce(connection, "many", message(None, value))
        offset = at if offset is None else offset
        sent.append((at, value))
    read = []
    while len(read) < len(sent):
        told = fetch_one(connection, version, "many", offset, max_bytes=7000)
        assert told.error == wire.NONE and told.values()
        read += told.values()
        offset = read[-1][0] + 1
    assert read == sent


def test_a_batch_that_is_larger_than_asked_for_comes_from_version_3_on(connection):
    first = produce(connection, "plain", message(None, b"x" * 5000))
    for version in range(12):
        told = fetch_one(connection, version, "plain", first, max_bytes=100)
        assert told.error == wire.NONE
        assert bool(told.values()) == (version >= 3), version


def test_errors_of_old_versions(connection):
    for version in range(4):
        assert fetch_one(connection, version, "nowhere", 0).error == wire.UNKNOWN_TOPIC_OR_PARTITION
        assert fetch_one(connection, version, "plain", 10**9).error == OFFSET_OUT_OF_RANGE
    produce(connection, "refused", message(None, b"v"))
    for version in range(12):
        told = fetch_one(connection, version, "refused", 0)
        assert told.error == (wire.UNSUPPORTED_VERSION if version < 4 else wire.NONE), version


def test_version_0_of_list_offsets_tells_where_segments_begin(connection):
    end = produce(connection, "gzip", message(None, b"v")) + 1
    assert connection.list_offsets(0, "gzip", -1, max_offsets=10) == (wire.NONE, [end, 0])
    assert connection.list_offsets(0, "gzip", -1) == (wire.NONE, [end])
    assert connection.list_offsets(0, "gzip", -2, max_offsets=10) == (wire.NONE, [0])
    assert connection.list_offsets(0, "gzip", 1, max_offsets=10) == (wire.NONE, [])
    assert connection.list_offsets(0, "gzip", -3)[0] == wire.UNSUPPORTED_VERSION
    assert connection.list_offsets(0, "nowhere", -1)[0] == wire.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize("version", [7, 11])
def test_a_session_tells_what_is_new(connection, version):
    ends = [connection.list_offsets(1, "session", -1, partition=number)[2] for number in (0, 1)]
    topics = [("session", [(0, ends[0], PLENTY), (1, ends[1], PLENTY)])]
    answer = connection.fetch(version, topics, epoch=0)
    assert [told.partition for told in answer.partitions] == [0, 1]
    session = answer.session
    assert session > 0

    def go_on(epoch, topics=(), **options):
        answer = connection.fetch(version, topics, session=session, epoch=epoch, **options)
        return answer.error, answer.session, [(told.partition, told.error) for told in answer.partitions]

    assert go_on(1) == (wire.NONE, session, [])
    produce(connection, "session", message(None, b"v"), partition=1)
    assert go_on(2) == (wire.NONE, session, [(1, wire.NONE)])
    moved = [("session", [(1, ends[1] + 1, PLENTY)])]
    assert go_on(3, moved) == (wire.NONE, session, [])
    assert go_on(3, moved) == (INVALID_FETCH_SESSION_EPOCH, 0, [])
    unknown = [("session", [(7, 0, PLENTY)])]
    assert go_on(4, unknown) == (wire.NONE, session, [(7, wire.UNKNOWN_TOPIC_OR_PARTITION)])
    assert go_on(5) == (wire.NONE, session, [(7, wire.UNKNOWN_TOPIC_OR_PARTITION)])
    assert go_on(6, forgotten=[("session", [7])]) == (wire.NONE, session, [])
    # The last partition is forgotten: the session is over.
    assert go_on(7, forgotten=[("session", [0, 1])])[:2] == (wire.NONE, 0)
    assert go_on(8) == (FETCH_SESSION_ID_NOT_FOUND, 0, [])


def test_a_session_is_closed_by_a_full_request(connection):
    topics = [("session", [(0, 0, PLENTY)])]
    session = connection.fetch(11, topics, epoch=0).session
    assert connection.fetch(11, topics, session=session, epoch=-1).session == 0
    assert connection.fetch(11, [], session=session, epoch=1).error == FETCH_SESSION_ID_NOT_FOUND
