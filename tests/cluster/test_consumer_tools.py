"""kafka-console-consumer in groups, kafka-verifiable-producer and -consumer: what they print, commit and
end with is what Apache Kafka's own do on the same cluster."""
import json
import os
import re
import signal
import subprocess

import pytest
from confluent_kafka import Producer
from harness.cluster import Cluster
from harness.tools import command_of
from harness.wait import wait_until

CONSOLE = "kafka-console-consumer"
PRODUCER = "kafka-verifiable-producer"
CONSUMER = "kafka-verifiable-consumer"
KINDS = ("barnabas", "apache")
RECORDS = 30
# Long enough for a Java machine to start and a group to form on a busy machine.
IDLE = ["--timeout-ms", "15000"]


@pytest.fixture(scope="module", name="cluster")
def cluster_with_records():
    properties = {"offsets.topic.num.partitions": 5, "offsets.topic.replication.factor": 2,
                  "group.initial.rebalance.delay.ms": 0, "auto.create.topics.enable": "true"}
    with Cluster(2, properties=properties) as cluster:
        cluster.create_topic("numbers", partitions=3)
        cluster.create_topic("numbers-too", partitions=1)
        producer = Producer({"bootstrap.servers": cluster.bootstrap})
        for number in range(RECORDS):
            producer.produce("numbers", str(number), partition=number % 3)
        producer.produce("numbers-too", "more")
        assert producer.flush(60) == 0
        yield cluster


