"""kafka-consumer-groups prints the very bytes that Apache Kafka's own prints on the same cluster and ends
with the same code: used as it should be, used wrongly, of groups that are empty, at work or not there."""
import datetime
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from harness.cluster import Cluster
from harness.ports import free_port
from harness.wait import wait_until
from kafka.admin import KafkaAdminClient, MemberToRemove

TOOL = "kafka-consumer-groups"
LONG_GROUP = "a-group-with-a-name-of-more-than-24-characters"
LONG_TOPIC = "a-topic-with-a-name-of-more-than-thirty-characters"
# What Kafka's tool prints before a stack trace on standard error.
UNCAUGHT = 'Exception in thread "main" joptsimple.'
HOUR_MS = 3600 * 1000


def run(cluster, kind, arguments, bootstrap=None):
    if bootstrap is None and "--timeout" not in arguments:
        # On a busy machine a Java machine needs more than the 5 seconds it gives itself.
        arguments = ["--timeout", "60000", *arguments]
    result = cluster.tools.try_run(TOOL, *arguments, kind=kind, bootstrap=bootstrap)
    first = result.stderr.strip("\n").split("\n")[0].rstrip()
    if first.startswith(UNCAUGHT):
        first = first.partition(": ")[2]
    return result.returncode, result.stdout, first


def both(cluster, *arguments, bootstrap=None, stderr=False):
    """What both print; `stderr`: the first line there too."""
    ours = run(cluster, "barnabas", arguments, bootstrap)
    theirs = run(cluster, "apache", arguments, bootstrap)
    seen = 3 if stderr else 2
    assert ours[:seen] == theirs[:seen], arguments
    return ours[1]


def compare_all(cluster, table, **options):
    """Two Java machines at a time; every difference is told."""
    def difference(line):
        try:
            both(cluster, *line, **options)
        except AssertionError as error:
            return str(error)
        return None

    with ThreadPoolExecutor(2) as pool:
        differences = [text for text in pool.map(difference, table) if text]
    assert not differences, "\n\n".join(differences)


def commit(cluster, group, *offsets):
    consumer = Consumer({
        "bootstrap.servers": cluster.bootstrap, "group.id": group, "enable.auto.commit": False,
    })
    try:
        partitions = [TopicPartition(topic, partition, offset) for topic, partition, offset in offsets]
        wait_until(lambda: consumer.commit(offsets=partitions, asynchronous=False), "a commit")
    finally:
        consumer.close()


class Members:
    """Members of a group that stay in it while a test looks."""
    def __init__(self, cluster, group, topics, count, **settings):
        self.consumers = [
            Consumer({
                "bootstrap.servers": cluster.bootstrap, "group.id": group, "client.id": f"member-{number}",
                "auto.offset.reset": "earliest", "enable.auto.commit": False,
                **{key.replace("_", "."): f"{value}-{number}" for key, value in settings.items()},
            })
            for number in range(count)
        ]
        for consumer in self.consumers:
            consumer.subscribe(topics)

    def __enter__(self):
        def all_have_some():
            for consumer in self.consumers:
                consumer.poll(0.05)
            return all(consumer.assignment() for consumer in self.consumers)

        wait_until(all_have_some, "every member has partitions", 60)
        return self

    def __exit__(self, *_):
        for consumer in self.consumers:
            consumer.close()


@pytest.fixture(scope="module", name="now_ms")
def moment():
    return int(time.time() * 1000)


@pytest.fixture(scope="module", name="cluster")
def cluster_with_groups(now_ms):
    properties = {"offsets.topic.num.partitions": 5, "offsets.topic.replication.factor": 2,
                  "group.initial.rebalance.delay.ms": 0}
    with Cluster(2, properties=properties) as cluster:
        cluster.create_topic("first", partitions=3)
        cluster.create_topic("second.topic", partitions=12)
        cluster.create_topic("void", partitions=2)
        cluster.create_topic("dated")
        cluster.create_topic(LONG_TOPIC)
        producer = Producer({"bootstrap.servers": cluster.bootstrap})
        for number in range(30):
            producer.produce("first", f"value-{number}", partition=number % 3)
        for number in range(24):
            producer.produce("second.topic", f"value-{number}", partition=number % 12)
        for hours in range(5, 0, -1):
            producer.produce("dated", "value", partition=0, timestamp=now_ms - hours * HOUR_MS)
        producer.produce(LONG_TOPIC, "value")
        assert producer.flush(60) == 0
        commit(cluster, "empty", ("first", 0, 3), ("first", 1, 4), ("first", 2, 10), ("second.topic", 1, 2),
               ("second.topic", 11, 0), ("void", 0, 0), ("dated", 0, 2))
        commit(cluster, "dated-group", ("dated", 0, 2))
        commit(cluster, LONG_GROUP, (LONG_TOPIC, 0, 1), ("first", 1, 9))
        yield cluster


