"""A disk that takes no more: its directory goes offline, the others go on; the last one takes the broker with it;
with room again a restart goes on, and nothing acknowledged is lost.

The disk is full by RLIMIT_FSIZE, which any user may set on a running process: a file grows up to it and no
further. Where root may mount, a file system of its own is really full: then no new file has room either."""
import os
import resource
import subprocess

import pytest
from harness import disks
from harness.cluster import Cluster
from harness.disks import directory_of
from harness.history import Producers, judge, read_topic
from harness.logdir import LogDirectory
from harness.wait import wait_until

TOPIC, PARTITIONS = "ledger", 8
LIMIT = 1024 * 1024
PROPERTIES = {
    **disks.PROPERTIES,
    "log.index.size.max.bytes": 65536,
    "log.segment.bytes": 64 * 1024 * 1024,
}


def fill_disk(broker, limit=LIMIT):
    """No file grows beyond `limit`, as if the disk were full."""
    resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


class SmallDisk:
    """A file system of `room` KiB in `folder`."""

    def __init__(self, folder, room):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        made = self.mount("tmpfs", "-t", "tmpfs", "-o", f"size={room}k")
        if made.returncode != 0:
            pytest.skip(f"NOT RUN: no file system may be mounted here: {made.stderr.strip()}")

    def mount(self, what, *options):
        return subprocess.run(
            ["mount", *options, what, self.folder], capture_output=True, text=True, check=False
        )

    def resize(self, room):
        assert self.mount("tmpfs", "-o", f"remount,size={room}k").returncode == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.folder], check=True)


def failed_disks(broker):
    text = broker.log_text()
    return [d for d in ("disk-a", "disk-b") if f"serving logs in dir {d}" in text or f"in dir {broker.folder}/{d}" in text]


def fill_until(cluster, producer_topic, condition):
    """Appends to one partition without pause until `condition`."""
    with Producers(1, cluster.bootstrap, producer_topic, 1, per_second=20000) as flood:
        wait_until(condition, "the disk fails", 120, 0.05)
        flood.wait_for_progress()
        flood.end()
        return flood


def test_one_full_disk_takes_its_replicas_offline_and_no_other():
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, PARTITIONS)
        cluster.create_topic("flood", assignment="1:2:3")
        victim = cluster.brokers[1]
        with Producers(3, cluster.bootstrap, TOPIC, PARTITIONS, per_second=300) as producers:
            producers.wait_for_progress()
            fill_disk(victim)
            flood = fill_until(cluster, "flood", lambda: failed_disks(victim))
            lost = failed_disks(victim)
            assert len(lost) == 1, victim.log_tail()
            lost = os.path.join(victim.folder, lost[0])
            assert victim.is_alive()

            # Its replicas leave the ISR and lead nothing; those of the other disk do as before.
            offline = {p for p in range(PARTITIONS) if directory_of(victim, f"{TOPIC}-{p}").startswith(lost)}
            assert 0 < len(offline) < PARTITIONS

            def moved():
                states = cluster.states(TOPIC)
                return all((p in offline) == (1 not in s["isr"]) for p, s in states.items()) and all(
                    states[p]["leader"] not in (1, -1) for p in offline
                )

            wait_until(moved, "exactly the replicas of the failed disk are out", 30)
            wait_until(lambda: not cluster.znodes.children("/log_dir_event_notification"), "the event is taken")
            producers.wait_for_progress()

            # There is room again: a restart goes on where the disk stopped.
            fill_disk(victim, resource.RLIM_INFINITY)
            victim.stop()
            cluster.restart(1)
            cluster.wait_full_isr(TOPIC)
            cluster.wait_full_isr("flood")
            producers.wait_for_progress()
            producers.end()
            assert not producers.failures()
        judge(producers, read_topic(cluster.bootstrap, TOPIC, PARTITIONS), cluster)
        log = read_topic(cluster.bootstrap, "flood", 1)
        judge(flood, log, cluster)
        copies = [LogDirectory(directory_of(b, "flood-0")).bytes_below(log[0][0]) for b in cluster.brokers.values()]
        assert copies[0] == copies[1] == copies[2]


