"""For each tool a table of invocations, right and wrong, whose output and exit code are those of Apache
Kafka's own tool on the same cluster. What still differs, and why, is listed in docs/tools.md."""
import glob
import os
import re
from contextlib import closing

import pytest
from confluent_kafka import Consumer, Producer
from harness import tool_jvm
from harness.cluster import Cluster
from harness.tools import APACHE_MAIN, run_kafkas
from harness.wait import wait_until

# Nobody listens on port 1.
NOBODY = "127.0.0.1:1"


@pytest.fixture(scope="module", name="cluster")
def small_cluster():
    with Cluster(2, properties={"offsets.topic.num.partitions": 2}) as cluster:
        yield cluster


@pytest.fixture(scope="module", name="hasty")
def settings_file(tmp_path_factory):
    """Settings with which a tool gives up soon."""
    path = tmp_path_factory.mktemp("settings") / "client.properties"
    path.write_text("request.timeout.ms=1000\ndefault.api.timeout.ms=1000\n# a comment\nclient.id = table\n")
    return str(path)


def message(stderr):
    """The first line that is not the log's, without the name of Java's exception; of a
    wrong command line of the tools with sub-commands the message, which argparse4j breaks and justifies."""
    usage = re.search(r"^[\w-]+:\s+error:(.*?)(\n\n|\Z)", stderr, re.M | re.S)
    if usage:
        return re.sub(r"\s+", "", usage[1])
    lines = [line for line in stderr.split("\n") if line.strip() and not re.match(r"\[\d{4}-|\s+(at|\.\.\.) |Caused by: | \(", line)]
    lines = [line for line in lines if not re.fullmatch(r"[\w.]+(Exception|Error)", line)]
    first = re.sub(r'^(Exception in thread "main" )?(org|java|joptsimple)\.[\w.]+: ', "", lines[0] if lines else "").rstrip()
    return first.removesuffix(": No such file or directory").removeprefix("Unable to read file ")


def compare(cluster, tool, table, arrange=lambda text: text):
    """Each row is run by both. Every difference is told."""
    differences = []
    for row in table:
        words = [word.replace("SERVERS", cluster.bootstrap) for word in row]
        ours = cluster.tools.try_run(tool, *words, kind="barnabas", bootstrap="")
        theirs = run_kafkas(tool, words)
        seen = [(result.returncode, arrange(result.stdout), message(result.stderr)) for result in (ours, theirs)]
        if seen[0] != seen[1]:
            differences.append(f"{tool} {' '.join(row)}\n  ours   {seen[0]}\n  Kafka's {seen[1]}\n{theirs.stderr[:300]}")
    assert not differences, "\n\n".join(differences)


def test_kafka_cluster(cluster, hasty):
    compare(cluster, "kafka-cluster", [
        ["cluster-id", "--bootstrap-server", "SERVERS"], ["cluster-id", "-b", "SERVERS"], ["cluster", "-bSERVERS"],
        ["cluster-id", "--bootstrap-server=SERVERS", "--config", hasty],
        ["unregister", "-b", "SERVERS", "-i", "2"], ["unregister", "--bootstrap-server", "SERVERS", "--id", "77"],
        ["cluster-id", "-C", "SERVERS", "-c", hasty], ["cluster-id", "-b", NOBODY, "-c", hasty],
        ["cluster-id", "-b", "SERVERS", "-c", "/missing"], ["cluster-id", "-b", "nonsense"],
        [], ["list-endpoints"], ["--bad"], ["cluster-id"], ["cluster-id", "-b"], ["cluster-id", "-b", "SERVERS", "more"],
        ["cluster-id", "--what"], ["cluster-id", "-b", "SERVERS", "-C", "SERVERS"], ["unregister", "-b", "SERVERS"],
        ["unregister", "-b", "SERVERS", "-i", "x"],
    ])


def by_broker(text):
    """Kafka's tool shuffles the brokers."""
    return sorted(re.findall(r"^\S.*? -> .*?^\)$", text, re.M | re.S)) or text


