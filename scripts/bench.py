#!/usr/bin/env python3
"""Measures, on this machine, with real processes.

failover  the longest gap in acknowledged produces when a leader is killed with SIGKILL, under the
          default session timeout and librdkafka's defaults: median and worst
produce   1 KB records, batches of 16 KB and more, one broker with acks=1 and three replicas with
          acks=all: throughput, broker CPU, memory, start-up; Apache Kafka in the same run
groups    10,000 groups, 5,000 members, 100,000 committed offsets: until a killed coordinator's groups
          are served elsewhere, memory, commits and heartbeats per second and their CPU; beside Apache
"""
import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "cluster"))

import bench_groups  # noqa: E402
from harness import places, wire  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.wait import Stopwatch, wait_until  # noqa: E402

TOPIC = "bench"
SPREAD = "1:2:3,2:3:1,3:1:2"  # each broker leads one partition


def load(*arguments):
    return [places.program("barnabas_load"), *map(str, arguments)]


class SteadyLoad:
    """A producer with librdkafka's defaults; keeps the moment of each acknowledgement."""

    def __init__(self, cluster, partitions, per_second):
        self.moments = {p: [] for p in range(partitions)}
        self.process = subprocess.Popen(
            load("steady", cluster.bootstrap, TOPIC, partitions, per_second, "log_level=0"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            partition, moment = line.split()
            self.moments[int(partition)].append(float(moment) / 1000)

    def wait_for_acknowledgement(self, partition, after):
        wait_until(lambda: self.moments[partition] and self.moments[partition][-1] > after,
                   f"partition {partition} acknowledges", 120, 0.002)

    def longest_gap(self, partition, since, until):
        """The gap that `since` falls into counts whole; one that was over by then does not."""
        moments = [m for m in self.moments[partition] if m <= until]
        return max((b - a for a, b in zip(moments, moments[1:]) if b > since), default=0)

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=180)
        self.reader.join()


def settle(cluster):
    """Every replica in its ISR, every broker leading its own partition."""
    cluster.wait_full_isr(TOPIC)

    def settled():
        if all(s["leader"] == p + 1 for p, s in cluster.states(TOPIC).items()):
            return True
        cluster.tools.run("kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions")
        return False

    wait_until(settled, "each broker leads its partition", 60, 0.05)


def gaps_of(cluster, steady, rounds, of_controller):
    gaps = []
    for _ in range(rounds):
        settle(cluster)
        controller = cluster.wait_controller()
        victim = controller if of_controller else controller % 3 + 1
        partition = victim - 1
        began = time.monotonic()
        # The producer is at home with every broker again: what an earlier kill did to its connections
        # is no part of this one.
        for any_partition in steady.moments:
            steady.wait_for_acknowledgement(any_partition, began + 0.3)
        killed = time.monotonic()
        cluster.brokers[victim].kill()
        cluster.wait_leads_nothing(TOPIC, victim)
        steady.wait_for_acknowledgement(partition, time.monotonic())
        steady.wait_for_acknowledgement(partition, time.monotonic() + 1)
        gaps.append(steady.longest_gap(partition, killed, time.monotonic()) * 1000)
        print(f"  {'controller' if of_controller else 'leader'} {victim} killed: {gaps[-1]:.0f} ms", flush=True)
        cluster.restart(victim)
    return gaps


def report_gaps(kind, what, gaps):
    print(f"{kind}: {what}, {len(gaps)} kills: median {statistics.median(gaps):.0f} ms, "
          f"worst {max(gaps):.0f} ms", flush=True)


def failover(options):
    with Cluster(3, kind=options.kind, sync=True, production_jvm=True) as cluster:
        cluster.create_topic(TOPIC, assignment=SPREAD)
        steady = SteadyLoad(cluster, 3, options.per_second)
        leader = gaps_of(cluster, steady, options.rounds, of_controller=False)
        both = gaps_of(cluster, steady, (options.rounds + 1) // 2, of_controller=True)
        steady.end()
    report_gaps(options.kind, "leader killed", leader)
    report_gaps(options.kind, "leader and controller killed", both)
    worst = max(leader + both)
    if options.worst_ms and worst > options.worst_ms:
        sys.exit(f"worst {worst:.0f} ms is over the {options.worst_ms} ms that were asked for")


@contextlib.contextmanager
def full_page_cache():
    """As on a broker in use: what is written takes the place of what was read long ago. On a virtual
    machine a page that was free may have to come from the host first, which costs several times what is
    measured here, and the first to run would pay."""
    with open("/proc/meminfo", encoding="ascii") as file:
        available = next(int(line.split()[1]) for line in file if line.startswith("MemAvailable:")) * 1024
    with tempfile.TemporaryFile() as holes:
        holes.truncate(available)
        chunk = bytearray(1 << 24)
        while holes.readinto(chunk):
            pass
        yield


class Measured:
    """One run of the load on one cluster."""

    def __init__(self, cluster, replication, acks, megabytes):
        records = megabytes * 1_000_000 // 1024
        cluster.create_topic(TOPIC, partitions=6, replication=replication)
        self.idle_rss = sum(b.process.rss_bytes() for b in cluster.brokers.values())
        command = lambda n: load(  # noqa: E731
            "throughput", cluster.bootstrap, TOPIC, 6, n, 1024, f"acks={acks}", "linger.ms=5",
            "batch.size=131072", "queue.buffering.max.kbytes=262144", "queue.buffering.max.messages=250000",
        )
        subprocess.run(command(records // 5), check=True, stdout=subprocess.DEVNULL)  # warm
        before = sum(b.process.cpu_seconds() for b in cluster.brokers.values())
        result = subprocess.run(command(records), check=True, capture_output=True, text=True)
        cpu = sum(b.process.cpu_seconds() for b in cluster.brokers.values()) - before
        gigabytes = records * 1024 / 1e9
        self.mb_per_s = gigabytes * 1000 / float(result.stdout.split()[0])
        self.cpu_per_gb = cpu / gigabytes
        self.rss = max(b.process.rss_bytes() for b in cluster.brokers.values())


def exec_to_first_acknowledged(cluster):
    """Milliseconds from exec of a broker with a topic to the first record it acknowledges."""
    broker = cluster.brokers[1]
    broker.stop()
    cluster.wait_unregistered(1)
    batch = wire.record_batch([b"first"], 1)
    watch = Stopwatch()
    broker.start()

    def acknowledged():
        with wire.Connection(broker.port) as connection:
            while True:
                connection.send_produce(TOPIC, 0, batch, acks=1)
                if connection.receive_produce()[0] == wire.NONE:
                    return True

    wait_until(acknowledged, "the first record is acknowledged", 60, 0.001)
    return watch.ms()


def measure(kind, megabytes):
    with full_page_cache(), Cluster(1, kind=kind, sync=True, production_jvm=True) as cluster:
        alone = Measured(cluster, 1, "1", megabytes)
        start_ms = exec_to_first_acknowledged(cluster)
    with full_page_cache(), Cluster(3, kind=kind, sync=True, production_jvm=True) as cluster:
        replicated = Measured(cluster, 3, "all", megabytes // 2)
    return {
        "RF 1, acks=1: MB/s": alone.mb_per_s,
        "RF 1, acks=1: broker CPU-seconds per GB": alone.cpu_per_gb,
        "RF 1, acks=1: RSS after the load, MB": alone.rss / 1e6,
        "RF 3, acks=all: MB/s": replicated.mb_per_s,
        "RF 3, acks=all: CPU-seconds per GB, three brokers": replicated.cpu_per_gb,
        "RF 3, acks=all: RSS after the load, largest, MB": replicated.rss / 1e6,
        "RSS idle, MB": alone.idle_rss / 1e6,
        "RSS idle, three brokers together, MB": replicated.idle_rss / 1e6,
        "exec to first acknowledged record, ms": start_ms,
    }


def compare(measured, alone):
    """measured(kind) gives {what: number}; Apache Kafka's beside ours, unless ours is enough."""
    ours = measured("barnabas")
    if alone:
        for what, value in ours.items():
            print(f"{what:<52}{value:>10.2f}")
        return
    theirs = measured("apache")
    print(f"{'':<52}{'Barnabas':>10}{'Kafka 3.9':>11}{'ratio':>8}")
    for what, value in ours.items():
        print(f"{what:<52}{value:>10.2f}{theirs[what]:>11.2f}{value / theirs[what]:>8.2f}")


def produce(options):
    compare(lambda kind: measure(kind, options.megabytes), options.alone)


def groups(options):
    compare(lambda kind: bench_groups.measure(kind, options), options.alone)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    benches = parser.add_subparsers(dest="bench", required=True)
    one = benches.add_parser("failover")
    one.add_argument("--rounds", type=int, default=20, help="kills of a leader; half as many of a controller")
    one.add_argument("--per-second", type=int, default=600, help="records per second")
    one.add_argument("--kind", choices=("barnabas", "apache"), default="barnabas")
    one.add_argument("--worst-ms", type=int, help="fail when a gap is longer")
    two = benches.add_parser("produce")
    two.add_argument("--megabytes", type=int, default=3000)
    two.add_argument("--alone", action="store_true", help="without Apache Kafka beside it")
    three = benches.add_parser("groups")
    three.add_argument("--groups", type=int, default=10_000, help="each commits ten offsets")
    three.add_argument("--members", type=int, default=5_000, help="so many of the groups have a member")
    three.add_argument("--connections", type=int, default=64, help="of the load, to each broker")
    three.add_argument("--rounds", type=int, default=5, help="of each measurement; medians are reported")
    three.add_argument("--commits", type=int, default=20_000, help="requests in a round")
    three.add_argument("--heartbeats", type=int, default=100_000, help="requests in a round")
    three.add_argument("--alone", action="store_true", help="without Apache Kafka beside it")
    options = parser.parse_args()
    globals()[options.bench](options)


if __name__ == "__main__":
    main()
