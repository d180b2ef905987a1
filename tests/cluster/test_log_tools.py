"""kafka-get-offsets, kafka-delete-records and kafka-log-dirs print the very bytes that Apache Kafka's own
print on the same cluster, and end with the same code."""
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from harness.cluster import Cluster
from harness.wait import wait_until

HOUR_MS = 3600 * 1000


def run(cluster, kind, tool, arguments):
    result = cluster.tools.try_run(tool, *arguments, kind=kind)
    first = result.stderr.strip("\n").split("\n")[0].rstrip()
    return result.returncode, result.stdout, first


def both(cluster, tool, *arguments):
    """What both print; of a failure also the first line on standard error."""
    ours = run(cluster, "barnabas", tool, arguments)
    theirs = run(cluster, "apache", tool, arguments)
    seen = 2 if theirs[0] == 0 else 3
    assert ours[:seen] == theirs[:seen], (tool, arguments, ours, theirs)
    return ours


def compare_all(cluster, tool, table):
    """Two Java machines at a time; every difference is told. Answers what was printed, by line."""
    def outcome(line):
        try:
            return both(cluster, tool, *line), None
        except AssertionError as error:
            return None, str(error)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(outcome, table))
    differences = [text for _, text in outcomes if text]
    assert not differences, "\n\n".join(differences)
    return [seen for seen, _ in outcomes]


def commit_something(cluster):
    consumer = Consumer({
        "bootstrap.servers": cluster.bootstrap, "group.id": "some", "enable.auto.commit": False,
    })
    try:
        offsets = [TopicPartition("first", 0, 1)]
        wait_until(lambda: consumer.commit(offsets=offsets, asynchronous=False), "a commit")
    finally:
        consumer.close()


@pytest.fixture(scope="module", name="now_ms")
def moment():
    return int(time.time() * 1000)


@pytest.fixture(scope="module", name="cluster")
def cluster_with_records(now_ms):
    with Cluster(2, properties={"offsets.topic.num.partitions": 3}) as cluster:
        cluster.create_topic("first", partitions=12)
        cluster.create_topic("second.topic", partitions=2)
        cluster.create_topic("void", partitions=2)
        cluster.create_topic("keyed", cleanup_policy="compact")
        producer = Producer({"bootstrap.servers": cluster.bootstrap})
        for number in range(60):
            producer.produce(
                "first", f"value-{number}", partition=number % 12, timestamp=now_ms - (60 - number) * HOUR_MS
            )
        for number in range(6):
            producer.produce("second.topic", "value", partition=number % 2)
            producer.produce("keyed", "value", key="key")
        assert producer.flush(60) == 0
        commit_something(cluster)
        yield cluster


def test_get_offsets(cluster, now_ms):
    table = [
        [], ["--topic", "first"], ["--topic", "f.*", "--partitions", "0,2,77"],
        ["--topic", "second.topic", "--time", "latest"], ["--topic", "first", "--time", "earliest"],
        ["--time", "max-timestamp"], ["--time", "-1", "--topic", "void"], ["--time", "-2"], ["--time", "-3"],
        ["--topic", "first", "--time", str(now_ms - 30 * HOUR_MS)],
        ["--topic", "first", "--time", str(now_ms + HOUR_MS)],
        ["--topic", "first", "--time", "earliest-local"], ["--topic", "first", "--time", "latest-tiered"],
        ["--topic-partitions", "first:1,second.*:0-1,void,keyed:0-"], ["--topic-partitions", ":3-5"],
        ["--topic-partitions", "first:-2"], ["--exclude-internal-topics"],
        ["--topic", "missing"], ["--topic", "first", "--partitions", "77"], ["--topic", "first", "--time", "now"],
        ["--topic", "first", "--partitions", "x"], ["--topic", "first", "--topic-partitions", "first:0"],
        ["--topic-partitions", "first:x"],
    ]
    seen = compare_all(cluster, "kafka-get-offsets", table)
    assert seen[0][1].startswith("__consumer_offsets:0:")
    assert seen[1][1].splitlines()[:4] == ["first:0:5", "first:1:5", "first:10:5", "first:11:5"]
    assert "__consumer_offsets" not in seen[16][1]
    assert seen[17] == (1, "", "Error occurred: Could not match any topic-partitions with the specified filters")


def partitions_of(output):
    last = output.splitlines()[-1]
    return {
        partition["partition"]: partition
        for broker in json.loads(last)["brokers"] for log_dir in broker["logDirs"]
        for partition in log_dir["partitions"]
    }


def test_log_dirs(cluster):
    table = [
        ["--describe"], ["--describe", "--topic-list", "first,void"], ["--describe", "--broker-list", "2"],
        ["--describe", "--topic-list", "missing"], ["--describe", "--broker-list", "1,9"],
    ]
    seen = compare_all(cluster, "kafka-log-dirs", table)
    everything = partitions_of(seen[0][1])
    assert len(everything) == 12 + 2 + 2 + 1 + 3
    on_disk = os.path.join(cluster.brokers[1].data_dir, "first-0", "0" * 20 + ".log")
    assert everything["first-0"] == {
        "partition": "first-0", "size": os.path.getsize(on_disk), "offsetLag": 0, "isFuture": False,
    }
    assert {name.rpartition("-")[0] for name in partitions_of(seen[1][1])} == {"first", "void"}
    assert seen[4][2] == (
        "ERROR: The given brokers do not exist from --broker-list: 9. Current existent brokers: 1,2"
    )


def test_delete_records(cluster, tmp_path):
    def delete(*partitions, text=None):
        path = tmp_path / "offsets.json"
        path.write_text(text or json.dumps({
            "partitions": [{"topic": t, "partition": p, "offset": o} for t, p, o in partitions], "version": 1,
        }))
        return both(cluster, "kafka-delete-records", "--offset-json-file", str(path))

    answers = delete(
        ("first", 0, 2), ("first", 1, -1), ("first", 2, 6), ("first", 3, 0), ("second.topic", 1, 3),
        ("keyed", 0, 1), ("__consumer_offsets", 0, 0),
    )[1]
    assert "partition: first-0\tlow_watermark: 2\n" in answers
    assert "partition: first-1\tlow_watermark: 5\n" in answers
    assert "partition: first-2\terror: " in answers
    assert "partition: keyed-0\terror: " in answers
    starts = both(cluster, "kafka-get-offsets", "--topic", "first", "--partitions", "0,1,2", "--time", "earliest")
    assert starts[1].splitlines() == ["first:0:2", "first:1:5", "first:2:0"]

    assert delete(("first", 0, 2), ("first", 0, 3))[0] == 1
    assert delete(text="{")[0] == 1
    assert delete(text='{"version": 2, "partitions": []}')[0] == 1
