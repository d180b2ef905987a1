"""inter.broker.protocol.version below 3.9, as during an upgrade: brokers speak to each other as that
release did, and everything works; also together with brokers of Apache Kafka."""
import pytest
from harness.broker import Broker
from harness.cluster import Cluster
from harness.wait import wait_until


def fails_over_and_recovers(cluster, topic, broker_id):
    cluster.create_topic(topic, assignment="1:2:3,2:3:1,3:1:2")
    cluster.wait_full_isr(topic)
    cluster.brokers[broker_id].kill()
    cluster.wait_leads_nothing(topic, broker_id)
    cluster.wait_out_of_isr(topic, broker_id)
    cluster.restart(broker_id)
    cluster.wait_full_isr(topic)


@pytest.mark.parametrize(("version", "feature"), [("2.8", 1), ("2.8-IV0", 1), ("3.2", 1), ("3.5", 2)])
def test_a_cluster_that_speaks_as_an_older_release_fails_over(version, feature):
    with Cluster(3, properties={"inter.broker.protocol.version": version}) as cluster:
        fails_over_and_recovers(cluster, "t", cluster.controller_id())
        cluster.tools.run("kafka-topics", "--delete", "--topic", "t")
        wait_until(lambda: "t" not in cluster.znodes.children("/brokers/topics"), "the topic is gone", 30)
        assert cluster.znodes.get_json("/feature")["version"] == feature


def make_controller_of(cluster, kind):
    others = [i for i, broker in cluster.brokers.items() if broker.kind != kind]
    for broker_id in others:
        cluster.brokers[broker_id].stop()
    wait_until(lambda: cluster.controller_id() in set(cluster.brokers) - set(others), f"{kind} controls", 30)
    for broker_id in others:
        cluster.restart(broker_id)


def test_brokers_of_both_kinds_replicate_and_lead_in_one_cluster():
    properties = {"inter.broker.protocol.version": "3.6"}
    with Cluster(3, kind="barnabas", properties=properties) as cluster:
        first = cluster.brokers[1]
        first.stop()
        cluster.brokers[1] = Broker(
            1, first.port, first.folder, cluster.zookeeper.connect_string, properties, "apache"
        )
        cluster.restart(1)
        for kind in ("apache", "barnabas"):
            make_controller_of(cluster, kind)
            for broker_id in (1, 2):
                fails_over_and_recovers(cluster, f"{kind}-{broker_id}", broker_id)
