"""Members join, leave, crash and are held while brokers are killed, the coordinator's too: nothing that
was acknowledged goes undelivered, nobody shares a partition, no committed offset goes back."""
import os
import random
import threading
import time

import pytest
from harness.cluster import Cluster
from harness.groups import PROPERTIES, GroupView, coordinator, describe
from harness.history import Producers
from harness.members import Members, gone_back, two_owners
from harness.wait import Stopwatch, wait_until

TOPIC, PARTITIONS, GROUP, MEMBERS = "fire", 48, "under-fire", 8
LONG = "BARNABAS_LONG" in os.environ
ROUNDS = 9 if LONG else 3
STRATEGIES = ["range", "cooperative-sticky"]
# The faults of a step come at once; a round has eight and leaves as many members as it found.
ROUND = [
    ("coordinator",), ("join", "coordinator"), ("crash", "leader"), ("leave", "pause"), ("join",),
]


class Watcher:
    """Somebody outside the group who keeps asking for its committed offsets."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.fetches = []  # (began, partition, offset)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()

    def _watch(self):
        with GroupView(self.bootstrap, GROUP) as view:
            while not self.ending.wait(0.05):
                began = time.monotonic_ns()
                for partition, offset in view.try_committed(TOPIC, range(PARTITIONS)).items():
                    self.fetches.append((began, partition, offset))


class Fire:
    def __init__(self, cluster, members, choice):
        self.cluster, self.members, self.choice = cluster, members, choice
        self.faults = 0
        self.crash_times = []  # (ms until a coordinator tells of a stable group, until all have committed)

    def step(self, faults):
        self.faults += len(faults)
        began, stopwatch = time.monotonic_ns(), Stopwatch()
        ends = [getattr(self, fault)() for fault in faults]
        if faults == ("coordinator",):
            self.time_a_crash(began, stopwatch)
        for end in ends:
            end()
        self.members.wait_working()

    def time_a_crash(self, began, stopwatch):
        port = self.live_broker().port
        wait_until(lambda: describe(coordinator(port, GROUP)[1], GROUP)[0] == "Stable", "a coordinator", 60)
        told = stopwatch.ms()
        generation = self.members.live[0].generation()
        self.members.wait_working(began)
        same = "the same" if self.members.live[0].generation() == generation else "another"
        self.crash_times.append((told, stopwatch.ms()))
        print(f"coordinator crash: told Stable after {told:.0f} ms, every member has committed after "
              f"{stopwatch.ms():.0f} ms, in {same} generation", flush=True)

    def live_broker(self):
        return next(b for b in self.cluster.brokers.values() if b.is_alive())

    # The faults. Each has begun when its method returns; what that returns sees its effect and ends it.

    def join(self):
        newcomer = self.members.join()
        return lambda: wait_until(lambda: self.members.is_stable() and newcomer.owned(), "a newcomer", 90)

    def leave(self):
        leaver = self.members.take(self.choice)
        leaver.process.signal(15)

        def seen():
            assert leaver.process.wait_for_end() == 0
            leaver.listen()
            assert leaver.ended

        return seen

    def crash(self):
        self.members.take(self.choice).process.kill()
        return self.members.wait_stable

    def pause(self):
        held = self.members.take(self.choice)
        held.process.pause()

        def seen():
            self.members.wait_stable()
            taken_over = self.members.live[0].generation()
            held.process.resume()
            self.members.live.append(held)
            self.members.wait_stable()
            assert held.generation() > taken_over

        return seen

    def coordinator(self):
        return self.kill(coordinator(self.live_broker().port, GROUP)[0])

    def leader(self):
        return self.kill(self.cluster.leader(TOPIC, self.choice.randrange(PARTITIONS)))

    def kill(self, victim):
        self.cluster.brokers[victim].kill()

        def seen():
            for topic in (TOPIC, "__consumer_offsets"):
                self.cluster.wait_leads_nothing(topic, victim)
            self.cluster.restart(victim)
            for topic in (TOPIC, "__consumer_offsets"):
                self.cluster.wait_full_isr(topic)

        return seen


class Said:
    def __init__(self, *ownerships):
        self.ownerships = ownerships


class Group:
    def __init__(self, *all_):
        self.all = all_


def test_the_judges_object():
    alice = Said((1, 5, "alice", {0, 1}), (3, 6, "alice", {0}))
    bob = Said((2, 6, "bob", {1, 2}))
    assert two_owners(Group(alice, bob)) == ([], 2)
    bob.ownerships += ((4, 6, "bob", {0, 1, 2}),)
    assert two_owners(Group(alice, bob))[0] == ["generation 6: 0 of alice and bob"]

    commits = [(10, 0, 100), (20, 0, 120)]
    assert gone_back(commits, [(5, 0, -1), (15, 0, 100), (15, 0, 120), (25, 0, 120), (25, 1, -1)]) == []
    assert len(gone_back(commits, [(25, 0, 100)])) == 1
    assert len(gone_back(commits, [(15, 0, -1)])) == 1


@pytest.mark.long
@pytest.mark.parametrize("strategy", STRATEGIES if LONG else STRATEGIES[:1])
def test_rebalance_under_fire(strategy, record_property):
    choice = random.Random(11)
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, PARTITIONS)
        with (
            Members(MEMBERS, cluster, TOPIC, PARTITIONS, GROUP, strategy) as members,
            Producers(2, cluster.bootstrap, TOPIC, PARTITIONS, per_second=400) as producers,
            Watcher(cluster.bootstrap) as watcher,
        ):
            members.wait_working()
            fire = Fire(cluster, members, choice)
            for _ in range(ROUNDS):
                for faults in choice.sample(ROUND, len(ROUND)):
                    began = Stopwatch()
                    fire.step(faults)
                    print(f"{' and '.join(faults)}: {began.ms():.0f} ms", flush=True)
            producers.end()
            assert not producers.failures()
            acknowledged = {f"{p.name}:{number}" for p in producers.all for _, _, number in p.acknowledged}
            members.wait_delivered(acknowledged)
            members.wait_stable()

        wrong, generations = two_owners(members)
        assert not wrong, "\n".join(wrong[:20])
        commits = [commit for member in members.all for commit in member.commits]
        fetches = watcher.fetches + [fetch for member in members.all for fetch in member.fetches]
        wrong = gone_back(commits, fetches)
        assert not wrong, "\n".join(wrong[:20])
        told, committed = (max(times) for times in zip(*fire.crash_times))
        record_property("ms until a new coordinator tells of a stable group, at most", round(told))
        record_property("ms until every member has committed again, at most", round(committed))
        print(f"{fire.faults} faults, {generations} generations, {len(acknowledged)} records, "
              f"{len(commits)} commits, {len(fetches)} looks at them", flush=True)
        assert fire.faults >= 20 and generations > 4 * ROUNDS, "a join, a leave, a crash, a pause are seen"