def test_kafka_broker_api_versions(cluster, hasty):
    compare(cluster, "kafka-broker-api-versions", [
        ["--bootstrap-server", "SERVERS"], ["--bootstrap-server", "SERVERS", "--command-config", hasty],
        ["--bootstrap-server", "SERVERS", "--command-config", "/missing"], ["--bootstrap-server"], ["--what"],
        ["--command-config", hasty], ["--bootstrap-server", NOBODY, "--command-config", hasty],
    ], by_broker)


CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


def fill(cluster):
    """Segments and indexes in every codec, offsets and members of a group."""
    for codec in CODECS:
        cluster.create_topic(codec, segment_bytes=14000, index_interval_bytes=1000)
        producer = Producer({
            "bootstrap.servers": cluster.bootstrap, "compression.type": codec, "enable.idempotence": True,
            "batch.num.messages": 20, "linger.ms": 20,
        })
        for number in range(400):
            producer.produce(
                codec, key=f"key {number}" if number % 3 else None, value=f"{number} {'x' * 200}" if number % 5 else None,
                headers=[("a", "1"), ("b", None)] if number % 7 == 0 else None, timestamp=1700000000000 + number,
            )
        assert producer.flush(60) == 0
    cluster.create_topic("now", message_timestamp_type="LogAppendTime")
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    producer.produce("now", key=b"\0\0\0\0\0\0\0\7", value=b"\0\0\0\7")
    assert producer.flush(60) == 0
    consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": "some", "auto.offset.reset": "earliest"})
    consumer.subscribe(["none", "gzip"])
    wait_until(lambda: consumer.poll(1), "a record")
    consumer.commit(asynchronous=False)
    consumer.close()


def files_of(cluster, topic, suffix):
    found = [path for broker in cluster.brokers.values() for path in glob.glob(f"{broker.data_dir}/{topic}-*/*{suffix}")]
    assert found, (topic, suffix)
    return sorted(found)


def test_kafka_dump_log(cluster, tmp_path):
    fill(cluster)
    table = [["--files", ",".join(files_of(cluster, "none", ".snapshot"))]]
    for codec in CODECS:
        for suffix in (".log", ".index", ".timeindex"):
            table.append(["--files", ",".join(files_of(cluster, codec, suffix))])
        table.append(["--print-data-log", "--files", ",".join(files_of(cluster, codec, ".log"))])
    log, index, times, now = (
        files_of(cluster, topic, suffix)[0]
        for topic, suffix in (("none", ".log"), ("none", ".index"), ("none", ".timeindex"), ("now", ".log"))
    )
    cut = tmp_path / os.path.basename(log)
    with open(log, "rb") as file:
        content = file.read()
    cut.write_bytes(content[:-100])
    for suffix, extra in ((".index", b"abc"), (".timeindex", b"\0" * 12)):
        with open(log.replace(".log", suffix), "rb") as file:
            (tmp_path / os.path.basename(log).replace(".log", suffix)).write_bytes(file.read() + extra)
    gap = tmp_path / "00000000000000000007.log"
    gap.write_bytes(content[int.from_bytes(content[8:12], "big") + 12:] + content)
    empty = tmp_path / "00000000000000000009.log"
    empty.write_bytes(b"")
    (tmp_path / "00000000000000000009.index").write_bytes(b"")
    spoilt = tmp_path / "00000000000000000011.snapshot"
    with open(files_of(cluster, "none", ".snapshot")[-1], "rb") as file:
        spoilt.write_bytes(file.read()[:-1] + b"?")
    (tmp_path / "00000000000000000012.log").write_bytes(content[:20] + b"\xff" + content[21:])
    (tmp_path / "00000000000000000013.log").write_bytes(b"\0" * 100)
    offsets = ",".join(files_of(cluster, "__consumer_offsets", ".log"))
    table += [
        ["--files", log, "--deep-iteration"], ["--files", log, "--print-data-log", "--skip-record-metadata"],
        ["--files", log, "--max-bytes", "5000"], ["--files", log, "--max-bytes", "10", "--deep-iteration"],
        ["--files", index, "--verify-index-only"], ["--files", times, "--verify-index-only"],
        ["--files", index, "--index-sanity-check"], ["--files", times, "--index-sanity-check"],
        ["--files", index.replace("/0", "//0"), "--index-sanity-check"],
        ["--files", index, "--max-message-size", "100000"],
        ["--files", offsets, "--offsets-decoder"], ["--files", offsets, "--offsets-decoder", "--skip-record-metadata"],
        ["--files", now, "--key-decoder-class", "org.apache.kafka.tools.api.LongDecoder",
         "--value-decoder-class", "kafka.serializer.IntegerDecoder"],
        ["--files", now, "--key-decoder-class", "no.such.Decoder"],
        ["--files", str(cut)], ["--files", str(gap), "--deep-iteration"], ["--files", str(gap)], ["--files", str(empty)],
        ["--files", str(empty).replace(".log", ".index")], ["--files", str(spoilt)],
        ["--files", str(tmp_path / "00000000000000000012.log")], ["--files", str(tmp_path / "00000000000000000013.log")],
        ["--files", str(cut).replace(".log", ".index"), "--index-sanity-check"],
        ["--files", str(cut).replace(".log", ".timeindex"), "--index-sanity-check"],
        ["--files", str(cut).replace(".log", ".timeindex")],
        ["--files", "/missing/00000000000000000000.log"], ["--files", "/missing/x.log"], ["--files", "a.b,c.d"],
        ["--files", log, "--max-bytes", "many"], ["--files"], ["--what"], ["--print-data-log"],
    ]
    compare(cluster, "kafka-dump-log", table)


