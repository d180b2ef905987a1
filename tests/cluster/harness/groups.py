"""What tests of groups have in common: the properties of their brokers, and a group seen from outside."""
import struct

import confluent_kafka

from . import wire

FIND_COORDINATOR, DESCRIBE_GROUPS = 10, 15

# Small and quick where production waits for stragglers; three replicas, of which two have to have it.
PROPERTIES = {
    "offsets.topic.num.partitions": 6,
    "offsets.topic.replication.factor": 3,
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "group.initial.rebalance.delay.ms": 100,
    "group.min.session.timeout.ms": 1000,
    "zookeeper.session.timeout.ms": 8000,
}


class GroupView:
    """Committed offsets of a group and the ends of a topic, as a client outside the group sees them."""

    def __init__(self, bootstrap, group):
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "log_level": 0,
        })

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.consumer.close()

    def committed(self, topic, partitions):
        """{partition: offset}; a partition without a committed offset is not in it."""
        wanted = [confluent_kafka.TopicPartition(topic, p) for p in partitions]
        found = self.consumer.committed(wanted, timeout=30)
        return {p.partition: p.offset for p in found if p.offset >= 0}

    def try_committed(self, topic, partitions):
        """As committed, with -1 for none; what is not to be had just now is left out."""
        wanted = [confluent_kafka.TopicPartition(topic, p) for p in partitions]
        try:
            found = self.consumer.committed(wanted, timeout=2)
        except confluent_kafka.KafkaException:
            return {}
        return {p.partition: max(p.offset, -1) for p in found if p.error is None}

    def ends(self, topic, partitions):
        return {
            p: self.consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, p), timeout=30)[1]
            for p in partitions
        }


def coordinator(port, group):
    """(broker id, port) of the group's coordinator, as the broker on `port` says; LookupError: none now."""
    with wire.Connection(port) as connection:
        connection.send(wire.request(FIND_COORDINATOR, 0, wire.string(group)))
        body = connection.receive()[1]
    error, broker_id, size = struct.unpack_from(">hih", body)
    if error:
        raise LookupError(f"no coordinator of {group}: error {error}")
    return broker_id, struct.unpack_from(">i", body, 8 + size)[0]


def describe(port, group):
    """(state, protocol type, protocol) of a group at its coordinator; LookupError: it does not say."""
    with wire.Connection(port) as connection:
        connection.send(wire.request(DESCRIBE_GROUPS, 0, struct.pack(">i", 1) + wire.string(group)))
        body = connection.receive()[1]
    error, at, words = struct.unpack_from(">h", body, 4)[0], 6, []
    if error:
        raise LookupError(f"{group} is not described: error {error}")
    for _ in range(4):
        size = struct.unpack_from(">h", body, at)[0]
        words.append(body[at + 2 : at + 2 + size].decode())
        at += 2 + size
    return tuple(words[1:])
