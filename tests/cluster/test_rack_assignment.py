"""Replicas of topics that nobody assigns by hand, on brokers in racks."""
import collections

from confluent_kafka.admin import AdminClient
from harness.cluster import Cluster
from harness.wait import wait_until

RACKS = {1: "a", 2: "a", 3: "b", 4: "b"}


def racks_of(replicas):
    return sorted(RACKS[replica] for replica in replicas)


def racks_told_to(admin):
    return {node.id: node.rack for node in admin.describe_cluster().result(timeout=30).nodes}


def test_the_replicas_of_every_partition_are_spread_over_racks():
    with Cluster(4, racks=RACKS) as cluster:
        admin = AdminClient({"bootstrap.servers": cluster.bootstrap, "log_level": 0})
        wait_until(lambda: racks_told_to(admin) == RACKS, "clients are told the racks")

        cluster.create_topic("two", partitions=12, replication=2)
        cluster.tools.run("kafka-topics", "--alter", "--topic", "two", "--partitions", "24")
        assignment = wait_until(
            lambda: len(found := cluster.assignment("two")) == 24 and found, "the new partitions")
        assert all(racks_of(replicas) == ["a", "b"] for replicas in assignment.values()), assignment
        led = collections.Counter(replicas[0] for replicas in assignment.values())
        assert led == {broker: 6 for broker in RACKS}, assignment

        cluster.create_topic("three", partitions=12, replication=3)
        assert all(set(racks_of(replicas)) == {"a", "b"} for replicas in cluster.assignment("three").values())
