"""A consumer that keeps fetch sessions (KIP-227) with its brokers, which librdkafka's do not: kafka-python's. It
reads all partitions of a topic from their beginning, in a process of its own, and writes down what it gets.

    session_reader.py BOOTSTRAP TOPIC PARTITIONS FILE      SIGTERM: it ends

    read PARTITION OFFSET VALUE
    session BROKER EPOCH        an incremental session; EPOCH counts its requests
    failed ERROR                nothing comes after it
"""
import os
import signal
import sys

from . import places
from .process import Process
from .wait import wait_until


class SessionReader:
    """The process, and what its file holds."""

    def __init__(self, cluster, topic, partitions):
        self.path = os.path.join(cluster.folder, f"session-reader-{topic}")
        self.position = 0
        self.records = {p: [] for p in range(partitions)}  # [(offset, value)] as they came
        self.sessions = {}  # broker -> highest epoch
        with open(self.path, "wb"):
            pass
        self.process = Process.spawn(
            [sys.executable, "-m", "harness.session_reader", cluster.bootstrap, topic, str(partitions), self.path],
            self.path + ".err", cwd=os.path.join(places.ROOT, "tests", "cluster"),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()

    def listen(self):
        with open(self.path, "rb") as file:
            file.seek(self.position)
            data = file.read()
        data = data[: data.rfind(b"\n") + 1]
        self.position += len(data)
        for line in data.decode().splitlines():
            event, *words = line.split(" ")
            assert event != "failed", line
            if event == "read":
                self.records[int(words[0])].append((int(words[1]), words[2]))
            else:
                broker, epoch = map(int, words)
                self.sessions[broker] = max(epoch, self.sessions.get(broker, 0))

    def judge(self, log, timeout=60):
        """Fails unless it gets to read all of `log` (of read_topic), each record once and in order."""

        def read_all():
            self.listen()
            return all(len(self.records[p]) >= len(records) for p, (_, records) in log.items())

        wait_until(read_all, "the reader with sessions has read everything", timeout)
        wrong = [p for p, (_, records) in log.items() if self.records[p] != records]
        assert not wrong, f"partitions {wrong} were read otherwise in fetch sessions"


def main():
    import kafka  # here: who only watches does not need it

    bootstrap, topic, partitions, path = sys.argv[1:]
    ending = []
    signal.signal(signal.SIGTERM, lambda *_: ending.append(True))
    consumer = kafka.KafkaConsumer(
        bootstrap_servers=bootstrap.split(","), enable_auto_commit=False, auto_offset_reset="none",
        fetch_max_wait_ms=100, request_timeout_ms=10000, reconnect_backoff_max_ms=500, metadata_max_age_ms=2000,
    )
    assigned = [kafka.TopicPartition(topic, p) for p in range(int(partitions))]
    consumer.assign(assigned)
    for partition in assigned:
        consumer.seek(partition, 0)
    with open(path, "a", encoding="utf-8") as file:
        try:
            while not ending:
                for partition, records in consumer.poll(timeout_ms=200, max_records=5000).items():
                    for record in records:
                        file.write(f"read {partition.partition} {record.offset} {record.value.decode()}\n")
                for broker, handler in list(consumer._fetcher._session_handlers.items()):
                    if handler.next_metadata.epoch > 1:
                        file.write(f"session {broker} {handler.next_metadata.epoch}\n")
                file.flush()
        except Exception as error:  # whatever ends it is the answer
            file.write(f"failed {error!r}\n".replace("\n", " ") + "\n")


if __name__ == "__main__":
    main()
