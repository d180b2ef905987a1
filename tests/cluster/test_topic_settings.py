"""Topics are changed while the brokers run: their configs take effect at every replica, partitions are
added, missing topics are made; kafka-configs and kafka-topics print what Apache Kafka's own print."""
import re

import pytest
from confluent_kafka import KafkaError, Producer
from harness.cluster import Cluster
from harness.wait import wait_until

CONFIGS = "kafka-configs"
TOPICS = "kafka-topics"
KINDS = ("barnabas", "apache")


@pytest.fixture(scope="module", name="cluster")
def two_brokers():
    properties = {"num.partitions": 3, "default.replication.factor": 2, "log.segment.bytes": 1073741824,
                  "auto.leader.rebalance.enable": "false"}
    with Cluster(2, properties=properties) as cluster:
        cluster.create_topic("first", partitions=1)
        yield cluster


def seen(cluster, kind, tool, arguments, bootstrap=None):
    result = cluster.tools.try_run(tool, *arguments, kind=kind, bootstrap=bootstrap)
    # Log lines carry the time of day, and may be those of a tool that ran before in the same machine.
    said = [line.rstrip() for line in result.stderr.split("\n") if line.strip() and not re.match(r"\[\d{4}-", line)]
    return result.returncode, result.stdout, said[0] if said else ""


def both(cluster, tool, *arguments, bootstrap=None):
    """What our tool and Apache Kafka's print, the first line on standard error, the exit code."""
    ours, theirs = (seen(cluster, kind, tool, arguments, bootstrap) for kind in ("barnabas", "apache"))
    if tool == TOPICS:  # whose messages are log lines
        ours, theirs = ours[:2], theirs[:2]
    assert ours == theirs, arguments
    return ours


def alter(cluster, topic, *arguments):
    cluster.tools.run(CONFIGS, "--alter", "--topic", topic, *arguments)


def produce_error(cluster, topic, size):
    errors = []
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "message.max.bytes": 10_000_000,
                         "acks": "all", "retries": 0, "message.timeout.ms": 30_000})
    producer.produce(topic, b"x" * size, on_delivery=lambda error, _: errors.append(error))
    assert producer.flush(60) == 0
    return errors[0].code() if errors[0] else None


def test_configs_are_set_shown_and_taken_back_as_kafkas_tool_does(cluster):
    of_first = ["--entity-type", "topics", "--entity-name", "first"]
    assert both(cluster, CONFIGS, "--describe", *of_first)[1] == "Dynamic configs for topic first are:\n"
    both(cluster, CONFIGS, "--alter", *of_first, "--add-config",
         "retention.ms=3600000, cleanup.policy=[compact,delete],max.message.bytes=900000")
    text = both(cluster, CONFIGS, "--describe", "--topic", "first")[1]
    assert "  retention.ms=3600000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=3600000" in text
    assert "  cleanup.policy=compact,delete sensitive=false" in text
    both(cluster, CONFIGS, "--describe", *of_first, "--all")
    both(cluster, CONFIGS, "--describe", "--entity-type", "topics")
    both(cluster, TOPICS, "--describe", "--topic", "first")
    for kind in KINDS:
        alter(cluster, "first", "--add-config", "flush.ms=7")
        result = seen(cluster, kind, CONFIGS, ["--alter", *of_first, "--delete-config", "flush.ms"])
        assert result[:2] == (0, "Completed updating config for topic first.\n")
    both(cluster, CONFIGS, "--alter", *of_first, "--delete-config", "flush.ms")
    alter(cluster, "first", "--delete-config", "retention.ms,cleanup.policy,max.message.bytes")
    assert cluster.znodes.get_json("/config/topics/first")["config"] == {}


def test_a_file_of_configs_is_added(cluster, tmp_path):
    file = tmp_path / "topic.properties"
    file.write_text("# of a topic\nretention.ms=7\nsegment.ms : 8\n")
    both(cluster, CONFIGS, "--alter", "--topic", "first", "--add-config-file", str(file))
    assert cluster.znodes.get_json("/config/topics/first")["config"] == {"retention.ms": "7", "segment.ms": "8"}
    alter(cluster, "first", "--delete-config", "retention.ms,segment.ms")


