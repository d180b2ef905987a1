"""A cluster that owns its znodes: with zookeeper.set.acl and ZooKeeper's digest scheme nobody else can
change them, and everything goes on as before. What the ZooKeeper client cannot do stops the start."""
import pytest
from harness.broker import Broker
from harness.cluster import Cluster
from harness.ports import free_port
from harness.zookeeper import ZooKeeperError

NO_AUTH = -102
OWNED = {"zookeeper.set.acl": "true", "barnabas.zookeeper.digest.auth": "kafka:secret"}


@pytest.fixture(scope="module", name="cluster")
def cluster_that_owns_its_znodes():
    with Cluster(3, kind="barnabas", properties=OWNED) as cluster:
        cluster.create_topic("t", assignment="1:2:3,2:3:1")
        cluster.wait_full_isr("t")
        yield cluster


def refused(change, *arguments):
    with pytest.raises(ZooKeeperError) as error:
        change(*arguments)
    return error.value.code == NO_AUTH


def test_strangers_read_and_change_nothing(cluster):
    stranger = cluster.znodes
    assert stranger.get_json("/brokers/ids/1")["port"] == cluster.brokers[1].port
    controller = stranger.get("/controller")
    for path in ("/controller", "/brokers/topics/t", "/brokers/ids", "/cluster/id"):
        assert refused(stranger.set, path, b"{}"), path
    assert refused(stranger.create, "/brokers/topics/mine", b"{}")
    assert refused(stranger.delete, "/brokers/topics/t/partitions/0/state")
    for secret in ("/config/users", "/config/brokers"):
        assert refused(stranger.get, secret), secret
    assert stranger.get("/controller") == controller


def test_leadership_moves_and_a_broker_comes_back(cluster):
    cluster.brokers[2].kill()
    cluster.wait_leads_nothing("t", 2)
    cluster.restart(2)
    cluster.wait_full_isr("t")


def test_znodes_can_be_changed_by_the_tools(cluster):
    cluster.create_topic("another")
    cluster.tools.run("kafka-topics", "--delete", "--topic", "another")


@pytest.mark.parametrize(("properties", "words"), [
    ({"zookeeper.ssl.client.enable": "true"}, "TLS to ZooKeeper is not supported"),
    ({"zookeeper.set.acl": "true"}, "SASL to ZooKeeper is not supported"),
    ({"barnabas.zookeeper.digest.auth": "secret"}, "must have the form user:password"),
    ({"inter.broker.protocol.version": "2.7"}, "Upgrade all brokers to Kafka 2.8 or later first"),
])
def test_what_cannot_be_had_stops_the_start(cluster, tmp_path, properties, words):
    broker = Broker(7, free_port(), str(tmp_path), cluster.zookeeper.connect_string, properties)
    broker.start()
    assert broker.process.wait_for_end() == 1
    text = broker.log_text()
    assert words in text and next(iter(properties)) in text, text
    assert "=secret" not in text and " secret" not in text


def test_sasl_to_zookeeper_in_a_jaas_file_stops_the_start(cluster, tmp_path, monkeypatch):
    jaas = tmp_path / "jaas.conf"
    jaas.write_text("Client {\n org.apache.zookeeper.server.auth.DigestLoginModule required;\n};\n")
    monkeypatch.setenv("KAFKA_OPTS", f"-Djava.security.auth.login.config={jaas}")
    broker = Broker(7, free_port(), str(tmp_path), cluster.zookeeper.connect_string)
    broker.start()
    assert broker.process.wait_for_end() == 1
    assert f"asks for SASL to ZooKeeper (section Client of {jaas})" in broker.log_text()