def test_wrong_command_lines(cluster):
    compare_all(cluster, [
        [],
        ["--bogus"],
        ["--list", "--bogus=1"],
        ["--group"],
        ["--list", "--describe", "--all-groups"],
        ["--list", "--members"],
        ["--list", "--verbose"],
        ["--list", "--offsets"],
        ["--describe", "--group", "empty", "--type"],
        ["--delete", "--state", "--group", "empty"],
        ["--list", "--state", "Bogus"],
        ["--list", "--state", "Stable,,Empty"],
        ["--list", "--type", "bogus"],
        ["--list", "--group", "empty"],
        ["--list", "--topic", "first"],
        ["--list", "--timeout", "soon"],
        ["--list", "--command-config", "/nowhere/at.all"],
        ["--describe"],
        ["--describe", "--group", "empty", "--all-groups"],
        ["--describe", "--group", "empty", "--topic", "first"],
        ["--describe", "--group", "empty", "--state", "Stable"],
        ["--describe", "--group", "empty", "--state", "--members"],
        ["--delete"],
        ["--delete", "--group", "empty", "--topic", "first"],
        ["--delete-offsets", "--group", "empty"],
        ["--delete-offsets", "--topic", "first"],
        ["--delete-offsets", "--group", "a", "--group", "b", "--topic", "first"],
        ["--delete-offsets", "--group", "empty", "--topic", "first:x"],
        ["--delete-offsets", "--group", "empty", "--topic", "first:0:1"],
        ["--reset-offsets", "--to-earliest"],
        ["--reset-offsets", "--group", "empty", "--execute", "--dry-run"],
    ])


def test_the_first_words_of_what_is_wrong(cluster):
    compare_all(cluster, [
        ["--list", "--describe", "--group", "empty"],
        ["--list", "--members"],
        ["--describe"],
        ["--describe", "--group", "empty", "--state", "--offsets"],
        ["--delete"],
        ["--delete-offsets", "--group", "empty"],
        ["--reset-offsets", "--dry-run"],
        ["--reset-offsets", "--group", "empty"],
        ["--reset-offsets", "--group", "empty", "--dry-run", "--all-topics"],
        ["--reset-offsets", "--group", "empty", "--dry-run", "--to-earliest"],
        ["--reset-offsets", "--group", "empty", "--dry-run", "--to-latest", "--to-current", "--all-topics"],
        ["--reset-offsets", "--group", "empty", "--dry-run", "--from-file", "x", "--shift-by", "1"],
        ["--reset-offsets", "--group", "empty", "--dry-run", "--shift-by", "1", "--topic", "void:1"],
        ["--reset-offsets", "--group", "empty", "--dry-run", "--to-earliest", "--topic", "first:"],
    ], stderr=True)
    for arguments in ([], ["--help"], ["--list"]):
        assert both(cluster, *arguments, bootstrap="", stderr=True) == ""


def test_lists_and_descriptions(cluster):
    compare_all(cluster, [
        ["--list"],
        ["--list", "--state"],
        ["--list", "--type"],
        ["--list", "--type", "--state"],
        ["--list", "--state", "empty, stable"],
        ["--list", "--state", "Stable"],
        ["--list", "--type", "Classic"],
        ["--list", "--type", "consumer"],
        ["--list", "--timeout", "20000"],
        *(
            ["--describe", *which, *view]
            for which in (["--group", "empty"], ["--group", "missing"], ["--all-groups"],
                          ["--group", "empty", "--group", LONG_GROUP, "--group", "empty"])
            for view in ([], ["--offsets", "--verbose"], ["--members"], ["--members", "--verbose"], ["--state"])
        ),
        ["--describe", "--group", ""],
    ])
    offsets = both(cluster, "--describe", "--group", "empty", stderr=True)
    assert len(offsets.split("\n")) == 1 + 1 + 7, "a blank line, the header, the partitions"


