"""One member of a group, a program of its own so that it can be killed: what it owns, reads and commits,
line by line, each with the time of the machine's monotonic clock in ns.

    member.py BOOTSTRAP TOPIC GROUP STRATEGY FILE       SIGTERM: it leaves in order

    owns GENERATION MEMBER-ID PARTITION,...     all that it owns, after each change
    fetched BEGAN PARTITION:OFFSET,...          committed offsets that it began from; -1: none
    read PARTITION OFFSET VALUE                 written before its offset is committed
    committed PARTITION:OFFSET,...              and the coordinator said so
    refused ERROR
    ended
"""
import signal
import struct
import sys
import time

import confluent_kafka
from confluent_kafka import TopicPartition

COMMIT_EVERY = 0.1  # seconds


def generation_of(consumer):
    """(generation, member id): librdkafka shows them in the metadata's serialized form alone, which is
    "CGMDv2:", the generation, and three strings with a zero byte each: group, member, instance."""
    data = consumer.consumer_group_metadata()
    if not data.startswith(b"CGMDv2:"):
        raise ValueError(f"consumer group metadata in an unknown form: {data!r}")
    return struct.unpack_from("<i", data, 7)[0], data[11:].split(b"\0")[1].decode()


class Member:
    def __init__(self, bootstrap, topic, group, strategy, path):
        self.topic = topic
        self.eager = strategy != "cooperative-sticky"
        self.file = open(path, "a", encoding="utf-8")
        self.owned = set()
        self.pending = {}  # partition -> offset to commit
        self.ending = False
        signal.signal(signal.SIGTERM, self.on_signal)
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "partition.assignment.strategy": strategy,
            "enable.auto.commit": False, "auto.offset.reset": "earliest", "session.timeout.ms": 3000,
            "heartbeat.interval.ms": 200, "max.poll.interval.ms": 20000, "socket.timeout.ms": 5000,
            "fetch.wait.max.ms": 100, "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200,
            "retry.backoff.ms": 50, "log_level": 0,
        })
        self.consumer.subscribe(
            [topic], on_assign=self.on_assign, on_revoke=self.on_revoke, on_lost=self.on_lost
        )

    def on_signal(self, *_):
        self.ending = True

    def say(self, text):
        self.file.write(f"{time.monotonic_ns()} {text}\n")

    def say_owned(self):
        generation, member_id = generation_of(self.consumer)
        self.say(f"owns {generation} {member_id} {','.join(map(str, sorted(self.owned)))}")
        self.file.flush()

    def on_assign(self, _, partitions):
        self.owned = {p.partition for p in partitions} | (set() if self.eager else self.owned)
        self.say_owned()
        began = time.monotonic_ns()
        try:
            found = self.consumer.committed(partitions, timeout=5) if partitions else []
        except confluent_kafka.KafkaException as error:
            self.say(f"refused {error.args[0].name()}")
            return
        known = [f"{p.partition}:{max(p.offset, -1)}" for p in found if p.error is None]
        if known:
            self.say(f"fetched {began} {','.join(known)}")
        self.file.flush()

    def on_revoke(self, _, partitions):
        self.commit()
        self.give_up(partitions)

    def on_lost(self, _, partitions):
        self.give_up(partitions)

    def give_up(self, partitions):
        for partition in partitions:
            self.owned.discard(partition.partition)
            self.pending.pop(partition.partition, None)
        self.say_owned()

    def commit(self):
        if not self.pending:
            return
        self.file.flush()
        offsets = [TopicPartition(self.topic, p, offset) for p, offset in self.pending.items()]
        try:
            told = self.consumer.commit(offsets=offsets, asynchronous=False)
        except confluent_kafka.KafkaException as error:
            self.say(f"refused {error.args[0].name()}")
            return
        done = [p for p in told if p.error is None]
        if done:
            self.say("committed " + ",".join(f"{p.partition}:{p.offset}" for p in done))
        for partition in done:
            del self.pending[partition.partition]
        self.file.flush()

    def live(self):
        due = time.monotonic() + COMMIT_EVERY
        while not self.ending:
            message = self.consumer.poll(0.05)
            if message is not None and message.error() is None:
                self.say(f"read {message.partition()} {message.offset()} {message.value().decode()}")
                self.pending[message.partition()] = message.offset() + 1
            if time.monotonic() >= due:
                self.commit()
                due = time.monotonic() + COMMIT_EVERY
        self.consumer.close()
        self.say("ended")
        self.file.close()


if __name__ == "__main__":
    Member(*sys.argv[1:]).live()