def test_wrong_usage_of_kafka_configs_is_answered_in_kafkas_words(cluster):
    first = ["--entity-type", "topics", "--entity-name", "first"]
    for arguments in (
        [], ["--alter", "--describe", *first], ["--describe"],
        ["--describe", "--entity-type", "tables"], ["--describe", *first, "--add-config", "a=b"],
        ["--describe", *first, "--topic", "first"], ["--alter", "--entity-type", "topics", "--add-config", "a=b"],
        ["--alter", *first], ["--alter", *first, "--add-config", "a=b", "--add-config-file", "f"],
        ["--alter", *first, "--add-config", "retention.ms"], ["--alter", *first, "--add-config", "a b=c"],
        ["--alter", *first, "--delete-config", "retention.ms,flush.ms"],
        ["--alter", *first, "--add-config", "retention.ms=week"],
        ["--alter", *first, "--add-config", "no.such=1"],
        ["--describe", "--topic", "missing"], ["--alter", "--topic", "missing", "--add-config", "retention.ms=1"],
        ["--describe", "--entity-type", "topics", "--entity-type", "topics"],
        ["--describe", "--broker", "x"],
    ):
        both(cluster, CONFIGS, *arguments)
    for arguments in (["--describe", *first], ["--describe", "--entity-type", "brokers"]):
        both(cluster, CONFIGS, *arguments, bootstrap="")
    both(cluster, CONFIGS, "--describe", "--topic", "first", "--zookeeper", "localhost:1", bootstrap="")


def test_a_config_takes_effect_at_the_running_leader(cluster):
    cluster.create_topic("live", partitions=2)
    assert produce_error(cluster, "live", 5000) is None
    alter(cluster, "live", "--add-config", "max.message.bytes=1000")
    wait_until(lambda: produce_error(cluster, "live", 5000) == KafkaError.MSG_SIZE_TOO_LARGE, "the limit holds")
    alter(cluster, "live", "--delete-config", "max.message.bytes")
    wait_until(lambda: produce_error(cluster, "live", 5000) is None, "the limit is gone")


def test_a_config_without_effect_is_taken_and_told_of_once(cluster):
    """preallocate, and compaction: the brokers that have the topics say so, once for all of them."""
    for topic in ("ahead", "ahead-too"):
        cluster.create_topic(topic, preallocate="true", cleanup_policy="compact")
    for broker in cluster.brokers.values():
        log = broker.log_text()
        assert log.count("The topic configuration 'preallocate' is not supported yet and has no effect.") == 1, log
        assert log.count("Logs are not compacted yet") == 1, log


def test_partitions_are_added_and_refused_as_kafkas_tool_does(cluster):
    for kind in KINDS:
        topic = f"grown-by-{kind}"
        cluster.create_topic(topic, partitions=1)
        assert seen(cluster, kind, TOPICS, ["--alter", "--topic", topic, "--partitions", "3"])[:2] == (0, "")
        cluster.wait_full_isr(topic)
        cluster.wait_known_to_all(topic)
        assert len(cluster.assignment(topic)) == 3
        assert seen(cluster, kind, TOPICS, [
            "--alter", "--topic", topic, "--partitions", "4", "--replica-assignment", "1:2,1:2,1:2,2:1"])[:2] == (0, "")
        assert cluster.assignment(topic)[3] == [2, 1]
        cluster.wait_full_isr(topic)
        cluster.wait_known_to_all(topic)
    topic = "grown-by-apache"
    assert "Topic already has 4 partitions." in both(cluster, TOPICS, "--alter", "--topic", topic, "--partitions", "4")[1]
    for arguments in (
        ["--partitions", "2"], ["--partitions", "0"], ["--partitions", "6", "--replica-assignment", "1,1,1,1,1,1"],
        ["--partitions", "6", "--replica-assignment", "1:2,1:2,1:2,1:2,1:2"],
        ["--partitions", "5", "--replica-assignment", "1:2,1:2,1:2,1:2,1:9"],
        ["--partitions", "5", "--replica-assignment", "1:2,1:2,1:2,1:2,1:1"], [],
    ):
        both(cluster, TOPICS, "--alter", "--topic", topic, *arguments)
    both(cluster, TOPICS, "--alter", "--topic", "missing", "--partitions", "2")
    both(cluster, TOPICS, "--alter", "--topic", "missing", "--partitions", "2", "--if-exists")


def test_a_missing_topic_is_made_by_the_producer_or_the_consumer_that_asks_for_it(cluster):
    for kind in KINDS:
        for broker in cluster.brokers.values():  # the controller and another one
            topic = f"made-by-{kind}-at-{broker.id}"
            cluster.tools.run("kafka-console-producer", "--topic", topic, kind=kind, stdin="a record\n",
                              bootstrap=broker.address)
            cluster.wait_full_isr(topic)
            assert len(cluster.assignment(topic)) == 3
            assert all(len(replicas) == 2 for replicas in cluster.assignment(topic).values())
            read = cluster.tools.run("kafka-console-consumer", "--topic", topic, "--from-beginning",
                                     "--max-messages", "1", "--timeout-ms", "60000", kind=kind)
            assert read == "a record\n"
        topic = f"asked-for-by-{kind}"
        cluster.tools.try_run("kafka-console-consumer", "--topic", topic, "--timeout-ms", "5000", kind=kind)
        assert topic in cluster.tools.run(TOPICS, "--list").split()
