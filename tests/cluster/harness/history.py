"""What producers were told and what the log holds, compared.

Producers write "<producer>:<number>", numbers rising, to every partition, idempotent and with acks=all,
and remember each acknowledgement. The judge then wants every acknowledged record in the log exactly
once, at the offset that was acknowledged, and each producer's numbers in order in each partition.
"""
import contextlib
import glob
import itertools
import os
import random
import re
import threading
import time

import confluent_kafka

from .logdir import BadLog, LogDirectory
from .wait import wait_until


class HistoryProducer:
    def __init__(self, name, bootstrap, topic, partitions, per_second, codec="none"):
        self.name = name
        self.topic = topic
        self.partitions = partitions
        self.interval = 1.0 / per_second
        self.random = random.Random(name)
        self.sent = 0
        self.acknowledged = []  # (partition, offset or -1, number)
        self.failed = []
        self.ending = threading.Event()
        self.abandoned = False
        self.producer = confluent_kafka.Producer({
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "acks": "all",
            "linger.ms": 5,
            "compression.codec": codec,
            "message.timeout.ms": 180000,
            "request.timeout.ms": 15000,
            "log_level": 0,
        })
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            self._produce()
        except confluent_kafka.KafkaException as error:  # fatal: its sequences went wrong
            self.failed.append((self.sent, str(error)))
            self.ending.set()

    def _produce(self):
        due = time.monotonic()
        while not self.ending.is_set():
            if time.monotonic() >= due:
                self._send()
                due += self.interval
                self.producer.poll(0)
            else:
                self.producer.poll(max(0, due - time.monotonic()))
        if not self.abandoned:
            self.producer.flush(180)

    def _send(self):
        number, partition = self.sent, self.random.randrange(self.partitions)

        def told(error, message):
            if error is None:
                offset = message.offset()
                self.acknowledged.append((partition, -1 if offset is None else offset, number))
            else:
                self.failed.append((number, str(error)))

        try:
            self.producer.produce(self.topic, f"{self.name}:{number}", partition=partition, on_delivery=told)
            self.sent += 1
        except BufferError:
            self.producer.poll(0.1)  # the queue is full: the broker is away, records wait
        except confluent_kafka.KafkaException:
            self.producer.poll(0)  # raises what was fatal, in full
            raise


class Producers:
    def __init__(self, count, bootstrap, topic, partitions, per_second, codecs=("none",)):
        self.all = [
            HistoryProducer(f"p{n}", bootstrap, topic, partitions, per_second / count, codecs[n % len(codecs)])
            for n in range(count)
        ]

    def __enter__(self):
        for producer in self.all:
            producer.thread.start()
        return self

    def __exit__(self, kind, *_):
        for producer in self.all:
            producer.abandoned = kind is not None
        self.end()

    def end(self):
        """No new records; returns when every record was acknowledged or refused."""
        for producer in self.all:
            producer.ending.set()
        for producer in self.all:
            producer.thread.join()

    def acknowledged(self):
        return sum(len(p.acknowledged) for p in self.all)

    def wait_for_progress(self, timeout=60):
        """Until records sent from now on have been acknowledged for every producer."""
        marks = [(p, p.sent) for p in self.all]

        def went_on():
            assert not self.failures(), self.failures()
            return all(p.acknowledged and p.acknowledged[-1][2] >= mark for p, mark in marks)

        wait_until(went_on, "producers go on", timeout)

    def failures(self):
        return [(p.name, failure) for p in self.all for failure in p.failed[:3]]


def replicas(brokers, name):
    """The directories of a partition (or of a pattern of them) on all disks of these brokers."""
    return sorted(path for broker in brokers for path in glob.glob(os.path.join(broker.folder, "*", name)))


def _readable_batches(path):
    """As many as there are: a broker may live, or have just died."""
    try:
        yield from LogDirectory(path).batches()
    except (OSError, BadLog) as error:
        print(f"{path}: {error}")


@contextlib.contextmanager
def autopsy(producers, cluster):
    """After a failure: what the logs hold of the producers that failed for good, near where they did, and of
    records that stand in a log twice."""
    try:
        yield
    except BaseException:
        for name, why in ((p.name, why) for p in producers.all for _, why in p.failed):
            fatal = re.search(r"for (\S+) \[(\d+)\].*PID\{Id:(\d+),Epoch:\d+\}, base seq (\d+)", why)
            if not fatal:
                continue
            topic, partition, producer_id, sequence = fatal[1], *map(int, fatal.groups()[1:])
            for path in replicas(cluster.brokers.values(), f"{topic}-{partition}"):
                print(f"{name}, producer id {producer_id}, around sequence {sequence} in {path}:")
                for batch in _readable_batches(path):
                    if batch.producer_id == producer_id and abs(batch.base_sequence - sequence) < 10:
                        print(f"  {batch}")
        for topic in sorted({p.topic for p in producers.all}):
            for path in replicas(cluster.brokers.values(), f"{topic}-*"):
                _print_doubles(path)
        raise