def test_a_group_at_work(cluster):
    with Members(cluster, "working", ["first", "second.topic"], 2):
        compare_all(cluster, [
            ["--list", "--state", "stable"],
            ["--describe", "--group", "working"],
            ["--describe", "--group", "working", "--members"],
            ["--describe", "--group", "working", "--members", "--verbose"],
            ["--describe", "--group", "working", "--state"],
            ["--describe", "--all-groups", "--state"],
            ["--reset-offsets", "--group", "working", "--to-earliest", "--all-topics", "--execute"],
            ["--reset-offsets", "--all-groups", "--to-current", "--all-topics", "--dry-run"],
            ["--delete", "--group", "working"],
            ["--delete-offsets", "--group", "working", "--topic", "first"],
            ["--delete-offsets", "--group", "working", "--topic", "dated"],
        ])
        assert "(0," in both(cluster, "--describe", "--group", "working", "--members", "--verbose")
    with Members(cluster, "static", ["first"], 2, group_instance_id="instance") as members:
        commit_all = [TopicPartition("first", partition, partition) for partition in range(3)]
        members.consumers[0].commit(offsets=commit_all, asynchronous=False)
        for view in ([], ["--members"], ["--members", "--verbose"], ["--state"]):
            both(cluster, "--describe", "--group", "static", *view)
    assert "Stable" in both(cluster, "--describe", "--group", "static", "--state"), "static members stay"
    # Until their session ends, which other tests should not see happen between one tool's look and the other's.
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    admin.remove_group_members("static", [MemberToRemove(group_instance_id=f"instance-{n}") for n in range(2)])
    admin.close()
    assert "Empty" in both(cluster, "--describe", "--group", "static", "--state")


def test_reset_plans(cluster, now_ms):
    def moment_of(hours, zone=""):
        when = datetime.datetime.fromtimestamp((now_ms - hours * HOUR_MS) / 1000, datetime.UTC)
        return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now_ms % 1000:03}" + zone

    def reset(*arguments, group="empty"):
        return ["--reset-offsets", "--dry-run", "--group", group, *arguments]

    compare_all(cluster, [
        reset("--to-earliest", "--all-topics"),
        reset("--to-latest", "--all-topics"),
        reset("--to-current", "--all-topics"),
        reset("--to-current", "--topic", "first", "--topic", "void", "--topic", "second.topic"),
        reset("--to-offset", "1", "--topic", "first:0,2", "--topic", "second.topic"),
        reset("--to-offset", "700", "--topic", "first"),
        reset("--to-offset", "-1", "--topic", "first"),
        reset("--to-offset", "zz", "--topic", "first"),
        reset("--to-offset", "1", "--topic", "first:0", "--topic", "first"),
        reset("--to-offset", "0", "--topic", LONG_TOPIC, group=LONG_GROUP),
        reset("--shift-by", "1", "--all-topics"),
        reset("--shift-by", "-3", "--topic", "first"),
        reset("--shift-by", "1", "--topic", "void"),
        reset("--to-earliest", "--topic", "missing"),
        reset("--to-earliest", "--topic", "missing:0"),
        reset("--to-earliest", "--topic", "in valid:0"),
        reset("--to-earliest", "--topic", "first", group="brand-new"),
        reset("--to-earliest", "--all-topics", group="brand-new"),
        reset("--to-datetime", moment_of(3), "--topic", "dated", "--topic", "void"),
        reset("--to-datetime", moment_of(3, "Z"), "--topic", "dated"),
        reset("--to-datetime", moment_of(3, "+02:00"), "--topic", "dated"),
        reset("--to-datetime", moment_of(3, "-02"), "--topic", "dated"),
        reset("--to-datetime", moment_of(0), "--topic", "dated"),
        *(
            reset("--to-datetime", text, "--topic", "dated")
            for text in ("garbage", "T", "2026-01-31T", "2026-01-31T12:00:00", "2026-02-30T12:00:00.000",
                         "2026-01-31T24:00:00.000", "2026-01-31T12:00:00.1000", "2026-01-31T12:00:00.5",
                         "2026-1-1T1:2:3.4", "2026-01-31T12:00:00.000+0200", "2026-01-31T12:00:00.000+25:00")
        ),
        *(
            reset("--by-duration", text, "--topic", "dated")
            for text in ("PT3H30M", "P0DT150M", "pt2h", "-PT1H", "PT-1H", "PT12600.5S", "P", "PT", "3H", "P1Y",
                         "P99999999999999999999D")
        ),
        reset("--to-current", "--all-topics", "--export"),
        ["--reset-offsets", "--dry-run", "--export", "--all-groups", "--to-latest", "--all-topics"],
        ["--reset-offsets", "--dry-run", "--group", "empty", "--group", LONG_GROUP, "--to-earliest",
         "--all-topics"],
        ["--reset-offsets", "--dry-run", "--export", "--group", "empty", "--group", LONG_GROUP,
         "--to-earliest", "--all-topics"],
    ])


