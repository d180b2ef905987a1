"""Nothing acknowledged is lost, through faults of every kind on brokers of every role."""
import itertools
import os
import random
import struct

import pytest
from harness.cluster import Cluster
from harness.history import Producers, autopsy, judge, read_topic
from harness.logdir import LogDirectory
from harness.wait import wait_until

TOPIC, PARTITIONS, RECORDS = "ledger", 12, 100_000
LONG = "BARNABAS_LONG" in os.environ
ROUNDS = 9 if LONG else 3  # of nine faults each
PROPERTIES = {
    "min.insync.replicas": 2,
    "replica.lag.time.max.ms": 1500,
    "zookeeper.session.timeout.ms": 6000,
    "leader.imbalance.check.interval.seconds": 5,
}


def target(cluster, role, choice):
    if role == "controller":
        return cluster.wait_controller()
    partition = choice.randrange(PARTITIONS)
    leader = wait_until(
        lambda: cluster.leader(TOPIC, partition) in cluster.brokers and cluster.leader(TOPIC, partition),
        "a leader",
    )
    if role == "leader":
        return leader
    return choice.choice([i for i in cluster.isr(TOPIC, partition) if i != leader])


def inflict(cluster, fault, victim):
    """The fault, seen to have taken effect, and its end, seen too."""
    broker = cluster.brokers[victim]
    was_controller = cluster.controller_id() == victim
    if fault == "pause":
        broker.pause()
    elif fault == "kill":
        broker.kill()
    else:
        broker.stop()
    cluster.wait_unregistered(victim)
    cluster.wait_leads_nothing(TOPIC, victim)
    cluster.wait_out_of_isr(TOPIC, victim)
    if was_controller:
        cluster.wait_controller(other_than=victim)
    if fault == "pause":
        broker.resume()
        cluster.wait_registered(victim)
    else:
        cluster.restart(victim)
    cluster.wait_full_isr(TOPIC)


class Writer:
    """What the judge asks of a producer."""

    def __init__(self, *acknowledged):
        self.name, self.topic, self.acknowledged = "p0", TOPIC, acknowledged
        self.all = [self]


class Disk:
    """A cluster of one log directory, which holds one batch of one record for each producer epoch given."""

    def __init__(self, folder, *producer_epochs):
        self.folder = str(folder)
        self.brokers = {1: self}
        path = folder / "data" / f"{TOPIC}-0"
        path.mkdir(parents=True)
        with open(path / f"{0:020}.log", "wb") as file:
            for offset, epoch in enumerate(producer_epochs):
                file.write(struct.pack(">qiibIhiqqqhii", offset, 49, 0, 2, 0, 0, 0, 0, 0, 7, epoch, 0, 1))

    def leader(self, *_):
        return 1


def test_the_judge_objects(tmp_path):
    sound = {0: (2, [(0, "p0:4"), (1, "p0:5")])}
    judge(Writer((0, 0, 4), (0, -1, 5)), sound, Disk(tmp_path / "sound", 0, 0))
    with pytest.raises(AssertionError, match="p0:6 was acknowledged at 0/2 and is lost"):
        judge(Writer((0, 2, 6)), sound, Disk(tmp_path / "lost"))
    with pytest.raises(AssertionError, match="p0:5 acknowledged at 0/0, is at"):
        judge(Writer((0, 0, 5)), sound, Disk(tmp_path / "elsewhere"))
    with pytest.raises(AssertionError, match="p0:4 at 0/1 comes after p0:5"):
        judge(Writer(), {0: (2, [(0, "p0:5"), (1, "p0:4")])}, Disk(tmp_path / "order"))
    doubled = {0: (3, [(0, "p0:4"), (1, "p0:4"), (2, "p0:5")])}
    with pytest.raises(AssertionError, match="p0:4 is doubled"):
        judge(Writer((0, 0, 4)), doubled, Disk(tmp_path / "doubled", 3, 3, 3))
    with pytest.raises(AssertionError, match="p0:4 is doubled"):
        judge(Writer((0, 0, 4)), doubled, Disk(tmp_path / "older", 3, 2, 2))
    judge(Writer((0, 1, 4), (0, 2, 5)), doubled, Disk(tmp_path / "newer", 3, 4, 4))


@pytest.mark.long
def test_nothing_acknowledged_is_lost():
    choice = random.Random(7)
    faults = list(itertools.product(("kill", "stop", "pause"), ("leader", "follower", "controller"))) * ROUNDS
    choice.shuffle(faults)
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, PARTITIONS)
        with (
            Producers(4, cluster.bootstrap, TOPIC, PARTITIONS, per_second=2000) as producers,
            autopsy(producers, cluster),
        ):
            producers.wait_for_progress()
            for fault, role in faults:
                victim = target(cluster, role, choice)
                print(f"{fault} {role} {victim}, {producers.acknowledged()} acknowledged", flush=True)
                inflict(cluster, fault, victim)
                producers.wait_for_progress()
            wait_until(lambda: producers.acknowledged() > RECORDS, f"{RECORDS} records", 300, 0.1)
            producers.end()
            assert not producers.failures()
            cluster.wait_full_isr(TOPIC)
            log = read_topic(cluster.bootstrap, TOPIC, PARTITIONS)
            judge(producers, log, cluster)
            for partition, (high_watermark, _) in log.items():
                compare_replicas(cluster, partition, high_watermark)


def compare_replicas(cluster, partition, high_watermark):
    logs = [LogDirectory(os.path.join(b.data_dir, f"{TOPIC}-{partition}")) for b in cluster.brokers.values()]
    copies = [log.bytes_below(high_watermark) for log in logs]
    assert copies[0] == copies[1] == copies[2], f"partition {partition} differs below {high_watermark}"
    for batch in logs[0].batches():
        batch.check_crc()
    assert logs[0].end_offset() >= high_watermark > 0
