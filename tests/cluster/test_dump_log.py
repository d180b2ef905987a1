"""Apache Kafka's own DumpLogSegments reads the directories that our broker wrote, and our own reader
agrees with both."""
import glob
import os
import re

from harness.cluster import Cluster
from harness.logdir import LogDirectory, checkpoint
from harness.tools import run_kafkas

TOPIC = "t"


def dump(*files, options=()):
    result = run_kafkas("kafka-dump-log", ["--files", ",".join(files), *options])
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Mismatches" not in result.stderr + result.stdout
    assert "invalid bytes" not in result.stdout + result.stderr
    return result.stdout


def produce(cluster, count):
    lines = "".join(f"value {n} {'x' * 200}\n" for n in range(count))
    cluster.tools.run("kafka-console-producer", "--topic", TOPIC, "--producer-property", "acks=all",
                      stdin=lines)


def test_apache_kafkas_dump_finds_nothing_wrong_in_segments_and_indexes():
    with Cluster(2) as cluster:
        cluster.create_topic(TOPIC, assignment="1:2", segment_bytes=100000, index_interval_bytes=1024)
        for _ in range(6):
            produce(cluster, 500)  # several batches, several segments
        cluster.wait_full_isr(TOPIC)
        for broker in cluster.brokers.values():
            broker.stop()
        for broker in cluster.brokers.values():
            check_directory(os.path.join(broker.data_dir, f"{TOPIC}-0"))
            assert os.path.exists(os.path.join(broker.data_dir, ".kafka_cleanshutdown"))
            for name in ("replication-offset", "recovery-point-offset"):
                told = checkpoint(os.path.join(broker.data_dir, f"{name}-checkpoint"))
                assert told[(TOPIC, 0)] == 3000, (broker.id, name, told)


def check_directory(folder):
    log = LogDirectory(folder)
    batches = list(log.batches())
    for batch in batches:
        batch.check_crc()
    assert log.end_offset() == 3000
    assert len(log.segments) > 2
    dumped = []
    for path in sorted(glob.glob(os.path.join(folder, "*.log"))):
        text = dump(path, options=["--print-data-log"])
        dumped += re.findall(r"^baseOffset: (\d+) lastOffset: (\d+) .*crc: (\d+) isvalid: true$", text, re.M)
        assert "isvalid: false" not in text
    assert [(int(a), int(b), int(c)) for a, b, c in dumped] == [
        (b.base_offset, b.last_offset, b.crc) for b in batches
    ]
    # DumpLogSegments holds every index entry against the log; a clean stop leaves no zero tails.
    indexes = glob.glob(os.path.join(folder, "*.index")) + glob.glob(os.path.join(folder, "*.timeindex"))
    assert len(indexes) == 2 * len(log.segments)
    text = "".join(dump(path) for path in indexes)
    assert len(re.findall(r"^offset: \d+ position: \d+$", text, re.M)) > 10
    assert len(re.findall(r"^timestamp: \d+ offset: \d+$", text, re.M)) >= len(log.segments) - 1
    for path in indexes:
        dump(path, options=["--index-sanity-check"])
    for path in glob.glob(os.path.join(folder, "*.snapshot")):
        assert "producerId: " in dump(path) or path.endswith("00000000000000000000.snapshot")


def test_a_broker_killed_under_load_recovers_a_log_that_apache_kafka_can_read():
    with Cluster(1) as cluster:
        cluster.create_topic(TOPIC)
        for _ in range(3):
            produce(cluster, 1000)
        broker = cluster.brokers[1]
        broker.kill()
        folder = os.path.join(broker.data_dir, f"{TOPIC}-0")
        segment = os.path.join(folder, LogDirectory(folder).segments[-1])
        with open(segment, "ab") as file:
            file.write(b"\0\0\0\0\0\0\x0b\xb8\0\0\1\0torn")  # the beginning of a batch, torn by the crash
        cluster.restart(1)
        output = cluster.tools.run(
            "kafka-console-consumer", "--topic", TOPIC, "--from-beginning", "--max-messages", "3000",
            "--timeout-ms", "60000",
        )
        assert len(output.splitlines()) == 3000
        broker.stop()
        assert LogDirectory(folder).end_offset() == 3000
        for name in os.listdir(folder):
            if name.endswith((".log", ".index", ".timeindex")):
                dump(os.path.join(folder, name))
