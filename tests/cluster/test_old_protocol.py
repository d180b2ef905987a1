"""inter.broker.protocol.version below 3.9, as during an upgrade: brokers speak to each other as that
release did, and everything works; also together with brokers of Apache Kafka."""
import struct

import pytest
from harness import wire
from harness.broker import Broker
from harness.cluster import NOBODY_ELSE_ELECTS, Cluster
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


INIT_PRODUCER_ID, LOADING = 22, 14


def test_before_3_0_a_broker_takes_producer_ids_from_zookeeper_itself():
    """A controller of that release hands out none; here it is one that does not answer."""
    with Cluster(2, properties={"inter.broker.protocol.version": "2.8"}) as cluster:
        controller = cluster.controller_id()
        other, = set(cluster.brokers) - {controller}
        cluster.brokers[controller].pause()
        with wire.Connection(cluster.brokers[other].port) as connection:
            def given():
                connection.send(wire.request(INIT_PRODUCER_ID, 0, struct.pack(">hi", -1, 60000)))
                error, producer_id = struct.unpack_from(">4xhq", connection.receive()[1])
                assert error in (0, LOADING)
                return error == 0 and (producer_id,)

            assert wait_until(given, "a producer id") == (0,)
        block = cluster.znodes.get_json("/latest_producer_id_block")
        assert (block["broker"], int(block["block_start"]), int(block["block_end"])) == (other, 0, 999)
        cluster.brokers[controller].resume()


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


def test_before_3_2_an_unclean_leader_is_told_to_brokers_and_to_the_next_controller():
    """LeaderAndIsr has no words yet for a leader that is recovering: a controller that used them died."""
    with Cluster(3, properties={"inter.broker.protocol.version": "3.1", **NOBODY_ELSE_ELECTS}) as cluster:
        controller = cluster.controller_id()
        dead, stale = (i for i in cluster.brokers if i != controller)

        def takes_records(broker_id):
            with wire.Connection(cluster.brokers[broker_id].port) as connection:
                connection.send_produce("t", 0, wire.record_batch([b"v"], 1), acks=1)
                return connection.receive_produce()[0] == wire.NONE

        cluster.create_topic("t", assignment=f"{dead}:{stale}", unclean_leader_election_enable="true")
        cluster.brokers[stale].stop()
        cluster.wait_out_of_isr("t", stale)
        cluster.brokers[dead].kill()
        wait_until(lambda: cluster.leader("t", 0) == -1, "nobody leads")
        cluster.restart(stale)
        wait_until(lambda: cluster.leader("t", 0) == stale, "the stale replica leads")
        assert cluster.isr("t", 0) == [stale]
        assert cluster.state("t", 0).get("leader_recovery_state", 0) == 0
        wait_until(lambda: takes_records(stale), "it takes records")

        cluster.restart(dead)
        cluster.wait_full_isr("t")
        cluster.brokers[controller].kill()
        cluster.wait_controller(other_than=controller)
        wait_until(lambda: takes_records(stale), "it serves under the next controller")
        cluster.brokers[stale].kill()
        wait_until(lambda: cluster.leader("t", 0) == dead, "the other replica leads")
        wait_until(lambda: takes_records(dead), "it takes records, too")
