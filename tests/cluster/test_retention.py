"""Old segments go while producers write, brokers die in the middle of it, and nothing is left lying about."""
import glob
import json
import os

import confluent_kafka
import pytest
from harness.cluster import Cluster
from harness.history import Producers
from harness.logdir import LogDirectory, checkpoint
from harness.wait import wait_until

TOPIC, PARTITIONS = "short-lived", 3
PROPERTIES = {
    "log.retention.check.interval.ms": 100,
    "log.initial.task.delay.ms": 100,
    "log.flush.start.offset.checkpoint.interval.ms": 500,
    "zookeeper.session.timeout.ms": 6000,
    "min.insync.replicas": 2,
}
# Two segments are kept; one goes every few seconds, and stays a second as a .deleted file. What piles up
# while a leader is away comes in one batch and has to fit into a segment.
TOPIC_CONFIGS = {"segment_bytes": 32768, "retention_bytes": 65536, "file_delete_delay_ms": 1000}


@pytest.fixture(name="cluster")
def cluster_of_three():
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, PARTITIONS, **TOPIC_CONFIGS)
        yield cluster


def replica_dirs(broker):
    return [os.path.join(broker.data_dir, f"{TOPIC}-{p}") for p in range(PARTITIONS)]


def leftovers(broker):
    return {
        path for directory in replica_dirs(broker) for suffix in ("deleted", "swap", "cleaned")
        for path in glob.glob(f"{directory}/*.{suffix}")
    }


def bounds(cluster):
    """Of each partition as its leader tells: the log start offset and the high watermark."""
    def told():
        # A new one each time: it asks for the leaders once, and that may be before a failover.
        consumer = confluent_kafka.Consumer({
            "bootstrap.servers": cluster.bootstrap, "group.id": "looks", "log_level": 0,
        })
        try:
            return [
                consumer.get_watermark_offsets(confluent_kafka.TopicPartition(TOPIC, p), timeout=10)
                for p in range(PARTITIONS)
            ]
        except confluent_kafka.KafkaException as error:
            raise LookupError(str(error)) from error
        finally:
            consumer.close()

    return wait_until(told, "the leaders tell their offsets", 60, 0.05)


def wait_until_all_starts_rise(cluster, above):
    wait_until(
        lambda: all(now[0] > before[0] for now, before in zip(bounds(cluster), above)),
        "every log start offset rises", 90, 0.1,
    )


def start_on_disk(broker, partition):
    directory = os.path.join(broker.data_dir, f"{TOPIC}-{partition}")
    first = int(LogDirectory(directory).segments[0][:20])
    starts = checkpoint(os.path.join(broker.data_dir, "log-start-offset-checkpoint"))
    return max(first, starts.get((TOPIC, partition), 0))


def test_brokers_that_die_while_segments_are_deleted_leave_nothing_behind(cluster):
    with Producers(2, cluster.bootstrap, TOPIC, PARTITIONS, per_second=600) as producers:
        wait_until_all_starts_rise(cluster, [(0, 0)] * PARTITIONS)
        for partition in range(PARTITIONS):
            victim = cluster.leader(TOPIC, partition)
            broker = cluster.brokers[victim]
            wait_until(lambda b=broker: leftovers(b), "a deletion under way", 60, 0.001)
            broker.kill()
            orphans = leftovers(broker)
            cluster.wait_unregistered(victim)
            cluster.wait_leads_nothing(TOPIC, victim)
            wait_until_all_starts_rise(cluster, bounds(cluster))
            cluster.restart(victim)
            assert not orphans & leftovers(broker)
            cluster.wait_full_isr(TOPIC)
        wait_until_all_starts_rise(cluster, bounds(cluster))
        producers.end()
        assert not producers.failures()

    assert_a_reader_from_before_goes_on(cluster)
    assert_replicas_agree(cluster)


def assert_a_reader_from_before_goes_on(cluster):
    """Offset 0 is long gone: the consumer finds itself at the log start offset and reads to the end."""
    expected = bounds(cluster)
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": cluster.bootstrap, "group.id": "late", "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "log_level": 0,
    })
    try:
        consumer.assign([confluent_kafka.TopicPartition(TOPIC, p, 0) for p in range(PARTITIONS)])
        offsets = {p: [] for p in range(PARTITIONS)}

        def at_the_end():
            message = consumer.poll(1)
            if message is not None and message.error() is None:
                offsets[message.partition()].append(message.offset())
            return all(
                read and read[-1] + 1 == high for read, (_, high) in zip(offsets.values(), expected)
            )

        wait_until(at_the_end, "the end of every partition", 60, 0)
    finally:
        consumer.close()
    for partition, (start, high) in enumerate(expected):
        assert start > 0
        assert offsets[partition] == list(range(start, high))


def assert_replicas_agree(cluster):
    for partition, (start, high) in enumerate(bounds(cluster)):
        for broker in cluster.brokers.values():
            wait_until(
                lambda b=broker, p=partition, s=start, h=high: s <= start_on_disk(b, p) <= h,
                f"broker {broker.id} follows the log start of partition {partition}",
            )
    # Followers expire by themselves, too; a deletion on request puts all of them on one offset.
    path = os.path.join(cluster.folder, "offsets.json")
    with open(path, "w", encoding="utf-8") as file:
        partitions = [{"topic": TOPIC, "partition": p, "offset": -1} for p in range(PARTITIONS)]
        json.dump({"partitions": partitions, "version": 1}, file)
    answers = cluster.tools.run("kafka-delete-records", "--offset-json-file", path)
    ends = [high for _, high in bounds(cluster)]
    for partition, high in enumerate(ends):
        assert f"partition: {TOPIC}-{partition}\tlow_watermark: {high}\n" in answers
    for broker in cluster.brokers.values():
        wait_until(
            lambda b=broker: [start_on_disk(b, p) for p in range(PARTITIONS)] == ends,
            f"the log start offsets of broker {broker.id} in its checkpoint",
        )
        wait_until(lambda b=broker: not leftovers(b), f"broker {broker.id} has removed what it deleted")