def test_kafka_console_consumer(cluster, tmp_path):
    cluster.create_topic("some")
    cluster.create_topic("typed")
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    producer.produce("some", key=b"k", value=b"v", headers=[("a", b"1"), ("b", None)], timestamp=1700000000001)
    producer.produce("some", value=b"\xc3\xa4", timestamp=1700000000002)
    producer.produce("some", key=b"", value=None, timestamp=1700000000003)
    offset_value = b"\0\3" + b"\0" * 7 + b"\5" + b"\0\0\0\2" + b"\0\4meta" + b"\0" * 7 + b"\7"
    group_value = (
        b"\0\3\0\10consumer\0\0\0\3\0\5range\0\1m\0\0\0\0\0\0\0\7\0\0\0\1\0\1m\0\1i\0\1c\0\2/h"
        b"\0\0\3\xe8\0\0\7\xd0\0\0\0\3abc\0\0\0\0"
    )
    transaction_value = b"\0\0" + b"\0" * 7 + b"\x09" + b"\0\1" + b"\0\0\0\x0a" + b"\1" + (
        b"\0\0\0\1\0\1t\0\0\0\2\0\0\0\0\0\0\0\1" + b"\0" * 16
    )
    records = [  # one topic, whose records are one of each kind
        (b"\0\1\0\1g\0\1t\0\0\0\7", offset_value), (b"\0\1\0\1g\0\1t\0\0\0\7", None),
        (b"\0\2\0\1g", group_value), (b"\0\2\0\1g", None), (b"\0\x09\0\1g", b"\0\x63"),
        (b"\0\0\0\2tx", transaction_value), (b"\0\0\0\2tx", None),
    ]
    for partition, (key, value) in enumerate(records):
        topic = f"kind{partition}"
        cluster.create_topic(topic)
        producer.produce(topic, key=key, value=value)
    typed = [b"\0\1", b"\0\0\0\1", b"\0" * 7 + b"\1", b"\x3f\x80\0\0", b"\x40\x59\0\0\0\0\0\0", b"\1"]
    for value in typed:
        producer.produce("typed", value=value)
    assert producer.flush(60) == 0
    style = tmp_path / "formatter.properties"
    style.write_text("print.key=true\nkey.separator=|\n")
    # Neither side leaves before its last fetch is answered.
    quick = ["--bootstrap-server", "SERVERS", "--consumer-property", "fetch.max.wait.ms=10"]
    some = [*quick, "--topic", "some", "--partition", "0", "--timeout-ms", "10000"]
    three = [*some, "--from-beginning", "--max-messages", "3"]
    package = "org.apache.kafka.tools.consumer."
    old = "kafka.coordinator.group.GroupMetadataManager$"
    table = [
        three, [*three, "--property", "print.key=true", "--property", "print.headers=true"],
        [*some, "--offset", "1", "--max-messages", "2"], [*some, "--offset", "earliest", "--max-messages", "1"],
        [*three, *(word for name in ("timestamp", "partition", "offset", "headers", "key", "value")
                   for word in ("--property", f"print.{name}=true"))],
        [*three, "--property", "print.value=false", "--property", "print.offset=true"],
        [*three, "--property", "print.key=true", "--property", "key.separator=: ", "--property", "line.separator=;",
         "--property", "headers.separator=&", "--property", "null.literal=nothing", "--property", "print.headers=true"],
        [*three, "--formatter-config", str(style)],
        [*three, "--formatter-config", str(style), "--property", "key.separator=!"],
        [*three, "--formatter", "kafka.tools.DefaultMessageFormatter"],
        [*three, "--formatter", f"{package}NoOpMessageFormatter"], [*three, "--formatter", f"{package}LoggingMessageFormatter"],
        [*three, "--formatter", "no.such.Formatter"], [*three, "--formatter-config", "/missing"],
        [*three, "--isolation-level", "read_committed"], [*some, "--offset", "7", "--from-beginning"],
        [*some, "--offset", "-7"], [*some, "--offset", "soon"], ["--bootstrap-server", "SERVERS", "--topic", "some", "--offset", "1"],
        ["--bootstrap-server", "SERVERS", "--topic", "some", "--include", "so.*"], ["--bootstrap-server", "SERVERS"],
        [*three, "--group", "g"], ["--topic", "some"], [*three, "--what"], [],
        ["--bootstrap-server", "SERVERS", "--topic", "some", "--from-beginning", "--consumer-property", "auto.offset.reset=latest"],
        ["--bootstrap-server", "SERVERS", "--topic", "some", "--group", "a", "--consumer-property", "group.id=b"],
        ["--bootstrap-server", "SERVERS", "--topic", "some", "--consumer.config", "/missing"],
        [*some[:-1], "0", "--offset", "latest"],
        [*quick, "--topic", "nobody-has-made-it", "--partition", "0", "--timeout-ms", "1000", "--from-beginning"],
        ["--bootstrap-server", NOBODY, "--topic", "some", "--partition", "0", "--timeout-ms", "1000"],
    ]
    names = ("Short", "Integer", "Long", "Float", "Double", "Boolean")
    for offset, name in enumerate(names):
        table.append([
            *quick, "--topic", "typed", "--partition", "0", "--offset", str(offset), "--max-messages", "1",
            "--timeout-ms", "10000", "--value-deserializer", f"org.apache.kafka.common.serialization.{name}Deserializer",
        ])
    for number in range(len(records)):
        for formatter in ("Offsets", "GroupMetadata", "TransactionLog"):
            is_transaction = number >= 5
            if is_transaction != (formatter == "TransactionLog") and number != 4:
                continue
            for prefix in (package,) if formatter == "TransactionLog" else (package, old):
                table.append([
                    *quick, "--topic", f"kind{number}", "--partition", "0", "--from-beginning",
                    "--max-messages", "1", "--timeout-ms", "10000", "--formatter", f"{prefix}{formatter}MessageFormatter",
                ])
    compare(cluster, "kafka-console-consumer", table)


