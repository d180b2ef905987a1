"""What changes in ZooKeeper, and when: registrations, controller and the state of every partition of a
topic, asked about once a millisecond by a thread of its own."""
import threading
import time

from .wait import wait_until
from .zookeeper import ZooKeeperReader


class Change:
    def __init__(self, at, kind, key, old, new):
        self.at, self.kind, self.key, self.old, self.new = at, kind, key, old, new

    def __str__(self):
        def ids(values):
            return ",".join(map(str, values))

        if self.kind == "brokers":
            gone, came = sorted(set(self.old) - set(self.new)), sorted(set(self.new) - set(self.old))
            words = [f"broker {ids(gone)} is gone from ZooKeeper"] if gone else []
            words += [f"broker {ids(came)} is registered"] if came else []
            return "; ".join(words) or f"registrations {ids(self.new)}"
        if self.kind == "controller":
            return f"controller {self.old} -> {self.new}"
        old, new = self.old, self.new
        words = []
        if old["leader"] != new["leader"]:
            words.append(f"leader {old['leader']} -> {new['leader']}")
        if old["isr"] != new["isr"]:
            words.append(f"ISR {ids(old['isr'])} -> {ids(new['isr'])}")
        return f"partition {self.key}: " + (", ".join(words) or f"leader epoch {new['leader_epoch']}")


class Timeline:
    def __init__(self, cluster, topic):
        self.topic = topic
        self.partitions = list(cluster.assignment(topic))
        self.znodes = ZooKeeperReader(cluster.zookeeper.port)
        self.changes = []
        self.last = {}
        self.zero = time.monotonic()
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._look()
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()
        self.znodes.close()

    def _watch(self):
        while not self.ending.wait(0.001):
            try:
                self._look()
            except (LookupError, OSError):
                pass  # a node between two lives; looked at again at once

    def _note(self, kind, key, value):
        old = self.last.get((kind, key))
        if old != value:
            self.last[(kind, key)] = value
            if old is not None:
                self.changes.append(Change(time.monotonic(), kind, key, old, value))

    def _look(self):
        self._note("brokers", None, [int(name) for name in self.znodes.children("/brokers/ids")])
        for partition in self.partitions:
            path = f"/brokers/topics/{self.topic}/partitions/{partition}/state"
            self._note("partition", partition, self.znodes.get_json(path))
        if self.znodes.exists("/controller") is None:
            self._note("controller", None, "nobody")
        else:
            self._note("controller", None, self.znodes.get_json("/controller")["brokerid"])

    def mark(self):
        """The moment from which the next changes are counted."""
        self.changes = []
        self.zero = time.monotonic()

    def take_lines(self):
        """The changes that were not told yet, one a line."""
        changes, self.changes = self.changes, []
        return [f"{(c.at - self.zero) * 1000:7.0f} ms  {c}" for c in changes]

    def wait(self, condition, what, timeout=60):
        """Waits until condition(partition states by number, registered ids); returns ms since mark."""
        def holds():
            states = {p: self.last[("partition", p)] for p in self.partitions}
            return condition(states, set(self.last[("brokers", None)]))

        wait_until(holds, what, timeout, 0.001)
        return (time.monotonic() - self.zero) * 1000