def test_plans_from_a_file(cluster, tmp_path):
    files = {
        "single": "first,0,5\nfirst,1,600\n",
        "groups": f'empty,first,0,5\n"{LONG_GROUP}","first",2,1\nunknown,first,0,1\n',
        "empty": "",
        "blank": "\n\n",
        "words": "hello\n",
        "no-number": "first,x,5\n",
        "no-offset": "first,1\n",
        "not-there": "missing,0,5\n",
        "second-line": "first,0,5\nfirst,one,5\n",
        "quoted": '"first",0,5\n',
    }
    table = []
    for name, text in files.items():
        path = tmp_path / name
        path.write_text(text)
        for groups in (["--group", "empty"], ["--group", "empty", "--group", LONG_GROUP]):
            table.append(["--reset-offsets", "--dry-run", *groups, "--from-file", str(path)])
    table.append(["--reset-offsets", "--dry-run", "--group", "empty", "--from-file", str(tmp_path / "none")])
    compare_all(cluster, table)


def test_what_was_exported_is_reset(cluster, tmp_path):
    path = tmp_path / "offsets.csv"
    for kind in ("barnabas", "apache"):
        commit(cluster, "exported", ("first", 0, 1), ("first", 1, 2), (LONG_TOPIC, 0, 1))
        export = ["--reset-offsets", "--group", "exported", "--to-current", "--all-topics", "--dry-run"]
        path.write_text(both(cluster, *export, "--export"))
        before = both(cluster, "--describe", "--group", "exported")
        run(cluster, kind, ["--reset-offsets", "--group", "exported", "--to-latest", "--all-topics", "--execute"])
        assert both(cluster, "--describe", "--group", "exported") != before
        other = "apache" if kind == "barnabas" else "barnabas"
        run(cluster, other, ["--reset-offsets", "--group", "exported", "--from-file", str(path), "--execute"])
        assert both(cluster, "--describe", "--group", "exported") == before


def test_what_is_executed_is_the_same(cluster):
    """Both tools do the same to the same group, one after the other."""
    def after_each(*arguments):
        seen = []
        for kind in ("barnabas", "apache"):
            commit(cluster, "victim", ("first", 0, 3), ("first", 1, 4), ("dated", 0, 2))
            code, output, _ = run(cluster, kind, arguments)
            seen.append((code, output, both(cluster, "--describe", "--group", "victim"), both(cluster, "--list")))
        assert seen[0] == seen[1], arguments
        return seen[0]

    code, output, offsets, groups = after_each(
        "--reset-offsets", "--group", "victim", "--to-offset", "7", "--topic", "first:0,2", "--execute")
    assert code == 0 and offsets.count("\nvictim ") == 4 and output.count("victim ") == 2
    after_each("--reset-offsets", "--group", "victim", "--shift-by", "-100", "--all-topics", "--execute")
    after_each("--delete-offsets", "--group", "victim", "--topic", "first")
    after_each("--delete-offsets", "--group", "victim", "--topic", "first:1", "--topic", "missing")
    after_each("--delete-offsets", "--group", "victim", "--topic", "first:1", "--topic", "missing:0")
    _, output, _, groups = after_each("--delete", "--group", "victim")
    assert output == "Deletion of requested consumer groups ('victim') was successful.\n"
    assert "victim" not in groups
    after_each("--delete", "--group", "victim", "--group", "missing")
    after_each("--delete-offsets", "--group", "missing", "--topic", "first")


def test_a_broker_that_is_not_there(cluster):
    nowhere = f"127.0.0.1:{free_port()}"
    compare_all(cluster, [
        [*arguments, "--timeout", "1000"]
        for arguments in (
            ["--list"], ["--list", "--state"], ["--describe", "--group", "x"], ["--describe", "--all-groups"],
            ["--delete", "--group", "x"], ["--delete-offsets", "--group", "x", "--topic", "first:0"],
            ["--reset-offsets", "--group", "x", "--to-earliest", "--all-topics", "--dry-run"],
        )
    ], bootstrap=nowhere)
    for wrong in ("no-such-host.invalid:9092", "garbage"):
        output = both(cluster, "--list", bootstrap=wrong)
        assert output.endswith("failed due to Failed to create new KafkaAdminClient\n")