def test_kafka_console_producer(cluster, tmp_path):
    """What each has written, in topics of their own, is the same; so is what they say."""
    reader = tmp_path / "reader.properties"
    reader.write_text("parse.key=true\nkey.separator=:\n")
    headers = ["--property", "parse.headers=true", "--property", "parse.key=true"]
    lines = "h:1,i:2\tk\tv\nh:1\tk\t\n"
    rows = [
        ([], "a\nb\n\nc"), (["--reader-config", str(reader)], "a:b\nc:d:e\n"), (headers, lines),
        (["--property", "parse.key=true"], "k\tv\nno key\n"),
        (["--property", "parse.key=true", "--property", "ignore.error=true"], "k\tv\nno key\n"),
        ([*headers, "--property", "null.marker=NULL"], "NULL\tk\tv\nh:NULL\tNULL\tNULL\n"),
        ([*headers, "--property", "headers.delimiter=|", "--property", "headers.separator=;",
          "--property", "headers.key.separator==", "--property", "key.separator=/"], "a=1;b=2|k/v\n"),
        (headers, "nothing\tk\tv\n"), (["--property", "null.marker=\t", "--property", "parse.key=true"], "k\tv\n"),
        (["--sync"], "a\n"), (["--compression-codec"], "a" * 500), (["--compression-codec", "zstd"], "a" * 500),
        (["--batch-size", "1", "--timeout", "5", "--request-required-acks", "1"], "a\nb\n"),
        (["--line-reader", "no.such.Reader"], "a\n"), (["--compression-codec", "shrink"], "a\n"),
        (["--producer.config", "/missing"], "a\n"), (["--batch-size", "x"], "a\n"), (["--what"], "a\n"),
    ]
    differences = []
    for number, (options, stdin) in enumerate(rows):
        seen = []
        for who in ("ours", "theirs"):
            topic = f"{who}-{number}"
            cluster.create_topic(topic)
            words = ["--bootstrap-server", cluster.bootstrap, "--topic", topic, *options]
            if who == "ours":
                result = cluster.tools.try_run("kafka-console-producer", *words, kind="barnabas", bootstrap="", stdin=stdin)
            else:
                result = run_kafkas("kafka-console-producer", words, stdin)
            (log,) = files_of(cluster, topic, ".log")[-1:]
            dump = run_kafkas("kafka-dump-log", ["--print-data-log", "--files", log]).stdout
            records = re.findall(r"(keySize: -?\d+ valueSize: -?\d+).*?(headerKeys: .*)", dump)
            codecs = set(re.findall(r"compresscodec: \w+", dump))
            seen.append((result.returncode, result.stdout, message(result.stderr), records, codecs))
        if seen[0] != seen[1]:
            differences.append(f"{options} {stdin!r}\n  ours   {seen[0]}\n  Kafka's {seen[1]}")
    assert not differences, "\n\n".join(differences)


