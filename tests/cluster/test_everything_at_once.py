"""Nothing acknowledged is lost while everything goes on at once: compressed batches, fetch sessions, some hundred
partitions, topics made, changed and deleted, and brokers of every role killed, stopped and held."""
import itertools
import os
import random
import threading
import time

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, ResourceType,
)
from harness.cluster import Cluster
from harness.history import Producers, judge, read_topic
from harness.logdir import LogDirectory
from harness.session_reader import SessionReader
from harness.wait import wait_until

LONG = "BARNABAS_LONG" in os.environ
TOPIC = "ledger"
PARTITIONS = 300 if LONG else 40
FAULTS = 54 if LONG else 3
CODECS = ("gzip", "snappy", "lz4", "zstd")
PROPERTIES = {
    "min.insync.replicas": 2,
    "replica.lag.time.max.ms": 2000,
    "zookeeper.session.timeout.ms": 6000,
    "leader.imbalance.check.interval.seconds": 5,
    "log.index.size.max.bytes": 65536,
    "log.segment.delete.delay.ms": 500,
}


class TopicChurn:
    """Makes topics, changes their configs, adds partitions and deletes them, without pause. Each of it may fail
    while a broker is away; in the end every topic is what was last asked for, or gone."""

    def __init__(self, bootstrap):
        self.admin = AdminClient({"bootstrap.servers": bootstrap, "socket.timeout.ms": 10000, "log_level": 0})
        self.random = random.Random(3)
        self.living = set()
        self.deleted = set()
        self.done = dict.fromkeys(("created", "altered", "grown", "deleted"), 0)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def _run(self):
        number = 0
        while not self.ending.is_set():
            number += 1
            self._live(f"churn-{number}")
            while len(self.living) > 5:
                self._delete(self.random.choice(sorted(self.living)))

    def _live(self, topic):
        if not self._done("created", self._create(topic)):
            return
        self.living.add(topic)
        resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[ConfigEntry(
            "retention.ms", str(self.random.randrange(10**6, 10**9)), incremental_operation=AlterConfigOpType.SET)])
        self._done("altered", self.admin.incremental_alter_configs([resource]))
        self._done("grown", self.admin.create_partitions([NewPartitions(topic, 4)]))

    def _create(self, topic):
        return self.admin.create_topics([NewTopic(topic, 2, 3)], operation_timeout=10)

    def _delete(self, topic):
        self.living.discard(topic)
        while not self.ending.is_set():
            if self._done("deleted", self.admin.delete_topics([topic], operation_timeout=10)):
                return self.deleted.add(topic)

    def _done(self, what, futures):
        """True: it is done, now or by a try that was answered late."""
        known = {
            "created": KafkaError.TOPIC_ALREADY_EXISTS, "deleted": KafkaError.UNKNOWN_TOPIC_OR_PART,
        }.get(what)
        for future in futures.values():
            try:
                future.result(60)
            except KafkaException as error:
                if error.args[0].code() != known:
                    return False
        self.done[what] += 1
        return True


def inflict(cluster, fault, victim, long):
    broker = cluster.brokers[victim]
    {"kill": broker.kill, "stop": broker.stop, "pause": broker.pause}[fault]()
    cluster.wait_unregistered(victim)
    cluster.wait_leads_nothing(TOPIC, victim)
    if fault == "pause":
        broker.resume()
        cluster.wait_registered(victim)
    else:
        cluster.restart(victim)
    cluster.wait_full_isr(TOPIC, 180 if long else 60)


def victim_of(cluster, role, choice):
    if role == "controller":
        return cluster.wait_controller()
    leader = cluster.leader(TOPIC, choice.randrange(PARTITIONS))
    if role == "leader" and leader in cluster.brokers:
        return leader
    return choice.choice([i for i in cluster.brokers if i != leader])


@pytest.mark.long
def test_nothing_is_lost_while_everything_goes_on_at_once():
    choice = random.Random(5)
    kinds = list(itertools.product(("kill", "stop", "pause"), ("leader", "follower", "controller")))
    faults = (kinds * (FAULTS // len(kinds)) if LONG else [("kill", "controller"), ("pause", "leader"), ("stop", "leader")])
    choice.shuffle(faults)
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, PARTITIONS)
        with (
            Producers(4, cluster.bootstrap, TOPIC, PARTITIONS, per_second=1200, codecs=CODECS) as producers,
            TopicChurn(cluster.bootstrap) as churn,
            SessionReader(cluster, TOPIC, PARTITIONS) as reader,
        ):
            producers.wait_for_progress()
            # At once: a broker that was a victim leads nothing for a while.
            wait_until(lambda: reader.goes_on_at(cluster.brokers), "fetch sessions go on at every broker", 120)
            for number, (fault, role) in enumerate(faults):
                victim = victim_of(cluster, role, choice)
                began = time.monotonic()
                inflict(cluster, fault, victim, LONG)
                producers.wait_for_progress(120)
                print(f"{number}: {fault} {role} {victim}: {time.monotonic() - began:.1f} s, "
                      f"{producers.acknowledged()} acknowledged, {churn.done}", flush=True)
            producers.end()
            assert not producers.failures()
            cluster.wait_full_isr(TOPIC)
            log = read_topic(cluster.bootstrap, TOPIC, PARTITIONS)
            judge(producers, log, cluster)
            reader.judge(log)
        assert all(churn.done.values()), churn.done
        for partition, (high_watermark, _) in log.items():
            compare_replicas(cluster, partition, high_watermark)
        wait_until(lambda: churn_is_over(cluster, churn), "deleted topics are gone, the others whole", 60)


def compare_replicas(cluster, partition, high_watermark):
    logs = [LogDirectory(os.path.join(b.data_dir, f"{TOPIC}-{partition}")) for b in cluster.brokers.values()]
    copies = [log.bytes_below(high_watermark) for log in logs]
    assert copies[0] == copies[1] == copies[2], f"partition {partition} differs below {high_watermark}"


def churn_is_over(cluster, churn):
    topics = set(cluster.znodes.children("/brokers/topics"))
    on_disk = {name for b in cluster.brokers.values() for name in os.listdir(b.data_dir)}
    return (
        churn.living <= topics and not churn.deleted & topics
        and not any(name.rpartition("-")[0] in churn.deleted or name.endswith("-delete") for name in on_disk)
        and all(set(s["isr"]) == {1, 2, 3} for t in churn.living for s in cluster.states(t).values())
    )
