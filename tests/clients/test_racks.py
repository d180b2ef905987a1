"""Consumers that say in which rack they stand (KIP-392, KIP-881), and brokers in three racks."""
import itertools
import time

import pytest
from harness import wire
from harness.cluster import FROM_THE_CLOSEST_REPLICA, NOBODY_ELSE_ELECTS, Cluster
from harness.groups import PROPERTIES, coordinator
from harness.wait import wait_until

RACKS = {1: "rack-1", 2: "rack-2", 3: "rack-3"}
FOLLOWER, LEADERS = 2, (1, 3)
CLIENTS = ["java-3.9", "confluent"]


@pytest.fixture(scope="module", name="shared_cluster")
def cluster_in_racks():
    properties = {**PROPERTIES, **NOBODY_ELSE_ELECTS, **FROM_THE_CLOSEST_REPLICA}
    with Cluster(3, properties=properties, racks=RACKS) as cluster:
        yield cluster


def group_that_outlives(cluster, broker_id, prefix):
    """A group with another coordinator: it goes on as if nothing had happened."""
    for group in (f"{prefix}-{n}" for n in itertools.count()):
        found = wait_until(lambda name=group: coordinator(cluster.brokers[1].port, name), f"a coordinator of {group}")
        if found[0] != broker_id:
            return group


def write_backlog(cluster, topic):
    """A batch in each partition, 200 kB all in all: [(partition, offset, value)]"""
    written = [(partition, n, f"{partition}-{n}-".ljust(1000, "x")) for partition in range(2) for n in range(100)]
    for partition in range(2):
        values = [value.encode() for p, _, value in written if p == partition]
        with wire.Connection(cluster.brokers[cluster.leader(topic, partition)].port) as leader:
            leader.send_produce(topic, partition, wire.record_batch(values, int(time.time() * 1000)))
            assert leader.receive_produce() == (wire.NONE, 0)
    return written


def wait_comes_from(driver, *brokers):
    """Until the reader has been sent 10 kB by these brokers, and next to nothing by others meanwhile."""
    before = {}

    def sum_of(received, wanted):
        return sum(count - before.get(broker, 0) for broker, count in received.items() if (broker in brokers) == wanted)

    def have_sent():
        received = driver.bytes_from("reader")
        if not before or sum_of(received, False) > 1000:
            before.update(received)
        return sum_of(received, True) > 10_000

    driver.wait(have_sent, f"the records come from {brokers}")


@pytest.mark.parametrize("driver", CLIENTS, indirect=True)
def test_a_consumer_reads_from_the_follower_in_its_rack_while_that_lives(cluster, driver):
    topic = f"closest-{driver.kind.name}"
    cluster.create_topic(topic, assignment="1:2:3,3:2:1")
    group = group_that_outlives(cluster, FOLLOWER, topic)
    backlog = write_backlog(cluster, topic)
    # Java joins again when brokers of its partitions come and go. An eager member then begins where it has
    # committed, but it commits nothing of a partition whose leader epoch it is just checking.
    driver.consume("reader", topic, group, assignor="cooperative-sticky", rack=RACKS[FOLLOWER])
    driver.wait_read(["reader"], backlog)
    driver.wait(lambda: driver.bytes_from("reader").get(FOLLOWER, 0) > 200_000, "the follower has sent the backlog")
    received = driver.bytes_from("reader")
    assert all(received[leader] < 10_000 for leader in LEADERS if leader in received), received

    driver.produce("writer", topic)
    wait_comes_from(driver, FOLLOWER)
    cluster.brokers[FOLLOWER].kill()
    wait_comes_from(driver, *LEADERS)
    cluster.restart(FOLLOWER)
    wait_comes_from(driver, FOLLOWER)
    driver.end("writer")
    written = sorted(backlog + driver.acked("writer"))
    driver.wait_read(["reader"], written)
    driver.end("reader")
    assert sorted(driver.read("reader"), key=lambda record: record[0]) == written, "each once and in order"


@pytest.mark.parametrize("driver", CLIENTS, indirect=True)
def test_the_members_of_a_group_own_what_stands_in_their_racks(cluster, driver):
    """The range assignor would give partition 0 to the first member."""
    topic = f"owned-{driver.kind.name}"
    cluster.create_topic(topic, assignment="2,1")
    driver.consume("one", topic, topic, assignor="range", rack=RACKS[1])
    driver.wait_shared(["one"], 2)
    driver.consume("two", topic, topic, assignor="range", rack=RACKS[2])
    driver.wait_shared(["one", "two"], 2)
    assert (driver.owns("one"), driver.owns("two")) == ([1], [0])
    driver.end("one", "two")