@pytest.fixture(name="own_jvm")
def machine_of_its_own():
    """For a tool that leaves connections behind, which would go on talking while others run."""
    with closing(tool_jvm.ToolJvm()) as jvm:
        yield jvm


def test_zookeeper_shell(cluster, own_jvm):
    """As health checks, scripts and people ask. Where, and at the end whether, Kafka's tool tells of the
    connection is left to chance, so it is left out."""
    def arrange(text):
        told = re.compile(r"WATCHER::|WatchedEvent state:(SyncConnected|Closed) type:None path:null|")
        lines = "".join(line + "\n" for line in text.split("\n") if not told.fullmatch(line))
        return re.sub(r"(?m)^((c|m|p)Zxid|(c|m)time|ephemeralOwner) = .*$", r"\1", lines)

    server = f"127.0.0.1:{cluster.zookeeper.port}"
    one_shot = [
        ["ls", "/brokers/ids"], ["ls", "-s", "/brokers"], ["ls", "-R", "/brokers"], ["ls", "/"], ["get", "/brokers/ids/1"],
        ["get", "/controller_epoch"], ["get", "-s", "/cluster/id"], ["get", "/brokers/ids"], ["stat", "/brokers/ids/1"],
        ["ls", "/nope"], ["get", "/nope"], ["stat", "/nope"], ["create", "/nope/a", "x"], ["set", "/nope", "x"],
        ["delete", "/nope"], ["delete", "/brokers"], ["set", "-v", "7", "/brokers", "x"], ["delete", "-v", "9", "/brokers/seqid"],
        ["create", "/brokers", "x"], ["create", "/brokers/ids/1/x", "x"], ["ls"], ["get"], ["create"], ["set", "/x"], ["delete"],
        ["ls", "nopath"], ["ls", "/brokers/"], ["ls", "-x", "/"], ["quit"],
        ["getAcl", "/brokers"], ["getAcl", "-s", "/cluster/id"], ["getAcl", "/nope"], ["getAcl"], ["addauth"],
        ["addauth", "digest", "a:b"], ["setAcl", "/nope", "world:anyone:r"], ["setAcl", "/brokers"],
        ["setAcl", "/brokers", "nonsense"], ["setAcl", "-v", "9", "/brokers", "world:anyone:r"],
    ]
    lines = [
        "ls /brokers\nget /nope\n\nhistory\nquit\n", "create /WHO 'a b'\nget /WHO\nset -s /WHO \"c d\"\nget -s /WHO\n",
        "create -s /WHO/n 1\ncreate -s /WHO/n 2\ncreate -e /WHO/e 3\ncreate -c /WHO/c\nls /WHO\n"
        "get /WHO/c\ndelete /WHO/e\n",
        "ls /WHO\ndelete /WHO\ndeleteall /WHO\nls /WHO\n", "ls /nope\n", "ls /nope\nls /brokers/ids\nquit\nls /brokers\n",
        "addauth digest user:password\ncreate /WHO 1 auth::cdrwa\ngetAcl /WHO\nget /WHO\ndelete /WHO\n",
        "create /WHO 1 world:anyone:rx\nget /WHO\nset /WHO 2\ncreate /WHO/below 3\n",
        "setAcl -s /WHO world:anyone:cdrwa\nget /WHO\ndelete /WHO\n",
        "create /WHO 1\ncreate /WHO/below 2\nsetAcl -R /WHO world:anyone:rda\ngetAcl /WHO/below\nset /WHO/below 3\n"
        "setAcl -R /WHO world:anyone:cdrwa\ndeleteall /WHO\n",
        "create -t 100000 /WHO 1\nset -v 0 /WHO 2\nset -v 0 /WHO 3\ndelete -v 1 /WHO\nls /\n", "create -c -e /WHO\n",
    ]
    differences = []
    rows = [(row, "", server) for row in one_shot] + [([], text, server) for text in lines]
    rows.append((["ls", "/ids"], "", server + "/brokers"))
    for words, stdin, where in rows:
        seen = []
        for who in ("ours-node", "theirs-node"):
            typed = stdin.replace("WHO", who)
            if who == "ours-node":
                result = cluster.tools.try_run("zookeeper-shell", where, *words, kind="barnabas", bootstrap="", stdin=typed)
            else:
                result = own_jvm.run(APACHE_MAIN["zookeeper-shell"], ["-server", where, *words], typed)
            said = [line for line in result.stderr.split("\n") if not line.startswith("[")]
            seen.append((result.returncode, arrange(result.stdout).replace(who, "WHO"), "\n".join(said).replace(who, "WHO")))
        if seen[0] != seen[1]:
            differences.append(f"{words} {stdin!r}\n  ours   {seen[0]}\n  Kafka's {seen[1]}")
    assert not differences, "\n\n".join(differences)
    # When Kafka's tool tells of a change is left to chance.
    watched = cluster.tools.try_run(
        "zookeeper-shell", server, kind="barnabas", bootstrap="", stdin="create /w 1\nget -w /w\nset /w 2\ndelete /w\n"
    )
    assert "WATCHER::\n\nWatchedEvent state:SyncConnected type:NodeDataChanged path:/w\n" in watched.stdout
    # Java's client would go on trying behind the back of the tools that are run next.
    alone = cluster.tools.try_run("zookeeper-shell", NOBODY, "ls", "/ids", kind="barnabas", bootstrap="")
    assert (alone.returncode, alone.stdout, alone.stderr) == (
        1, f"Connecting to {NOBODY}\n", "KeeperErrorCode = ConnectionLoss for /ids\n"
    )