def _print_doubles(path):
    """Each pair of batches that hold a record twice, and what their producer wrote next to them."""
    batches, places = [b for b in _readable_batches(path) if b.codec == "none"], {}
    for batch in batches:
        for _, value in batch.values():
            if batch in (pair := places.setdefault(value, [batch])):
                continue
            pair.append(batch)
            theirs = [b for b in batches if b.producer_id == batch.producer_id]
            print(f"{value} is doubled in {path}; there its producer wrote:")
            near = {theirs.index(p) + n for p in pair if p in theirs for n in (-2, -1, 0, 1, 2)}
            for at in sorted(near & set(range(len(theirs)))):
                print(f"  {theirs[at]}: {[v for _, v in theirs[at].values()]}")


LEADER_IS_MOVING = (
    confluent_kafka.KafkaError.NOT_LEADER_FOR_PARTITION, confluent_kafka.KafkaError.OFFSET_NOT_AVAILABLE,
    confluent_kafka.KafkaError._TIMED_OUT, confluent_kafka.KafkaError._TIMED_OUT_QUEUE,
)


def _watermarks(consumer, topic, partition):
    """None where the leader is just moving: this call of the client does not ask again by itself, and waits in
    the queue of a leader that has died until its time is up."""
    try:
        return consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, partition), timeout=5)
    except confluent_kafka.KafkaException as error:
        if error.args[0].code() not in LEADER_IS_MOVING:
            raise
        return None


def read_topic(bootstrap, topic, partitions, timeout=120):
    """{partition: (high watermark, [(offset, value)])}, read by a client up to the high watermark."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": bootstrap, "group.id": "judge", "enable.auto.commit": False,
        "auto.offset.reset": "earliest", "fetch.wait.max.ms": 50, "log_level": 0,
    })
    try:
        ends = {
            p: wait_until(lambda p=p: _watermarks(consumer, topic, p), f"the end of {topic}-{p}", timeout)[1]
            for p in range(partitions)
        }
        found = {p: [] for p in ends}
        open_ = {p for p, end in ends.items() if end > 0}
        consumer.assign([confluent_kafka.TopicPartition(topic, p, 0) for p in open_])
        deadline = time.monotonic() + timeout
        while open_:
            assert time.monotonic() < deadline, f"partitions {open_} not read to their ends"
            for message in consumer.consume(1000, timeout=0.5):
                assert message.error() is None, message.error()
                partition = message.partition()
                if message.offset() < ends[partition]:
                    found[partition].append((message.offset(), message.value().decode()))
                if message.offset() + 1 >= ends[partition]:
                    open_.discard(partition)
        return {p: (ends[p], found[p]) for p in ends}
    finally:
        consumer.close()


def judge(producers, log, cluster):
    """Fails with all that is wrong.

    One way to a record that stands twice is the client's own. A broker that knows a batch by its sequence is
    asked for it again under the same producer epoch; but librdkafka begins a new epoch where a batch behind
    one that was refused is told OUT_OF_ORDER_SEQUENCE_NUMBER, and sends under it, from sequence 0 on, also
    what other leaders had taken and not yet acknowledged. To a broker, Kafka's too, those are new records.
    """
    wrong = []
    places = {}
    epochs = _ProducerEpochs(cluster, producers.all[0].topic)
    for partition, (_, records) in log.items():
        last = {}
        for offset, value in records:
            name, number = value.split(":")
            known = places.setdefault(value, [])
            known.append((partition, offset))
            if len(known) > 1:
                if epochs.rose(known):
                    continue
                wrong.append(f"{value} is doubled: {', '.join(map(str, known))}")
            if int(number) <= last.get(name, -1):
                wrong.append(f"{value} at {partition}/{offset} comes after {name}:{last[name]}")
            last[name] = int(number)
    for producer in producers.all:
        for partition, offset, number in producer.acknowledged:
            known = places.get(f"{producer.name}:{number}", [])
            if not known:
                wrong.append(f"{producer.name}:{number} was acknowledged at {partition}/{offset} and is lost")
            elif not any(p == partition and offset in (-1, o) for p, o in known):
                wrong.append(f"{producer.name}:{number} acknowledged at {partition}/{offset}, is at {known}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:50])


class _ProducerEpochs:
    """Under which epochs of its producer a record was written, by what lies on the disks."""

    def __init__(self, cluster, topic):
        self.cluster, self.topic = cluster, topic
        self.batches = {}  # of the leader, by partition

    def rose(self, places):
        """Whether these places, all of one partition, hold batches of one producer, each of a newer epoch."""
        if len({partition for partition, _ in places}) > 1:
            return False
        batches = [self._batch(*place) for place in places]
        return len({b.producer_id for b in batches}) == 1 and all(
            newer.producer_epoch > older.producer_epoch for older, newer in itertools.pairwise(batches)
        )

    def _batch(self, partition, offset):
        if partition not in self.batches:
            leader = self.cluster.brokers[self.cluster.leader(self.topic, partition)]
            path, = replicas([leader], f"{self.topic}-{partition}")
            self.batches[partition] = list(LogDirectory(path).batches())
        return next(b for b in self.batches[partition] if b.base_offset <= offset <= b.last_offset)
