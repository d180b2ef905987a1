"""Configs that change at a bad moment: while a broker's session has expired, or while nobody may lead."""
import pytest
from harness import wire
from harness.cluster import Cluster
from harness.wait import wait_until


@pytest.fixture(scope="module", name="cluster")
def three_brokers():
    with Cluster(3, properties={"zookeeper.session.timeout.ms": 3000, "auto.leader.rebalance.enable": "false"}) as cluster:
        yield cluster


def alter(cluster, topic, config, bootstrap=None):
    cluster.tools.run("kafka-configs", "--alter", "--topic", topic, "--add-config", config, bootstrap=bootstrap)


def produce(cluster, broker_id, topic, value=b"v"):
    with wire.Connection(cluster.brokers[broker_id].port) as connection:
        connection.send_produce(topic, 0, wire.record_batch([value], 1), acks=1)
        return connection.receive_produce()[0]


def test_a_config_changed_while_a_session_was_expired_takes_effect_after_it(cluster):
    victim = next(i for i in cluster.brokers if i != cluster.controller_id())
    other = next(b for i, b in cluster.brokers.items() if i != victim)
    cluster.create_topic("asleep", assignment=str(victim))
    assert produce(cluster, victim, "asleep", b"x" * 5000) == wire.NONE
    cluster.brokers[victim].pause()
    cluster.wait_unregistered(victim)
    alter(cluster, "asleep", "max.message.bytes=1000", bootstrap=other.address)
    cluster.brokers[victim].resume()
    cluster.wait_registered(victim)
    wait_until(lambda: produce(cluster, victim, "asleep", b"x" * 5000) == wire.MESSAGE_TOO_LARGE, "the limit holds")
    assert produce(cluster, victim, "asleep") == wire.NONE


def test_unclean_election_allowed_for_a_topic_elects_at_once(cluster):
    """The only replica in the ISR is dead: nobody leads until the operator says what to give up."""
    controller = cluster.controller_id()
    dead, stale = (i for i in cluster.brokers if i != controller)
    cluster.create_topic("given-up", assignment=f"{dead}:{stale}")
    assert produce(cluster, dead, "given-up") == wire.NONE
    cluster.brokers[stale].stop()
    cluster.wait_out_of_isr("given-up", stale)
    assert produce(cluster, dead, "given-up", b"lost when unclean") == wire.NONE
    cluster.brokers[dead].kill()
    wait_until(lambda: cluster.leader("given-up", 0) == -1, "nobody leads")
    assert cluster.isr("given-up", 0) == [dead]
    cluster.restart(stale)
    cluster.wait_known_to_all("given-up")
    assert cluster.leader("given-up", 0) == -1

    alter(cluster, "given-up", "unclean.leader.election.enable=true", bootstrap=cluster.brokers[controller].address)
    wait_until(lambda: cluster.leader("given-up", 0) == stale, "the stale replica leads", 10)
    assert cluster.isr("given-up", 0) == [stale]
    wait_until(lambda: produce(cluster, stale, "given-up") == wire.NONE, "it takes records")
    cluster.restart(dead)
    cluster.wait_full_isr("given-up")
