"""ZooKeeper gone, back, and back without its data: the brokers go on with what they have, and say what is wrong."""
import json
import os
import shutil

from harness.cluster import Cluster
from harness.history import Producers, judge, read_topic
from harness.ports import free_port
from harness.wait import wait_until
from harness.zookeeper import ZooKeeper, ZooKeeperReader

PROPERTIES = {"min.insync.replicas": 2, "zookeeper.session.timeout.ms": 4000, "replica.lag.time.max.ms": 2000}


def log_of_another_cluster(broker):
    """What a broker says that finds its data to be of another cluster than ZooKeeper's."""
    return "cluster" in broker.log_text() and "meta.properties" in broker.log_text()


def refused(zookeeper):
    with open(zookeeper.log_path, encoding="utf-8") as file:
        return file.read().count("Refusing session request")


def restore(cluster, kept):
    """Gives ZooKeeper its data back, and starts the brokers, which have ended, again."""
    data = os.path.join(cluster.zookeeper.folder, "data")
    cluster.zookeeper.stop()
    shutil.rmtree(data)
    shutil.move(kept, data)
    cluster.zookeeper.start()
    cluster.zookeeper.wait_until_serving()
    for broker_id in cluster.brokers:
        cluster.restart(broker_id)
    cluster.wait_full_isr("t")
    cluster.wait_known_to_all("t")


def test_leaders_go_on_while_zookeeper_is_gone_and_everything_when_it_is_back():
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic("t", 6)
        with Producers(2, cluster.bootstrap, "t", 6, per_second=500) as producers:
            producers.wait_for_progress()
            for _ in range(2):
                cluster.zookeeper.stop()
                for _ in range(5):
                    producers.wait_for_progress()
                cluster.zookeeper.start()
                cluster.zookeeper.wait_until_serving()
                cluster.wait_registered(1, 2, 3)
                cluster.wait_controller()
                producers.wait_for_progress()
            cluster.create_topic("after", 3)
            cluster.wait_full_isr("t")
            cluster.brokers[2].kill()
            cluster.wait_leads_nothing("t", 2)
            producers.wait_for_progress()
            cluster.restart(2)
            cluster.wait_full_isr("t")
            producers.end()
            assert not producers.failures()
        judge(producers, read_topic(cluster.bootstrap, "t", 6), cluster)


def test_a_zookeeper_without_its_data_costs_no_record_and_a_restart_says_what_is_wrong():
    with Cluster(2, properties={**PROPERTIES, "min.insync.replicas": 1}) as cluster:
        cluster.create_topic("t", 2)
        with Producers(1, cluster.bootstrap, "t", 2, per_second=200) as producers:
            producers.wait_for_progress()
            kept = os.path.join(cluster.folder, "kept")
            cluster.zookeeper.stop()
            shutil.move(os.path.join(cluster.zookeeper.folder, "data"), kept)
            cluster.zookeeper.start()
            cluster.zookeeper.wait_until_serving()
            # It turns away whoever has seen more of it than it knows itself.
            wait_until(lambda: refused(cluster.zookeeper) > 4, "the brokers are refused", 60)
            producers.wait_for_progress()
            producers.end()
            assert not producers.failures()
        assert all(b.is_alive() for b in cluster.brokers.values())
        for broker in cluster.brokers.values():
            broker.process.kill()
        broker = cluster.brokers[1]
        broker.start()
        assert broker.process.wait_for_end() == 1
        assert log_of_another_cluster(broker), broker.log_tail()

        # With its data, nothing has been lost.
        restore(cluster, kept)
        judge(producers, read_topic(cluster.bootstrap, "t", 2), cluster)


def data_of_another_cluster(folder):
    """A ZooKeeper's data: a cluster's id, a topic `t` of one partition, and more writes than a young cluster has."""
    zookeeper = ZooKeeper(folder, free_port())
    zookeeper.start()
    zookeeper.wait_until_serving()
    znodes = ZooKeeperReader(zookeeper.port)
    wait_until(lambda: znodes.exists("/") is not None, "the znodes", 30)
    for path in ("/cluster", "/brokers", "/brokers/ids", "/brokers/topics", "/brokers/topics/t/partitions"):
        for depth in range(2, path.count("/") + 2):
            part = "/".join(path.split("/")[:depth])
            if znodes.exists(part) is None:
                znodes.create(part)
    znodes.create("/cluster/id", json.dumps({"version": "1", "id": "AnotherClusterAAAAAAAA"}).encode())
    znodes.set("/brokers/topics/t", json.dumps(
        {"version": 3, "topic_id": "AnotherTopicOfThisNamA", "partitions": {"0": [1, 2]},
         "adding_replicas": {}, "removing_replicas": {}}).encode())
    for _ in range(5000):
        znodes.set("/cluster", b"")
    znodes.close()
    zookeeper.stop()
    return os.path.join(folder, "data")


def test_a_zookeeper_of_another_cluster_is_told_of_and_waited_out(tmp_path):
    """It knows of more than ours, so it turns nobody away; the brokers' sessions are unknown to it."""
    other = data_of_another_cluster(str(tmp_path / "other"))
    with Cluster(2, properties={**PROPERTIES, "min.insync.replicas": 1}) as cluster:
        cluster.create_topic("t", 2)
        with Producers(1, cluster.bootstrap, "t", 2, per_second=200) as producers:
            producers.wait_for_progress()
            kept = os.path.join(cluster.folder, "kept")
            data = os.path.join(cluster.zookeeper.folder, "data")
            cluster.zookeeper.stop()
            shutil.move(data, kept)
            shutil.move(other, data)
            cluster.zookeeper.start()
            cluster.zookeeper.wait_until_serving()
            for broker in cluster.brokers.values():
                wait_until(lambda b=broker: "it has the data of AnotherClusterAAAAAAAA" in b.log_text(),
                           "the broker says whose ZooKeeper it is", 60)
            producers.wait_for_progress()
            producers.end()
            assert not producers.failures()
        assert cluster.registered() == set() and cluster.controller_id() is None
        for broker in cluster.brokers.values():
            broker.process.kill()

        restore(cluster, kept)
        judge(producers, read_topic(cluster.bootstrap, "t", 2), cluster)