class Running:
    """A tool at work, whose lines are read as they come."""
    def __init__(self, cluster, tool, *arguments, kind="barnabas"):
        self.process = subprocess.Popen(
            [*command_of(tool, kind), "--bootstrap-server", cluster.bootstrap, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        self.lines = []

    def wait_for(self, condition, what, timeout=60):
        def seen():
            os.set_blocking(self.process.stdout.fileno(), False)
            self.lines += self.process.stdout.readlines()
            return condition(self.lines)

        return wait_until(seen, what, timeout)

    def events(self, name=None):
        all_events = [json.loads(line) for line in self.lines]
        return [event for event in all_events if name in (None, event["name"])]

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.lines += rest.splitlines(keepends=True)
        return self.process.returncode


def committed(cluster, group):
    """By topic and partition, as kafka-consumer-groups shows it."""
    text = cluster.tools.run("kafka-consumer-groups", "--describe", "--group", group, kind="barnabas")
    rows = [line.split() for line in text.splitlines() if line.startswith(group + " ")]
    return {(row[1], int(row[2])): int(row[3]) for row in rows if row[3] != "-"}


def groups(cluster):
    return cluster.tools.run("kafka-consumer-groups", "--list", kind="barnabas").split()


def console(cluster, *arguments, kind="barnabas"):
    result = cluster.tools.try_run(CONSOLE, *arguments, kind=kind)
    processed = re.search(r"Processed a total of (\d+) messages", result.stderr)
    return result.returncode, sorted(result.stdout.split()), processed and int(processed[1])


@pytest.mark.parametrize("kind", KINDS)
def test_a_generated_group_commits_nothing(cluster, kind):
    everything = sorted(map(str, range(RECORDS)))
    for _ in range(2):
        before = set(groups(cluster))
        running = Running(cluster, CONSOLE, "--topic", "numbers", "--from-beginning", kind=kind)
        running.wait_for(lambda lines: len(lines) == RECORDS, "all records")
        assert sorted(line.strip() for line in running.lines) == everything
        (name,) = set(groups(cluster)) - before
        assert re.fullmatch(r"console-consumer-\d{1,5}", name)
        assert running.stop() == 128 + signal.SIGTERM
        assert committed(cluster, name) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_named_group_goes_on_where_it_stopped(cluster, kind):
    group = f"named-{kind}"
    arguments = ["--topic", "numbers", "--from-beginning", *IDLE]
    for naming in (["--group", group], ["--consumer-property", f"group.id={group}"]):
        code, first, processed = console(cluster, *arguments, *naming, "--max-messages", "12", kind=kind)
        assert (code, len(first), processed) == (0, 12, 12)
        assert sum(committed(cluster, group).values()) == 12, "just what was printed is committed"
        code, second, processed = console(cluster, *arguments, *naming, "--max-messages", "18", kind=kind)
        assert (code, processed) == (0, 18)
        assert sorted(first + second, key=int) == [str(n) for n in range(RECORDS)]
        assert committed(cluster, group) == {("numbers", p): 10 for p in range(3)}
        cluster.tools.run("kafka-consumer-groups", "--delete", "--group", group, kind="barnabas")


def test_ours_goes_on_where_apache_kafkas_stopped_and_the_other_way_round(cluster):
    for first, second in (KINDS, KINDS[::-1]):
        group = f"handed-over-by-{first}"
        arguments = ["--topic", "numbers", "--group", group, "--from-beginning", *IDLE]
        _, before, _ = console(cluster, *arguments, "--max-messages", "7", kind=first)
        _, after, _ = console(cluster, *arguments, "--max-messages", "23", kind=second)
        assert sorted(before + after, key=int) == [str(n) for n in range(RECORDS)]


def test_two_of_one_group_share_and_one_takes_over(cluster):
    arguments = ["--topic", "numbers", "--group", "shared", "--consumer-property", "client.id=console"]
    ours = Running(cluster, CONSOLE, *arguments)
    theirs = Running(cluster, CONSOLE, *arguments, kind="apache")

    def members():
        text = cluster.tools.run(
            "kafka-consumer-groups", "--describe", "--group", "shared", "--members", kind="barnabas")
        return sorted(int(line.split()[-1]) for line in text.splitlines() if line.startswith("shared "))

    wait_until(lambda: members() == [1, 2], "both have some", 60)
    assert theirs.stop() == 128 + signal.SIGTERM
    wait_until(lambda: members() == [3], "ours has all", 60)
    assert ours.stop(signal.SIGINT) == 128 + signal.SIGINT
    assert members() == []


def test_one_partition_is_taken_without_a_group(cluster):
    before = set(groups(cluster))
    for arguments in (["--offset", "earliest"], ["--offset", "4"], ["--from-beginning"]):
        arguments = ["--topic", "numbers", "--partition", "1", *arguments, "--max-messages", "6", *IDLE]
        assert console(cluster, *arguments) == console(cluster, *arguments, kind="apache")
    assert set(groups(cluster)) == before


def test_topics_by_their_pattern(cluster):
    for pattern, count in (("numbers.*", RECORDS + 1), ("numbers-t(oo|wo)", 1)):
        arguments = ["--include", pattern, "--from-beginning", "--max-messages", str(count), *IDLE]
        ours = console(cluster, *arguments)
        assert ours == console(cluster, *arguments, kind="apache") and ours[2] == count


def test_what_the_console_consumer_refuses(cluster):
    for arguments in (
        ["--topic", "numbers", "--group", "a", "--consumer-property", "group.id=b"],
        ["--topic", "numbers", "--group", "a", "--partition", "0"],
        ["--topic", "numbers", "--consumer-property", "group.id=a", "--partition", "0"],
        ["--topic", "numbers", "--include", "numbers"],
        ["--topic", "numbers", "--from-beginning", "--consumer-property", "auto.offset.reset=latest"],
    ):
        ours, theirs = (cluster.tools.try_run(CONSOLE, *arguments, kind=kind) for kind in KINDS)
        assert ours.returncode == theirs.returncode == 1, arguments
        said = [
            [line.rstrip() for line in result.stderr.splitlines() if not re.match(r"\[\d{4}-", line)][:1]
            for result in (ours, theirs)
        ]
        assert said[0] == said[1]
    for kind in KINDS:
        arguments = ["--topic", "numbers", "--consumer-property", "auto.offset.reset=none", *IDLE]
        assert console(cluster, *arguments, kind=kind) == (0, [], 0), "no offset and no policy"


def without_times(events):
    changing = ("timestamp", "avg_throughput", "offset")
    return [{key: value for key, value in event.items() if key not in changing} for event in events]


def test_both_verifiable_producers_say_the_same(cluster):
    for arguments in (
        ["--max-messages", "5"],
        ["--max-messages", "4", "--repeating-keys", "2", "--value-prefix", "7", "--acks", "1"],
        ["--max-messages", "3", "--throughput", "100", "--message-create-time", "1700000000000"],
    ):
        seen = []
        for kind in KINDS:
            output = cluster.tools.run(PRODUCER, "--topic", "numbers-too", *arguments, kind=kind)
            lines = output.splitlines()
            events = [json.loads(line) for line in lines]
            # Written as Jackson writes it, to the byte.
            assert lines == [json.dumps(event, separators=(",", ":")) for event in events]
            seen.append((without_times(events), [list(event) for event in events]))
        assert seen[0] == seen[1], arguments
    refused = []
    for kind in KINDS:
        output = cluster.tools.run(PRODUCER, "--topic", "b@d", "--max-messages", "1", kind=kind)
        refused.append(without_times(json.loads(line) for line in output.splitlines()))
    assert refused[0] == refused[1]


def test_both_verifiable_producers_give_up_when_nobody_is_there(cluster, tmp_path):
    settings = tmp_path / "producer.properties"
    settings.write_text("max.block.ms=1500\n")
    seen = []
    for kind in KINDS:
        result = cluster.tools.try_run(
            PRODUCER, "--bootstrap-server", "127.0.0.1:1", "--topic", "t", "--max-messages", "2",
            "--producer.config", str(settings), kind=kind, bootstrap="")
        seen.append((result.returncode, without_times(json.loads(line) for line in result.stdout.splitlines())))
    assert seen[0] == seen[1]
    assert seen[0][1][1]["message"] == "Topic t not present in metadata after 1500 ms."


def test_a_verifiable_producer_is_ended_by_a_signal(cluster):
    for kind in KINDS:
        running = Running(cluster, PRODUCER, "--topic", "numbers-too", "--throughput", "50", kind=kind)
        running.wait_for(lambda lines: len(lines) > 20, "some records")
        assert running.stop() == 128 + signal.SIGTERM
        sent = running.events("producer_send_success")
        assert [event["name"] for event in running.events()][-2:] == ["shutdown_complete", "tool_data"]
        summary = running.events()[-1]
        assert summary["acked"] == len(sent)
        # Kafka's counts a record before it sends it, in a thread that its shutdown does not wait for.
        assert summary["sent"] - summary["acked"] in ((0,) if kind == "barnabas" else (0, 1)), kind


@pytest.mark.parametrize("arguments", [
    ["--max-messages", "30"],
    ["--max-messages", "30", "--verbose"],
    ["--max-messages", "30", "--enable-autocommit"],
    ["--max-messages", "30", "--assignment-strategy",
     "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"],
    ["--max-messages", "30", "--group-instance-id", "fixed"],
], ids=" ".join)
def test_both_verifiable_consumers_say_the_same(cluster, arguments):
    seen = []
    for kind in KINDS:
        # Batches are as they come: compared is what they add up to.
        group = "-".join(["verified", kind, *(word.strip("-") for word in arguments)])
        output = cluster.tools.run(
            CONSUMER, "--topic", "numbers", "--group-id", group, *arguments, kind=kind)
        lines = output.splitlines()
        events = [json.loads(line) for line in lines]
        assert lines == [json.dumps(event, separators=(",", ":")) for event in events]
        consumed = [p for e in events if e["name"] == "records_consumed" for p in e["partitions"]]
        values = sorted(int(e["value"]) for e in events if e["name"] == "record_data")
        shapes = {event["name"]: list(event) for event in events}
        names = [event["name"] for event in events if event["name"].startswith(("start", "part", "shut"))]
        commits = [event for event in events if event["name"] == "offsets_committed"]
        assert all(event["success"] for event in commits)
        seen.append((shapes, names, values, sum(p["count"] for p in consumed), bool(commits)))
        assert committed(cluster, group) == {("numbers", p): 10 for p in range(3)}
    assert seen[0] == seen[1]


def test_a_verifiable_consumer_gives_its_partitions_to_another(cluster):
    arguments = ["--topic", "numbers", "--group-id", "verified-pair"]
    first = Running(cluster, CONSUMER, *arguments)
    first.wait_for(lambda _: first.events("offsets_committed"), "a commit")
    second = Running(cluster, CONSUMER, *arguments, kind="apache")
    second.wait_for(lambda _: second.events("partitions_assigned"), "the other has some")
    first.wait_for(lambda _: len(first.events("partitions_assigned")) == 2, "the first has the rest")
    held = [r.events("partitions_assigned")[-1]["partitions"] for r in (first, second)]
    assert sorted(p["partition"] for p in held[0] + held[1]) == [0, 1, 2]
    assert not second.events("records_consumed"), "all was committed before"
    assert first.stop() == 128 + signal.SIGTERM
    assert first.events()[-1]["name"] == "shutdown_complete"
    second.wait_for(
        lambda _: len(second.events("partitions_assigned")[-1]["partitions"]) == 3, "the second has all")
    assert second.stop() == 128 + signal.SIGTERM


def test_wrong_command_lines_of_the_verifiable_tools(cluster):
    """Usage and message on standard error, the same code; argparse4j stretches lines with blanks."""
    def words(text):
        return "".join(text.split())

    for tool, arguments in (
        (PRODUCER, ["--max-messages", "1"]),
        (PRODUCER, ["--topic", "t", "--max-messages", "x"]),
        (PRODUCER, ["--topic", "t", "--acks", "7"]),
        (PRODUCER, ["--topic", "t", "--acks"]),
        (PRODUCER, ["--topic", "t", "--bogus", "7"]),
        (PRODUCER, ["--topic", "t", "stray"]),
        (PRODUCER, ["--topic", "t", "--broker-list", "s:1"]),
        (PRODUCER, ["--topic", "t", "--m", "1"]),
        (PRODUCER, ["--topic", "t", "--producer.config", "/nowhere/at.all"]),
        (CONSUMER, ["--topic", "t"]),
        (CONSUMER, ["--topic", "t", "--group-id", "g", "--session-timeout", "long"]),
    ):
        ours, theirs = (cluster.tools.try_run(tool, *arguments, kind=kind) for kind in KINDS)
        assert ours.returncode == theirs.returncode == 1 and ours.stdout == theirs.stdout == "", arguments
        assert words(ours.stderr) == words(theirs.stderr), arguments
    for tool in (PRODUCER, CONSUMER):
        for arguments, code in (([], 0), (["-h"], 1)):
            ours, theirs = (cluster.tools.try_run(tool, *arguments, kind=kind, bootstrap="") for kind in KINDS)
            assert ours.returncode == theirs.returncode == code
            usage = theirs.stdout.partition("\n\n")[0]
            assert ours.stdout.startswith(usage + "\n\n") and not ours.stderr
