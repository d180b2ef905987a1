"""What a broker tells of its settings and of a topic's is what Apache Kafka tells of the same: names,
values, types, sources, synonyms, read-only and sensitive, the whole table of both."""
import struct

import pytest
from harness import wire
from harness.cluster import Cluster

DESCRIBE_CONFIGS, VERSION = 32, 3
TOPIC, BROKER = 2, 4

# Of every type, of several ranks of one synonym, a secret, and one that nobody knows.
SETTINGS = {
    "log.retention.hours": 24,
    "log.retention.minutes": 90,
    "log.roll.ms": 7200000,
    "log.roll.hours": 5,
    "log.flush.scheduler.interval.ms": 100000,
    "log.cleaner.min.cleanable.ratio": 0.25,
    "log.cleanup.policy": "compact, delete",
    "log.message.timestamp.type": "LogAppendTime",
    "offsets.commit.required.acks": -1,
    "auto.create.topics.enable": "FALSE",
    "inter.broker.protocol.version": "3.9",
    "broker.rack": "r1",
    "log.initial.task.delay.ms": 20000,
    "ssl.key.password": "secret",
    "listener.name.plaintext.ssl.truststore.password": "secret",
    "listener.name.plaintext.ssl.protocol": "TLSv1.2",
    "my.plugin.setting": "x",
}
# Where the two are allowed to differ: they listen elsewhere and store elsewhere.
OF_THE_PLACE = ("listeners", "advertised.listeners", "log.dirs", "zookeeper.connect")


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form):
        value, = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value

    def text(self):
        length = self.number("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def list_of(self, item):
        return [item() for _ in range(self.number("i"))]


def describe(port, kind, name, documentation=False):
    body = struct.pack(">ib", 1, kind) + wire.string(name) + struct.pack(">i??", -1, True, documentation)
    with wire.Connection(port) as connection:
        connection.send(wire.request(DESCRIBE_CONFIGS, VERSION, body))
        answer = Reader(connection.receive()[1])

    def synonym():
        return answer.text(), answer.text(), answer.number("b")

    def entry():
        return answer.text(), {
            "value": answer.text(), "read_only": answer.number("?"), "source": answer.number("b"),
            "sensitive": answer.number("?"), "synonyms": answer.list_of(synonym),
            "type": answer.number("b"), "documentation": answer.text(),
        }

    answer.number("i")  # the throttle time
    assert answer.number("i") == 1, "results"
    error, message = answer.number("h"), answer.text()
    assert error == 0, message
    assert (answer.number("b"), answer.text()) == (kind, name)
    return dict(answer.list_of(entry))


@pytest.fixture(scope="module", name="clusters")
def both_kinds():
    with Cluster(1, properties=SETTINGS) as ours, Cluster(1, properties=SETTINGS, kind="apache") as theirs:
        for cluster in (ours, theirs):
            cluster.create_topic("t", segment_bytes=1048576, retention_ms=-1)
        yield ours, theirs


def differences(ours, theirs):
    assert ours.keys() == theirs.keys()
    return {
        key: (ours[key], theirs[key]) for key in sorted(ours)
        if key not in OF_THE_PLACE and ours[key] != theirs[key]
    }


def test_a_broker_tells_of_its_settings_as_apache_kafka_does(clusters):
    told = [describe(cluster.brokers[1].port, BROKER, "1") for cluster in clusters]
    assert len(told[0]) == 314 + 4, "the table, an internal key that is set, and three names out of it"
    assert differences(*told) == {}
    for key in OF_THE_PLACE:
        ours, theirs = ({**one[key], "value": None, "synonyms": None} for one in told)
        assert ours == theirs


def test_a_topic_tells_of_its_settings_as_apache_kafka_does(clusters):
    told = [describe(cluster.brokers[1].port, TOPIC, "t") for cluster in clusters]
    assert len(told[0]) == 36
    assert differences(*told) == {}


def test_every_known_setting_is_documented_when_asked_for(clusters):
    port = clusters[0].brokers[1].port
    for kind, name in ((BROKER, "1"), (TOPIC, "t")):
        entries = describe(port, kind, name, documentation=True)
        undocumented = [key for key, entry in entries.items() if not entry["documentation"]]
        assert all(key.startswith(("my.", "listener.name.")) for key in undocumented), undocumented


def test_apache_kafkas_tool_prints_the_same_of_both(clusters):
    def printed(cluster, *entity):
        lines = cluster.tools.run("kafka-configs", "--describe", "--all", *entity, kind="apache").splitlines()
        return sorted(line for line in lines if line.strip().split("=")[0] not in OF_THE_PLACE)

    for entity in (("--entity-type", "brokers", "--entity-name", "1"),
                   ("--entity-type", "topics", "--entity-name", "t")):
        ours, theirs = (printed(cluster, *entity) for cluster in clusters)
        assert ours == theirs