TO_CLUSTER = ["--bootstrap-server", "SERVERS"]
TO_NOBODY = ["--bootstrap-server", NOBODY]
ROWS = {
    "kafka-topics": [
        [*TO_CLUSTER, "--describe", "--topic", "one"], [*TO_CLUSTER, "--list", "--exclude-internal", "--topic", "on."],
        [*TO_CLUSTER, "--describe", "--topic", "missing"], [*TO_CLUSTER, "--delete", "--topic", "missing"],
        [*TO_CLUSTER, "--delete", "--topic", "missing", "--if-exists"], [*TO_CLUSTER, "--create", "--topic", "one"],
        [*TO_CLUSTER, "--create", "--topic", "one", "--if-not-exists"],
        [*TO_CLUSTER, "--create", "--topic", "two", "--replication-factor", "9"],
        [*TO_CLUSTER, "--create", "--topic", "two", "--config", "no.such=1"], [*TO_CLUSTER, "--create", "--topic", "a b"],
        [*TO_CLUSTER, "--alter", "--topic", "one", "--partitions", "1"], [*TO_CLUSTER, "--alter", "--topic", "one"],
        [*TO_CLUSTER, "--create", "--topic", "two", "--partitions", "none"], [*TO_CLUSTER, "--create"],
        TO_CLUSTER, [*TO_CLUSTER, "--list", "--describe"], ["--list"], [*TO_CLUSTER, "--what"],
        [*TO_NOBODY, "--list", "--command-config", "HASTY"], ["--bootstrap-server", "nonsense", "--list"],
        [*TO_CLUSTER, "--list", "--command-config", "/missing"], [],
        *([*TO_CLUSTER, "--create", "--topic", "placed", "--replica-assignment", brokers]
          for brokers in ("1:1,1:2", "1:2,1", "1:2,,2:1", "one")),
        [*TO_CLUSTER, "--create", "--topic", "one", "--replica-assignment", ""],
        [*TO_CLUSTER, "--create", "--topic", "placed", "--replica-assignment", "1", "--partitions", "1"],
        [*TO_CLUSTER, "--alter", "--topic", "one", "--partitions", "3", "--replica-assignment", "1"],
    ],
    "kafka-configs": [
        [*TO_CLUSTER, "--describe", "--topic", "one"], [*TO_CLUSTER, "--describe", "--topic", "missing"],
        [*TO_CLUSTER, "--describe", "--entity-type", "topics", "--entity-name", "one", "--all"],
        [*TO_CLUSTER, "--describe", "--entity-type", "planets"], [*TO_CLUSTER, "--describe"], [*TO_CLUSTER, "--topic", "one"],
        [*TO_CLUSTER, "--alter", "--topic", "one", "--add-config", "no.such=1"],
        [*TO_CLUSTER, "--alter", "--topic", "one", "--add-config", "retention.ms=soon"],
        [*TO_CLUSTER, "--alter", "--topic", "one", "--delete-config", "retention.ms"], [*TO_CLUSTER, "--alter", "--topic", "one"],
        ["--describe", "--topic", "one"], [*TO_CLUSTER, "--what"], [],
        [*TO_NOBODY, "--describe", "--topic", "one", "--command-config", "HASTY"],
    ],
    "kafka-consumer-groups": [
        [*TO_CLUSTER, "--describe", "--group", "missing"], [*TO_CLUSTER, "--delete", "--group", "missing"],
        [*TO_CLUSTER, "--describe"], [*TO_CLUSTER, "--reset-offsets", "--group", "g", "--to-earliest"], TO_CLUSTER,
        ["--list"], [*TO_CLUSTER, "--what"], [*TO_CLUSTER, "--list", "--describe"],
    ],
    "kafka-get-offsets": [
        [*TO_CLUSTER, "--topic", "one"], [*TO_CLUSTER, "--topic", "missing"], [*TO_CLUSTER, "--what"], ["--topic", "one"],
        [*TO_NOBODY, "--command-config", "HASTY"], [],
    ],
    "kafka-leader-election": [
        [*TO_CLUSTER, "--election-type", "preferred", "--topic", "one", "--partition", "0"],
        [*TO_CLUSTER, "--election-type", "preferred", "--topic", "missing", "--partition", "0"],
        [*TO_CLUSTER, "--election-type", "best", "--all-topic-partitions"], [*TO_CLUSTER, "--election-type", "unclean"],
        [*TO_CLUSTER, "--election-type", "unclean", "--topic", "one"], TO_CLUSTER, [*TO_CLUSTER, "--what"],
        [*TO_CLUSTER, "--election-type", "preferred", "--path-to-json-file", "/missing"],
        [*TO_CLUSTER, "--election-type", "preferred", "--path-to-json-file", "ORDER"], [],
        [*TO_NOBODY, "--election-type", "preferred", "--all-topic-partitions", "--admin.config", "HASTY"],
    ],
    "kafka-delete-records": [
        TO_CLUSTER, [], [*TO_CLUSTER, "--what"], ["--offset-json-file", "x"], [*TO_CLUSTER, "--offset-json-file", "/missing"],
        [*TO_CLUSTER, "--offset-json-file", "ORDER", "--command-config", "HASTY"],
        [*TO_NOBODY, "--offset-json-file", "ORDER", "--command-config", "HASTY"],
    ],
    "kafka-log-dirs": [
        [*TO_CLUSTER, "--describe", "--topic-list", "one"], [*TO_CLUSTER, "--describe", "--broker-list", "7"], TO_CLUSTER,
        ["--describe"], [], [*TO_CLUSTER, "--what"], [*TO_NOBODY, "--describe", "--command-config", "HASTY"],
    ],
}


