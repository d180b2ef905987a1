"""Apache Kafka's own formatters read what our coordinator wrote into __consumer_offsets."""
import json
import re

from confluent_kafka import Consumer, Producer, TopicPartition
from harness.cluster import Cluster
from harness.wait import wait_until

TOPIC = "t"
GROUP = "the-group"


def work_in_a_group(cluster):
    """A member that is assigned all of TOPIC commits offset 5 of partition 0, and leaves."""
    producer = Producer({"bootstrap.servers": cluster.bootstrap})
    for number in range(5):
        producer.produce(TOPIC, str(number), partition=0)
    assert producer.flush(60) == 0
    consumer = Consumer({
        "bootstrap.servers": cluster.bootstrap, "group.id": GROUP, "client.id": "member",
        "auto.offset.reset": "earliest", "enable.auto.commit": False,
    })
    consumer.subscribe([TOPIC])

    def is_assigned():
        consumer.poll(0.05)
        return len(consumer.assignment()) == 2

    wait_until(is_assigned, "an assignment", 60)
    consumer.commit(offsets=[TopicPartition(TOPIC, 0, 5)], asynchronous=False)
    consumer.close()


def formatted(cluster, formatter):
    return cluster.tools.run(
        "kafka-console-consumer", "--topic", "__consumer_offsets", "--from-beginning", "--timeout-ms", "5000",
        "--formatter", formatter, kind="apache")


def documents(cluster, formatter):
    """Those of GROUP: the tool is a member of a group of its own. 3.9 prints no line ends after groups."""
    printed = formatted(cluster, "org.apache.kafka.tools.consumer." + formatter).strip()
    found = []
    while printed:
        document, end = json.JSONDecoder().raw_decode(printed)
        printed = printed[end:].lstrip()
        if document["key"]["data"]["group"] == GROUP:
            found.append(document)
    return found


def test_apache_kafkas_formatters_read_offsets_and_generations():
    properties = {"offsets.topic.num.partitions": 1, "group.initial.rebalance.delay.ms": 0}
    with Cluster(1, properties=properties) as cluster:
        cluster.create_topic(TOPIC, partitions=2)
        work_in_a_group(cluster)

        offsets = documents(cluster, "OffsetsMessageFormatter")
        assert [(o["key"]["version"], o["value"]["version"]) for o in offsets] == [(1, 3)]
        assert offsets[0]["key"]["data"] == {"group": GROUP, "topic": TOPIC, "partition": 0}
        assert offsets[0]["value"]["data"]["offset"] == 5

        groups = documents(cluster, "GroupMetadataMessageFormatter")
        assert {(g["key"]["version"], g["value"]["version"]) for g in groups} == {(2, 3)}
        joined, left = (g["value"]["data"] for g in groups)
        assert (joined["generation"], left["generation"]) == (1, 2)
        assert (joined["protocolType"], joined["protocol"], left["protocol"]) == ("consumer", "range", None)
        assert [m["clientId"] for m in joined["members"]] == ["member"]
        assert left["members"] == [] and left["leader"] is None

        # The formatters that scripts of the last ten years name.
        legacy = "kafka.coordinator.group.GroupMetadataManager$"
        told = formatted(cluster, legacy + "OffsetsMessageFormatter").splitlines()
        assert [line for line in told if re.match(rf"\[{GROUP},{TOPIC},0\]::.*offset=5,", line)]
        assert f"{GROUP}::GroupMetadata(" in formatted(cluster, legacy + "GroupMetadataMessageFormatter")
