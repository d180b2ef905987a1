"""A consumer that keeps fetch sessions (KIP-227) with its brokers, as Java's does and librdkafka's does not: a
process that reads all partitions of a topic from their beginning, and what it has read."""
import os
import re

from . import java_classes
from .growing_file import GrowingFile
from .process import Process
from .wait import wait_until

RECORD = re.compile(r"read (\d+) (\d+) (.*)")
CONTINUED = re.compile(r".*Node (\d+) sent an incremental fetch response .* for session \d+ with \d+ response")


class SessionReader:
    def __init__(self, cluster, topic, partitions):
        self.file = GrowingFile(os.path.join(cluster.folder, f"session-reader-{topic}"))
        self.records = {p: [] for p in range(partitions)}  # [(offset, value)] as they came
        self.continued = {}  # broker -> how often a session went on
        self.process = Process.spawn(java_classes.command(
            "SessionReader", cluster.bootstrap, topic, partitions, log4j="session-log4j.properties"), self.file.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()

    def listen(self):
        """Takes in what was said since the last time."""
        lines = self.file.new_lines()
        for line in lines:
            if record := RECORD.fullmatch(line):
                self.records[int(record[1])].append((int(record[2]), record[3]))
            elif continued := CONTINUED.match(line):
                broker = int(continued[1])
                self.continued[broker] = self.continued.get(broker, 0) + 1
        assert self.process.is_alive(), lines[-30:]

    def goes_on_at(self, brokers):
        self.listen()
        return all(self.continued.get(broker, 0) > 10 for broker in brokers)

    def judge(self, log, timeout=60):
        """Fails unless it gets to read all of `log` (of read_topic), each record once and in order."""

        def read_all():
            self.listen()
            return all(len(self.records[p]) >= len(records) for p, (_, records) in log.items())

        wait_until(read_all, "the reader with sessions has read everything", timeout)
        wrong = [p for p, (_, records) in log.items() if self.records[p] != records]
        assert not wrong, f"partitions {wrong} were read otherwise in fetch sessions"
