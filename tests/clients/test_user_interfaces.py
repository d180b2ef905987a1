"""What user interfaces and monitors ask for: each call gets an answer that they can work with."""
import json
import struct
import subprocess

import pytest
from harness import java_classes, places
from harness.wait import wait_until
from kafka import KafkaConsumer, TopicPartition
from kazoo.client import KazooClient

UNSUPPORTED = "UnsupportedVersionException"  # the API is not advertised: the client asks nobody

# Call -> the answers that may be. Apache Kafka in ZooKeeper mode gives the first of each.
ANSWERS = {
    "describeCluster": ["ok 3"],
    "createTopics": ["ok null"],
    "createPartitions": ["ok null"],
    "listTopics": ["ok true"],
    "describeTopics": ["ok 2"],
    # kafka-ui works out the version of the cluster from this one.
    "describeConfigs-broker": ["ok 3.9-IV0"],
    "incrementalAlterConfigs": ["ok null"],
    "describeConfigs-topic": ["ok 5000000 true"],
    "alterConfigs": ["ok null"],
    "describeLogDirs": ["ok 1"],
    "listOffsets": ["ok 0"],
    "listOffsets-by-time": ["ok -1"],
    "deleteRecords": ["ok null"],
    "alterConsumerGroupOffsets": ["ok null"],
    "listConsumerGroups": ["ok true"],
    "describeConsumerGroups": ["ok Empty"],
    "listConsumerGroupOffsets": ["ok 2"],
    "deleteConsumerGroupOffsets": ["ok null"],
    "deleteConsumerGroups": ["ok null"],
    "electLeaders": ["ok ElectionNotNeededException"],
    "describeFeatures": ["ok true"],
    "describeReplicaLogDirs": ["ok 1"],
    "describeMetadataQuorum": [UNSUPPORTED],
    "deleteTopics": ["ok null"],
    # What a cluster without the feature says; the interfaces hide it then.
    "describeProducers": ["ok 0", UNSUPPORTED],
    "listTransactions": ["ok 0", UNSUPPORTED],
    "describeAcls": ["SecurityDisabledException", UNSUPPORTED],
    "createAcls": ["SecurityDisabledException", UNSUPPORTED],
    "deleteAcls": ["SecurityDisabledException", UNSUPPORTED],
    "alterClientQuotas": ["ok null", UNSUPPORTED],
    "alterUserScramCredentials": ["ok null", UNSUPPORTED],
    "alterReplicaLogDirs": ["LogDirNotFoundException", UNSUPPORTED],
    "describeClientQuotas": ["ok 0", UNSUPPORTED],
    "describeUserScramCredentials": ["ok 1", UNSUPPORTED],
    "deleteUserScramCredentials": ["ok null", UNSUPPORTED],
    "listPartitionReassignments": ["ok 0", UNSUPPORTED],
    "alterPartitionReassignments": ["ok null", UNSUPPORTED],
}


# The same of the programs that are written in Go.
TOO_OLD = "broker is too old; the broker has already indicated it will not know how to handle the request"
GO_ANSWERS = {
    "ApiVersions": ["ok 3"],
    # kminion logs it. A release is missed as soon as one of its APIs is: ours has no SaslHandshake.
    "VersionGuess": ["ok v3.9", "ok between v0.9.0 and v0.10.0"],
    "Metadata": ["ok 3"],
    "OffsetCommit": ["ok <nil>"],
    "OffsetFetch-many": ["ok 4"],
    "ListGroups": ["ok EmptyEmpty"],
    "DescribeGroups": ["ok 2"],
    "ListOffsets": ["ok 3"],
    "ListOffsets-by-time": ["ok 3"],
    "DescribeLogDirs": ["ok 3"],
    "DescribeConfigs": ["ok true"],
    "DescribeAcls": ["ok 0"],
    "DescribeClientQuotas": ["ok 0", TOO_OLD],
    "DescribeUserScramCredentials": ["ok 0", TOO_OLD],
    "ListPartitionReassignments": ["ok 0"],
    "sarama-ListGroups": ["ok true"],
    "sarama-OffsetFetch-all": ["ok 2"],
}


