"""./dev bench groups: the group coordinators of three brokers, with many groups.

Groups with one member each and groups that only commit, half of each: every member costs a group, a
record of its metadata and a timer, and no join waits for another, so that the brokers are what is
measured. All commit an offset for each of ten partitions. Then, on the same brokers: a coordinator is
killed with SIGKILL, some times over; commits as fast as they are answered; heartbeats likewise.
"""
import re
import statistics
import subprocess
import time

from harness import groups as harness_groups
from harness import places
from harness.cluster import Cluster
from harness.wait import wait_until

TOPIC = "bench"
PARTITIONS = 10
OFFSETS_TOPIC = "__consumer_offsets"
PROPERTIES = {
    "offsets.topic.num.partitions": 50,
    "offsets.topic.replication.factor": 3,
    "group.initial.rebalance.delay.ms": 0,  # alone in its group, nobody is waited for
    "auto.leader.rebalance.enable": "false",  # the bench says when
}
LOADED = re.compile(r"Finished loading offsets and group metadata from \S+ in (\d+) milliseconds")


class GroupLoad:
    def __init__(self, options):
        self.process = subprocess.Popen(
            [places.program("barnabas_group_load"), TOPIC, str(PARTITIONS), str(options.groups),
             str(options.members), str(PROPERTIES["offsets.topic.num.partitions"]), str(options.connections)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def tell(self, *words):
        """What it answers to a command: numbers."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load ended at {words}: exit code {self.process.wait()}")
        return [float(word) for word in line.split()]

    def end(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Groups:
    """The brokers of one kind, their groups, and what has been measured of them."""

    def __init__(self, cluster, options):
        self.cluster = cluster
        self.options = options
        self.load = GroupLoad(options)
        self.loads_seen = {}

    def locate(self):
        alive = [str(b.port) for b in self.cluster.brokers.values() if b.is_alive()]
        return self.load.tell("locate", ",".join(alive))[0] / 1000

    def rss_mb(self):
        return max(b.process.rss_bytes() for b in self.cluster.brokers.values()) / 1e6

    def cpu_seconds(self):
        return sum(b.process.cpu_seconds() for b in self.cluster.brokers.values())

    def load_times_ms(self):
        """Of every partition of groups loaded since the last call, as the brokers say."""
        times = []
        for broker in self.cluster.brokers.values():
            found = [int(ms) for ms in LOADED.findall(broker.log_text())]
            times += found[self.loads_seen.get(broker.id, 0):]
            self.loads_seen[broker.id] = len(found)
        return times

    def create(self):
        """Returns the RSS of the largest broker before and after, and the seconds it took."""
        cluster = self.cluster
        cluster.create_topic(TOPIC, partitions=PARTITIONS)
        wait_until(lambda: self.coordinated(), "the groups are coordinated", 60, 0.05)
        cluster.wait_full_isr(OFFSETS_TOPIC)
        self.locate()
        before = self.rss_mb()
        seconds = self.load.tell("create")[0]
        self.check()
        return before, self.rss_mb(), seconds

    def coordinated(self):
        try:
            return harness_groups.coordinator(next(iter(self.cluster.brokers.values())).port, "group-0")
        except LookupError:
            return None

    def check(self):
        found = self.load.tell("check")
        wanted = [self.options.groups * PARTITIONS, self.options.members]
        if found != wanted:
            raise RuntimeError(f"offsets and members: {found} of {wanted}")

    def settle(self):
        """Every replica in its ISR, every broker leading its share."""
        cluster = self.cluster
        cluster.wait_full_isr(OFFSETS_TOPIC)
        assignment = cluster.assignment(OFFSETS_TOPIC)

        def settled():
            if all(s["leader"] == assignment[p][0] for p, s in cluster.states(OFFSETS_TOPIC).items()):
                return True
            # A leader that is just moving may be refused: asked again.
            cluster.tools.try_run("kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions")
            return False

        wait_until(settled, "each broker leads its share", 60, 0.2)
        cluster.wait_known_to_all(OFFSETS_TOPIC)
        self.locate()

    def failover(self, victim):
        """Milliseconds from the kill until the last group is served elsewhere, and of loading."""
        self.settle()
        self.load_times_ms()
        gone = self.cluster.brokers[victim].process
        others = [str(b.port) for b in self.cluster.brokers.values() if b.id != victim]
        killed = time.monotonic()
        gone.kill()
        served = self.load.tell("locate", ",".join(others))[0] / 1000
        times = self.load_times_ms()
        self.check()
        self.cluster.restart(victim)
        return (served - killed) * 1000, times

    def rate(self, command, requests):
        """Requests per second, and CPU microseconds of all brokers for each."""
        before = self.cpu_seconds()
        seconds = self.load.tell(command, requests)[0]
        return requests / seconds, (self.cpu_seconds() - before) / requests * 1e6

    def rates(self, command, requests):
        self.rate(command, requests)  # warm
        rounds = [self.rate(command, requests) for _ in range(self.options.rounds)]
        for per_second, cpu in rounds:
            print(f"  {self.cluster.kind}: {command}: {per_second:.0f} per second, {cpu:.1f} us of CPU", flush=True)
        return [statistics.median(column) for column in zip(*rounds)]


def measure(kind, options):
    with Cluster(3, kind=kind, properties=PROPERTIES, sync=True, production_jvm=True) as cluster:
        groups = Groups(cluster, options)
        before, after, create_seconds = groups.create()
        gaps, loaded, sums, longest = [], [], [], []
        for turn in range(options.rounds):
            gap, times = groups.failover(turn % 3 + 1)
            print(f"  {kind}: coordinator killed: {gap:.0f} ms, {len(times)} partitions loaded in "
                  f"{sum(times)} ms, the slowest in {max(times)} ms", flush=True)
            gaps.append(gap)
            loaded.append(len(times))
            sums.append(sum(times))
            longest.append(max(times))
        groups.settle()
        commits, commit_cpu = groups.rates("commit", options.commits)
        heartbeats, heartbeat_cpu = groups.rates("heartbeat", options.heartbeats)
        groups.check()
        end_rss = groups.rss_mb()
        groups.load.end()
    return {
        "created in, s": create_seconds,
        "RSS before, largest broker, MB": before,
        "RSS with the groups, MB": after,
        "RSS after all, MB": end_rss,
        "kill -9 to all groups served, ms": statistics.median(gaps),
        "  the same, worst, ms": max(gaps),
        "  partitions loaded for that": statistics.median(loaded),
        "  their times, sum, ms": statistics.median(sums),
        "  slowest of them, ms": statistics.median(longest),
        "commits of ten offsets per second": commits,
        "  CPU of three brokers per commit, us": commit_cpu,
        "heartbeats per second": heartbeats,
        "  CPU of three brokers per heartbeat, us": heartbeat_cpu,
    }