@pytest.mark.parametrize("tool", sorted(ROWS))
def test_questions_and_orders(cluster, hasty, tmp_path, tool):
    order = tmp_path / "order.json"
    order.write_text('{"partitions": [{"topic": "one", "partition": 0, "offset": 0}], "version": 1}')
    if "one" not in cluster.znodes.children("/brokers/topics"):
        cluster.create_topic("one", partitions=2)
        cluster.wait_known_to_all("one")
    rows = [[word.replace("HASTY", hasty).replace("ORDER", str(order)) for word in row] for row in ROWS[tool]]
    compare(cluster, tool, rows)


def test_settings_files(cluster, tmp_path):
    """Users keep one file for all tools: what it may say, and what is refused in the same words."""
    def file(name, text):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    usual = file("usual", "! comment\nclient.id: me\nsecurity.protocol=plaintext\nrequest.timeout.ms = 5000\n"
                 "retry.backoff.ms=10\nreconnect.backoff.ms=10\nno.such.key=1\nmetadata.max.age.ms=1000\n"
                 "sasl.mechanism=PLAIN\nsasl.jaas.config=left.over required;\nssl.truststore.location=/left/over\n")
    soon = file("soon", "request.timeout.ms=soon\n")
    for tool, option, words in (
        ("kafka-topics", "--command-config", ["--list", "--topic", "none.such"]),
        ("kafka-get-offsets", "--command-config", ["--topic", "none.such"]),
        ("kafka-cluster", "--config", ["cluster-id"]),
        ("kafka-log-dirs", "--command-config", ["--describe", "--topic-list", "none.such"]),
        ("kafka-configs", "--command-config", ["--describe", "--topic", "none.such"]),
        ("kafka-consumer-groups", "--command-config", ["--describe", "--group", "none.such"]),
        ("kafka-delete-records", "--command-config", ["--offset-json-file", "/missing"]),
        ("kafka-leader-election", "--admin.config",
         ["--election-type", "preferred", "--topic", "none.such", "--partition", "0"]),
    ):
        compare(cluster, tool, [[*words, "--bootstrap-server", "SERVERS", option, path] for path in (usual, soon)])
    # The same file, and values that Java's clients have a meaning for.
    odd = file("odd", "send.buffer.bytes=-1\nreceive.buffer.bytes=-1\nconnections.max.idle.ms=-1\nbatch.size=0\n"
               "fetch.max.bytes=2147483647\nmax.poll.interval.ms=2147483647\nmetadata.max.age.ms=0\n")
    for path in (usual, odd):
        for tool, words in (
            ("kafka-console-producer", ["--topic", "settings", "--producer.config", path]),
            ("kafka-console-consumer",
             ["--topic", "settings", "--consumer.config", path, "--from-beginning", "--max-messages", "1"]),
            ("kafka-verifiable-producer",
             ["--topic", "settings", "--producer.config", path, "--max-messages", "1"]),
            ("kafka-verifiable-consumer",
             ["--topic", "settings", "--consumer.config", path, "--group-id", "GROUP",
              "--reset-policy", "earliest", "--max-messages", "1"]),
        ):
            for kind in ("barnabas", "apache"):
                own = [word.replace("GROUP", f"{os.path.basename(path)}-{kind}") for word in words]
                result = cluster.tools.try_run(
                    tool, *own, "--bootstrap-server", cluster.bootstrap, kind=kind, bootstrap="", stdin="a\n"
                )
                assert result.returncode == 0, (own, result)
    secure = file("secure", "security.protocol=SASL_SSL\n")
    for tool, option, words in (
        ("kafka-topics", "--command-config", ["--list"]), ("kafka-cluster", "--config", ["cluster-id"]),
        ("kafka-console-consumer", "--consumer.config", ["--topic", "some"]),
        ("kafka-console-producer", "--producer.config", ["--topic", "some"]),
    ):
        result = cluster.tools.try_run(
            tool, *words, "--bootstrap-server", cluster.bootstrap, option, secure, kind="barnabas", bootstrap=""
        )
        assert result.returncode == 1
        assert "security.protocol: PLAINTEXT is the only one supported yet" in result.stdout + result.stderr, result
