"""A member commits while it waits for the others to join again, on the one connection that it has to its
coordinator: the commit is taken under the generation that has not ended yet. Behind the JoinGroup it would
be refused whenever it is sent so late, and librdkafka then gives up all that it owns and joins once more."""
import struct

from harness import wire
from harness.cluster import Cluster
from harness.groups import coordinator, describe
from harness.wait import wait_until

OFFSET_COMMIT, OFFSET_FETCH, JOIN_GROUP, SYNC_GROUP = 8, 9, 11, 14
REBALANCE_IN_PROGRESS = 27
GROUP, TOPIC = "late-commit", "t"


def blob(data):
    return struct.pack(">i", len(data)) + data


def strings(body, at, count):
    found = []
    for _ in range(count):
        size = struct.unpack_from(">h", body, at)[0]
        found.append(body[at + 2 : at + 2 + size].decode())
        at += 2 + size
    return found


class Member:
    def __init__(self, port):
        self.connection = wire.Connection(port)
        self.id, self.generation = "", -1

    def join(self):
        protocols = struct.pack(">i", 1) + wire.string("range") + blob(b"any")
        body = wire.string(GROUP) + struct.pack(">ii", 30000, 60000) + wire.string(self.id) + wire.string("consumer")
        self.connection.send(wire.request(JOIN_GROUP, 2, body + protocols))

    def joined(self):
        """The leader's id."""
        body = self.connection.receive()[1]
        error, self.generation = struct.unpack_from(">hi", body, 4)
        assert error == wire.NONE
        _, leader, self.id = strings(body, 10, 3)
        return leader

    def sync(self, members=()):
        body = wire.string(GROUP) + struct.pack(">i", self.generation) + wire.string(self.id)
        body += struct.pack(">i", len(members)) + b"".join(wire.string(m.id) + blob(b"some") for m in members)
        self.connection.send(wire.request(SYNC_GROUP, 0, body))

    def synced(self):
        assert struct.unpack_from(">h", self.connection.receive()[1])[0] == wire.NONE

    def commit(self, offset):
        body = wire.string(GROUP) + struct.pack(">i", self.generation) + wire.string(self.id)
        body += struct.pack(">qi", -1, 1) + wire.string(TOPIC) + struct.pack(">iiq", 1, 0, offset) + wire.string("")
        self.connection.send(wire.request(OFFSET_COMMIT, 2, body))

    def committed(self):
        """The error code."""
        return struct.unpack_from(">h", self.connection.receive()[1], 4 + 2 + len(TOPIC) + 4 + 4)[0]


def offset_of_group(port):
    with wire.Connection(port) as connection:
        body = wire.string(GROUP) + struct.pack(">i", 1) + wire.string(TOPIC) + struct.pack(">ii", 1, 0)
        connection.send(wire.request(OFFSET_FETCH, 1, body))
        return struct.unpack_from(">q", connection.receive()[1], 4 + 2 + len(TOPIC) + 4 + 4)[0]


def state(port):
    try:
        coordinator(port, GROUP)
        return describe(port, GROUP)[0]
    except LookupError:
        return None


def test_a_commit_behind_a_join_that_waits():
    properties = {"group.initial.rebalance.delay.ms": 0, "offsets.topic.num.partitions": 1}
    with Cluster(1, properties=properties) as cluster:
        cluster.create_topic(TOPIC)
        port = cluster.brokers[1].port
        wait_until(lambda: state(port) == "Dead", "a coordinator that knows of no such group")
        first, second = Member(port), Member(port)
        first.join()
        assert first.joined() == first.id
        first.sync([first])
        first.synced()
        second.join()
        wait_until(lambda: state(port) == "PreparingRebalance", "the second is waited for")
        first.join()
        assert first.joined() == second.joined() == first.id
        first.sync([first, second])
        second.sync()
        first.synced()
        second.synced()

        first.join()  # the leader's: everybody has to, and the second takes its time
        first.commit(17)
        wait_until(lambda: offset_of_group(port) == 17, "the commit is taken")
        second.join()
        generation = first.generation
        first.joined()
        assert first.generation == generation + 1
        assert first.committed() == wire.NONE
        first.commit(18)
        assert first.committed() == REBALANCE_IN_PROGRESS, "until the assignments are there"
