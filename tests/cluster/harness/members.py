"""The members of a group as processes, what they said, and the judge of it."""
import os
import sys
import time

from . import places
from .growing_file import GrowingFile
from .process import Process
from .wait import wait_until

PROGRAM = os.path.join(places.ROOT, "tests", "cluster", "harness", "member.py")


def _pairs(text):
    return [tuple(map(int, pair.split(":"))) for pair in text.split(",")]


class Member:
    """One process and what its file holds so far."""

    def __init__(self, number, cluster, topic, group, strategy):
        self.name = f"member-{number}"
        self.path = os.path.join(cluster.folder, self.name)
        self.file = GrowingFile(self.path)
        self.ownerships = []  # (time, generation, member id, partitions)
        self.fetches = []  # (began, partition, offset)
        self.commits = []  # (time, partition, offset)
        self.reads = []  # (partition, offset, value)
        self.refusals = []
        self.ended = False
        self.process = Process.spawn(
            [sys.executable, PROGRAM, cluster.bootstrap, topic, group, strategy, self.path],
            self.path + ".err",
        )

    def listen(self):
        """Takes in what was said since the last time."""
        for line in self.file.new_lines():
            at, event, *words = line.split(" ")
            if event == "read":
                self.reads.append((int(words[0]), int(words[1]), words[2]))
            elif event == "committed":
                self.commits += [(int(at), *pair) for pair in _pairs(words[0])]
            elif event == "fetched":
                self.fetches += [(int(words[0]), *pair) for pair in _pairs(words[1])]
            elif event == "owns":
                owned = {int(p) for p in words[2].split(",") if p}
                self.ownerships.append((int(at), int(words[0]), words[1], owned))
            elif event == "refused":
                self.refusals.append(words[0])
            elif event == "ended":
                self.ended = True

    def check_alive(self):
        if not self.process.is_alive():
            with open(self.path + ".err", encoding="utf-8", errors="replace") as file:
                raise AssertionError(f"{self.name} ended by itself\n{file.read()[-4000:]}")

    def owned(self):
        return self.ownerships[-1][3] if self.ownerships else set()

    def generation(self):
        return self.ownerships[-1][1] if self.ownerships else -1

    def has_committed_since(self, moment):
        return bool(self.commits) and self.commits[-1][0] > moment


class Members:
    def __init__(self, count, cluster, topic, partitions, group, strategy):
        self.make = lambda number: Member(number, cluster, topic, group, strategy)
        self.partitions = partitions
        self.all = []
        self.live = []
        for _ in range(count):
            self.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for member in self.all:
            member.process.kill()

    def join(self):
        member = self.make(len(self.all))
        self.all.append(member)
        self.live.append(member)
        return member

    def take(self, choice):
        """One of them that counts as alive no longer."""
        return self.live.pop(choice.randrange(len(self.live)))

    def listen(self):
        for member in self.all:
            member.listen()

    def is_stable(self):
        """Every partition has one owner, every live member is one, and all name the same generation."""
        self.listen()
        for member in self.live:
            member.check_alive()
        owned = [member.owned() for member in self.live]
        return (
            all(owned) and sorted(p for part in owned for p in part) == list(range(self.partitions))
            and len({member.generation() for member in self.live}) == 1
        )

    def wait_stable(self, timeout=90):
        wait_until(self.is_stable, f"{len(self.live)} members share {self.partitions} partitions", timeout)

    def wait_working(self, since=None, timeout=90):
        """Until the group is stable and each member's offsets were committed after that moment."""
        since = time.monotonic_ns() if since is None else since
        wait_until(
            lambda: self.is_stable() and all(m.has_committed_since(since) for m in self.live),
            "every member commits", timeout,
        )

    def wait_delivered(self, values, timeout=90):
        wanted = set(values)

        def delivered():
            self.listen()
            return wanted <= {value for member in self.all for _, _, value in member.reads}

        wait_until(delivered, f"{len(wanted)} records delivered", timeout, 0.2)


def two_owners(members):
    """The wrong: partitions that had two owners in one generation. Also how many generations were seen."""
    owners, wrong = {}, []
    for member in members.all:
        for _, generation, member_id, owned in member.ownerships:
            for partition in owned if generation >= 0 else ():
                other = owners.setdefault((generation, partition), member_id)
                if other != member_id:
                    wrong.append(f"generation {generation}: {partition} of {other} and {member_id}")
    return wrong, len({generation for generation, _ in owners})


def gone_back(commits, fetches):
    """The wrong: fetches that began after a commit was acknowledged, and found an older offset."""
    events = [(at, 0, partition, offset) for at, partition, offset in commits]
    events += [(began, 1, partition, offset) for began, partition, offset in fetches]
    newest, wrong = {}, []
    for at, is_fetch, partition, offset in sorted(events):
        known = newest.get(partition, -1)
        if is_fetch and offset < known:
            wrong.append(f"partition {partition}: {known} was acknowledged, {offset} found at {at}")
        if not is_fetch:
            newest[partition] = max(known, offset)
    return wrong
