"""Kafka Streams unchanged: a stateful word count at least once, though a broker and an instance are killed."""
import collections
import os

import confluent_kafka
import pytest
from harness import java_classes
from harness.history import read_topic
from harness.process import Process
from harness.wait import wait_until

PARTITIONS, WORDS = 3, [f"word{n}" for n in range(20)]


class Instance:
    def __init__(self, cluster, application, folder, number):
        self.log = os.path.join(folder, f"instance-{number}.log")
        command = java_classes.command(
            "WordCount", cluster.bootstrap, application, "lines", "counts",
            os.path.join(folder, f"state-{number}"),
        )
        self.process = Process.spawn(command, self.log)

    def state(self):
        assert self.process.is_alive(), self.text()[-4000:]
        return [line for line in self.text().splitlines() if line.isupper()][-1]

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_running(self):
        wait_until(lambda: self.state() == "RUNNING", f"{self.log}: RUNNING", 90)


class Writer:
    """Lines of words, and how often each acknowledged word was written."""

    def __init__(self, bootstrap):
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": bootstrap, "enable.idempotence": True, "log_level": 0,
        })
        self.written = collections.Counter()
        self.number = 0

    def write(self, lines):
        failures = []
        for _ in range(lines):
            words = [WORDS[(self.number * 7 + n) % len(WORDS)] for n in range(5)]
            self.number += 1
            self.producer.produce(
                "lines", " ".join(words), key=str(self.number),
                on_delivery=lambda error, _: failures.append(error) if error else None,
            )
            self.written.update(words)
        assert self.producer.flush(90) == 0 and not failures, failures


def counts(cluster):
    """The last count of each word."""
    found = {}
    for _, records in read_topic(cluster.bootstrap, "counts", PARTITIONS).values():
        for _, value in records:
            word, count = value.split("=")
            found[word] = int(count)
    return found


@pytest.fixture(name="instances")
def running_instances(cluster, tmp_path):
    for topic in ("lines", "counts"):
        cluster.create_topic(topic, PARTITIONS)
    instances = []

    def start():
        instances.append(Instance(cluster, "word-count", str(tmp_path), len(instances)))
        return instances[-1]

    try:
        yield start
    finally:
        for instance in instances:
            instance.process.kill()


def test_every_word_is_counted(cluster, instances):
    writer = Writer(cluster.bootstrap)
    first, second = instances(), instances()
    writer.write(200)
    first.wait_running()
    second.wait_running()

    def wait_counted():
        def counted():
            now = counts(cluster)
            return all(now.get(word, 0) >= count for word, count in writer.written.items())

        wait_until(counted, "every word counted", 120, 0.1)

    wait_counted()
    victim = cluster.leader("lines", 0)
    cluster.brokers[victim].kill()
    writer.write(200)
    cluster.wait_leads_nothing("lines", victim)
    wait_counted()
    cluster.restart(victim)
    cluster.wait_full_isr("lines")

    first.process.kill()  # its partitions and its counts go to the second, out of the changelog
    writer.write(200)
    wait_counted()
    third = instances()
    third.wait_running()
    writer.write(200)
    wait_counted()
    assert set(counts(cluster)) == set(WORDS)