def check_answers(cluster, command, answers):
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr[-4000:]
    said = dict(line.split(" ", 1) for line in result.stdout.splitlines())
    assert said.keys() == answers.keys()
    accepted = {call: some[:1] if cluster.kind == "apache" else some for call, some in answers.items()}
    assert {call: answer for call, answer in said.items() if answer not in accepted[call]} == {}


def test_each_call_of_the_interfaces_is_answered(cluster):
    cluster.create_topic("interfaces-first")
    check_answers(cluster, java_classes.command(
        "UserInterfaces", cluster.bootstrap, "interfaces", "interfaces-group"), ANSWERS)


def test_each_call_of_the_monitors_in_go_is_answered(cluster, topic):
    check_answers(cluster, [places.GO_INTERFACES, cluster.bootstrap, topic, topic], GO_ANSWERS)


def test_burrow_and_kminion_can_read_the_offsets_topic(cluster, topic):
    servers = cluster.bootstrap.split(",")
    member = KafkaConsumer(topic, bootstrap_servers=servers, group_id=topic, enable_auto_commit=False)
    wait_until(lambda: member.poll(timeout_ms=100) == {} and member.assignment(), "joined", 60)
    member.commit()
    member.close()
    reader = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest")
    partitions = [TopicPartition("__consumer_offsets", p) for p in
                  reader.partitions_for_topic("__consumer_offsets")]
    reader.assign(partitions)
    seen = set()

    def both_kinds():
        for records in reader.poll(timeout_ms=200).values():
            for record in records:
                if record.value is not None:
                    seen.add((struct.unpack_from(">h", record.key)[0], struct.unpack_from(">h", record.value)[0]))
        return {key for key, _ in seen} >= {1, 2}

    wait_until(both_kinds, "an offset and a group", 60)
    reader.close()
    # Burrow drops other versions with an error.
    assert all(value in ((0, 1, 3, 4) if key < 2 else (0, 1, 2, 3)) for key, value in seen), seen


@pytest.fixture(name="zookeeper")
def connected(cluster):
    client = KazooClient(hosts=cluster.zookeeper.connect_string)
    client.start()
    yield client
    client.stop()
    client.close()


def document(**fields):
    return json.dumps({"version": 1, **fields}).encode()


def test_cmak_does_its_work_by_znodes(cluster, zookeeper):
    broker = json.loads(zookeeper.get("/brokers/ids/1")[0])
    assert broker.keys() >= {"host", "port", "jmx_port", "endpoints", "listener_security_protocol_map"}

    # A topic, as CMAK creates it: its config, then its assignment.
    topic = "cmak"
    zookeeper.create(f"/config/topics/{topic}", document(config={}))
    zookeeper.create(f"/brokers/topics/{topic}", document(partitions={"0": [1, 2, 3]}))
    cluster.wait_full_isr(topic)
    cluster.wait_known_to_all(topic)

    # A partition more.
    zookeeper.set(f"/brokers/topics/{topic}", document(partitions={"0": [1, 2, 3], "1": [2, 3, 1]}))
    cluster.wait_full_isr(topic)

    # A config, with a notice in the form of version 1.
    zookeeper.set(f"/config/topics/{topic}", document(config={"retention.ms": "7000000"}))
    zookeeper.create("/config/changes/config_change_",
                     document(entity_type="topics", entity_name=topic), sequence=True)
    wait_until(lambda: "retention.ms=7000000" in cluster.tools.run(
        "kafka-configs", "--describe", "--topic", topic), "the config is heard of", 60)

    # Leaders back to their places.
    cluster.brokers[1].stop()
    cluster.wait_leads_nothing(topic, 1)
    cluster.restart(1)
    cluster.wait_full_isr(topic)
    zookeeper.create("/admin/preferred_replica_election",
                     document(partitions=[{"topic": topic, "partition": 0}]))
    wait_until(lambda: cluster.leader(topic, 0) == 1, "the preferred leader", 60)
    wait_until(lambda: not zookeeper.exists("/admin/preferred_replica_election"), "the request is gone", 60)

    zookeeper.create(f"/admin/delete_topics/{topic}", b"")
    wait_until(lambda: not zookeeper.exists(f"/brokers/topics/{topic}"), "the topic is gone", 60)
