"""The clients that people use, each behind the same small driver: what they have, how they are started,
and what they said. The words of the conversation are in the README."""
import os
import subprocess
import sys
import threading

from harness import java_classes, places
from harness.wait import wait_until

FOLDER = os.path.dirname(os.path.abspath(__file__))
ALL_CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
ALL_ASSIGNORS = ("range", "roundrobin", "sticky", "cooperative-sticky")

NO_OFFSET = "NoOffsetForPartitionException"


class Kind:
    def __init__(self, name, command, assignors=ALL_ASSIGNORS, reset_none_error=None):
        self.name = name
        self.command = command  # made when it is needed: compiling takes a while
        self.assignors = assignors
        self.codecs = ALL_CODECS
        self.reset_none_error = reset_none_error  # what it says when auto.offset.reset is none


def _python(name, packages=None):
    """With the packages of the virtual environment, or before them with those of a folder in .cache."""
    path = [f"PYTHONPATH={os.path.join(places.CACHE, packages)}"] if packages else []
    return lambda: ["env", *path, sys.executable, os.path.join(FOLDER, "python", name)]


KINDS = {kind.name: kind for kind in (
    Kind("java-3.9", lambda: java_classes.command("Driver"), reset_none_error=NO_OFFSET),
    Kind(
        "java-newest", lambda: java_classes.command("Driver", libs=places.KAFKA_CLIENTS_NEWEST_LIBS),
        reset_none_error=NO_OFFSET,
    ),
    # librdkafka has no sticky assignor of the eager protocol.
    Kind(
        "confluent", _python("confluent_driver.py"), ("range", "roundrobin", "cooperative-sticky"),
        reset_none_error="_AUTO_OFFSET_RESET",
    ),
    Kind("kafka-python", _python("kafka_python_driver.py"), reset_none_error="NoOffsetForPartition"),
    Kind("franz-go", lambda: [places.FRANZ_GO_DRIVER], reset_none_error="no prior committed offset"),
    # KafkaJS has its own assignor alone, and always somewhere to begin.
    Kind("kafkajs", lambda: ["node", os.path.join(FOLDER, "js", "driver.js")], ("roundrobin",)),
)}

# Older and newer than those, and one that has no seeking of a group: for what every client does.
MORE_KINDS = {kind.name: kind for kind in (
    Kind(
        "java-2.1", lambda: java_classes.command("Driver", libs=places.KAFKA_CLIENTS_OLDEST_LIBS),
        ("range", "roundrobin", "sticky"),
    ),
    Kind(
        "confluent-newest", _python("confluent_driver.py", "confluent-newest"),
        ("range", "roundrobin", "cooperative-sticky"),
    ),
    Kind(
        "kafka-python-2.0", _python("kafka_python_driver.py", "kafka-python-2.0"),
        ("range", "roundrobin", "sticky"),
    ),
    Kind("sarama", lambda: [places.SARAMA_DRIVER], ("range", "roundrobin", "sticky")),
)}


class Driver:
    """One process with any number of producers and consumers, known by name."""

    def __init__(self, kind, bootstrap, log_path):
        self.kind = kind
        self.log_path = log_path
        self.events = {}  # name -> [(event, rest of the line)]
        with open(log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*kind.command(), bootstrap], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                text=True, env={**os.environ, "NODE_PATH": places.KAFKAJS_MODULES},
            )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            name, event, *rest = line.rstrip("\n").split(" ", 2)
            self.events.setdefault(name, []).append((event, rest[0] if rest else ""))

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    # What is asked of it

    def produce(self, name, topic, codec="none"):
        self.say("produce", name, topic, codec)

    def consume(self, name, topic, group, reset="earliest", assignor=None, rack=None):
        self.say("consume", name, topic, group, reset, assignor or self.kind.assignors[0], *([rack] if rack else []))

    def seek(self, name, *where):
        before = self._count(name, "sought")
        self.say("seek", name, *where)
        self.wait(lambda: self._count(name, "sought") > before, f"{name} seeks")

    def end(self, *names):
        """They end in order: what was sent is acknowledged, what was read is committed, the group left."""
        for name in names:
            self.say("end", name)
        for name in names:
            self.wait(lambda n=name: ("ended", "") in self.events.get(n, []), f"{name} ended")

    # What it said

    def failures(self):
        return [
            f"{name}: {rest}" for name, events in list(self.events.items())
            for event, rest in list(events) if event == "failed"
        ]

    def wait(self, condition, what, timeout=90):
        def holds():
            if self.process.poll() is not None or self.failures():
                with open(self.log_path, encoding="utf-8", errors="replace") as file:
                    raise AssertionError(f"{what}: {self.failures()}\n{file.read()[-4000:]}")
            return condition()

        return wait_until(holds, f"{self.kind.name}: {what}", timeout)

    def _count(self, name, kind):
        return sum(event == kind for event, _ in list(self.events.get(name, [])))

    def _records(self, name, kind):
        return [self._record(rest) for event, rest in list(self.events.get(name, [])) if event == kind]

    @staticmethod
    def _record(text):
        partition, offset, value = text.split(" ")
        return int(partition), int(offset), value

    def acked(self, name):
        """[(partition, offset, value)] as the producer was told."""
        return self._records(name, "acked")

    def read(self, *names):
        return [record for name in names for record in self._records(name, "read")]

    def read_after_seek(self, name):
        events = list(self.events[name])
        last = max(n for n, (event, _) in enumerate(events) if event == "sought")
        return [self._record(rest) for event, rest in events[last:] if event == "read"]

    def bytes_from(self, name):
        """{broker: bytes received from it as a replica, until now}, of a consumer with a rack"""
        told = (rest.split(" ") for event, rest in list(self.events.get(name, [])) if event == "from")
        return {int(broker): int(count) for broker, count in told}

    def owns(self, name):
        said = [rest for event, rest in list(self.events.get(name, [])) if event == "owns"]
        return [int(partition) for partition in said[-1].split()] if said else []

    # Waiting

    def wait_shared(self, names, partitions):
        """Until the consumers of a group own the partitions, each one some and nobody the same."""
        def shared():
            owned = [self.owns(name) for name in names]
            return all(owned) and sorted(sum(owned, [])) == list(range(partitions))

        self.wait(shared, f"{names} share {partitions} partitions")

    def wait_acked(self, names, count):
        """Until each producer was told of `count` records more."""
        wanted = {name: len(self.acked(name)) + count for name in names}
        self.wait(lambda: all(len(self.acked(n)) >= c for n, c in wanted.items()), f"{names} go on")

    def wait_read(self, names, records):
        """Until the consumers together have read these records, each where its producer was told."""
        wanted = set(records)

        def have_read():
            found = set(self.read(*names))
            found |= {(partition, -1, value) for partition, _, value in found}  # a retry may be told no offset
            return wanted <= found

        self.wait(have_read, f"{names} have read {len(wanted)} records")