def test_the_last_full_disk_takes_the_broker_with_it_and_a_restart_goes_on():
    with Cluster(3, properties={**PROPERTIES, "log.dirs": "disk-a"}) as cluster:
        cluster.create_topic(TOPIC, assignment="1:2:3")
        victim = cluster.brokers[1]
        fill_disk(victim)
        producers = fill_until(cluster, TOPIC, lambda: not victim.is_alive())
        assert victim.process.exit_code() == 1
        assert "Shutdown broker because all log dirs" in victim.log_text()
        assert not producers.failures()
        assert cluster.leader(TOPIC, 0) in (2, 3)
        cluster.restart(1)
        cluster.wait_full_isr(TOPIC)
        log = read_topic(cluster.bootstrap, TOPIC, 1)
        judge(producers, log, cluster)
        copies = [LogDirectory(directory_of(b, f"{TOPIC}-0")).bytes_below(log[0][0]) for b in cluster.brokers.values()]
        assert copies[0] == copies[1] == copies[2]


def test_no_room_for_new_files_either_and_then_there_is():
    """Appends, new segments, indexes, snapshots and checkpoints, whichever comes first."""
    properties = {**PROPERTIES, "log.dirs": "disk-a", "log.segment.bytes": 300000}
    with Cluster(3, properties=properties) as cluster:
        victim = cluster.brokers[1]
        victim.stop()
        with SmallDisk(os.path.join(victim.folder, "disk-a"), 1500) as disk:
            for room in (1500, 2600, 4100):
                disk.resize(room)
                cluster.restart(1)
                topic = f"{TOPIC}-{room}"
                cluster.create_topic(topic, assignment="1:2:3")
                producers = fill_until(cluster, topic, lambda: not victim.is_alive())
                assert victim.process.exit_code() == 1
                assert "No space left on device" in victim.log_text()
                assert not producers.failures()
                judge(producers, read_topic(cluster.bootstrap, topic, 1), cluster)
            disk.resize(100000)
            cluster.restart(1)
            for room in (1500, 2600, 4100):
                topic = f"{TOPIC}-{room}"
                cluster.wait_full_isr(topic)
                end = read_topic(cluster.bootstrap, topic, 1)[0][0]
                copies = {LogDirectory(directory_of(b, f"{topic}-0")).bytes_below(end) for b in cluster.brokers.values()}
                assert len(copies) == 1
            victim.stop()


def test_a_broker_starts_without_a_disk_that_is_broken():
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, PARTITIONS)
        with Producers(1, cluster.bootstrap, TOPIC, PARTITIONS, per_second=300) as producers:
            producers.wait_for_progress()
            producers.end()
        victim = cluster.brokers[1]
        victim.stop()
        broken = os.path.join(victim.folder, "disk-a")
        lost = {p for p in range(PARTITIONS) if directory_of(victim, f"{TOPIC}-{p}").startswith(broken)}
        os.rename(broken, broken + "-away")
        with open(broken, "w", encoding="ascii") as file:
            file.write("no directory")
        cluster.restart(1)

        def back_in_part():
            return all((p in lost) == (1 not in s["isr"]) for p, s in cluster.states(TOPIC).items())

        wait_until(back_in_part, "the replicas of the other disk are in sync", 30)
        assert not any(os.path.isdir(os.path.join(victim.folder, "disk-b", f"{TOPIC}-{p}")) for p in lost)
        victim.stop()
        os.remove(broken)
        os.rename(broken + "-away", broken)
        cluster.restart(1)
        cluster.wait_full_isr(TOPIC)
        judge(producers, read_topic(cluster.bootstrap, TOPIC, PARTITIONS), cluster)
