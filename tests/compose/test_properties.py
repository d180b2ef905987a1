"""What the image makes of the environments that people have for the images they know."""
import os
import subprocess

import pytest
from harness import places

SCRIPT = os.path.join(places.ROOT, "docker", "properties.sh")
DATA = "/var/lib/kafka/data"


def run(environment, file=""):
    return subprocess.run(
        ["bash", SCRIPT, DATA, file], env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, check=False,
    )


def properties(environment, file=""):
    result = run(environment, file)
    assert result.returncode == 0, result.stderr
    return dict(line.split("=", 1) for line in result.stdout.splitlines())


CONFLUENT = {
    "KAFKA_BROKER_ID": "1",
    "KAFKA_ZOOKEEPER_CONNECT": "zookeeper:2181",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT",
    "KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://broker:29092,PLAINTEXT_HOST://localhost:9092",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "true",
    "KAFKA_JMX_PORT": "9101",
    "KAFKA_HEAP_OPTS": "-Xmx512m",
    "KAFKA_CONFLUENT_SUPPORT_METRICS_ENABLE": "false",
    "CONFLUENT_METRICS_ENABLE": "false",
}
BITNAMI = {
    "KAFKA_BROKER_ID": "1",
    "KAFKA_ENABLE_KRAFT": "no",
    "ALLOW_PLAINTEXT_LISTENER": "yes",
    "KAFKA_CFG_ZOOKEEPER_CONNECT": "zookeeper:2181",
    "KAFKA_CFG_LISTENERS": "CLIENT://:9092,EXTERNAL://:9093",
    "KAFKA_CFG_ADVERTISED_LISTENERS": "CLIENT://kafka:9092,EXTERNAL://localhost:9093",
    "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENT:PLAINTEXT,EXTERNAL:PLAINTEXT",
    "KAFKA_CFG_INTER_BROKER_LISTENER_NAME": "CLIENT",
}
WURSTMEISTER = {
    "KAFKA_ZOOKEEPER_CONNECT": "zookeeper:2181",
    "KAFKA_ADVERTISED_HOST_NAME": "192.168.99.100",
    "KAFKA_CREATE_TOPICS": "Topic1:1:3,Topic2:1:1:compact",
}


def test_a_compose_file_for_cp_kafka():
    assert properties(CONFLUENT) == {
        "broker.id": "1",
        "zookeeper.connect": "zookeeper:2181",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT",
        "listeners": "PLAINTEXT://0.0.0.0:29092,PLAINTEXT_HOST://0.0.0.0:9092",
        "advertised.listeners": "PLAINTEXT://broker:29092,PLAINTEXT_HOST://localhost:9092",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "auto.create.topics.enable": "true",
        "log.dirs": DATA,
    }


def test_a_compose_file_for_bitnami():
    assert properties(BITNAMI) == {
        "broker.id": "1",
        "zookeeper.connect": "zookeeper:2181",
        "listeners": "CLIENT://:9092,EXTERNAL://:9093",
        "advertised.listeners": "CLIENT://kafka:9092,EXTERNAL://localhost:9093",
        "listener.security.protocol.map": "CLIENT:PLAINTEXT,EXTERNAL:PLAINTEXT",
        "inter.broker.listener.name": "CLIENT",
        "log.dirs": DATA,
    }


def test_a_compose_file_for_wurstmeister():
    assert properties(WURSTMEISTER) == {
        "zookeeper.connect": "zookeeper:2181",
        "listeners": "PLAINTEXT://0.0.0.0:9092",
        "advertised.listeners": "PLAINTEXT://192.168.99.100:9092",
        "log.dirs": DATA,
    }


def test_wurstmeisters_commands_are_run_and_their_words_put_in():
    made = properties({
        "KAFKA_ZOOKEEPER_CONNECT": "zookeeper:2181",
        "HOSTNAME_COMMAND": "echo 'a&b'.example",
        "PORT_COMMAND": "echo 9095",
        "RACK_COMMAND": "echo r1",
        "BROKER_ID_COMMAND": "echo 12",
        "KAFKA_ADVERTISED_LISTENERS":
            "INSIDE://:9092,OUTSIDE://_{HOSTNAME_COMMAND}:_{PORT_COMMAND}",
        "KAFKA_LISTENERS": "INSIDE://:9092,OUTSIDE://:9094",
    })
    assert made["advertised.listeners"] == "INSIDE://:9092,OUTSIDE://a&b.example:9095"
    assert made["listeners"] == "INSIDE://:9092,OUTSIDE://:9094"
    assert (made["broker.rack"], made["broker.id"]) == ("r1", "12")


def test_wurstmeisters_advertised_port_is_told_and_the_broker_listens_on_its_own():
    made = properties({**WURSTMEISTER, "KAFKA_ADVERTISED_PORT": "9094", "KAFKA_PORT": "9099"})
    assert made["advertised.listeners"] == "PLAINTEXT://192.168.99.100:9094"
    assert made["listeners"] == "PLAINTEXT://0.0.0.0:9099"


@pytest.mark.parametrize("name, key", [
    ("KAFKA_LOG_RETENTION_HOURS", "log.retention.hours"),
    ("KAFKA_CFG_LOG_RETENTION_HOURS", "log.retention.hours"),
    ("KAFKA_A__B", "a_b"),
    ("KAFKA_A___B", "a-b"),
    ("KAFKA_CFG_A__B___C_D", "a_b-c.d"),
])
def test_names_are_keys(name, key):
    assert properties({"KAFKA_ZOOKEEPER_CONNECT": "z", name: "x"})[key] == "x"


def test_cfg_is_the_more_particular_name():
    both = {"KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_BROKER_ID": "1", "KAFKA_CFG_BROKER_ID": "2"}
    assert properties(both)["broker.id"] == "2"


def test_apache_kafkas_node_id_is_the_broker_id():
    made = properties({"KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_NODE_ID": "5"})
    assert made["broker.id"] == "5" and "node.id" not in made


def test_values_keep_their_equal_signs_spaces_and_lines():
    made = properties({"KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_X": "a=b  c\nd"})
    assert made["x"] == r"a=b  c\nd"


def test_variables_for_java_are_named_in_one_line():
    said = run(CONFLUENT).stderr.splitlines()
    assert len(said) == 1
    assert all(name in said[0] for name in ("KAFKA_HEAP_OPTS", "KAFKA_JMX_PORT", "CONFLUENT_METRICS_ENABLE"))


def test_what_the_broker_reads_itself_is_no_property_and_not_called_ignored():
    plain = run({**BITNAMI, "KAFKA_ZOOKEEPER_PROTOCOL": "PLAINTEXT", "KAFKA_OPTS": "-Da=b"})
    assert plain.stdout == run(BITNAMI).stdout and plain.stderr == ""


def test_passwords_that_cannot_be_used_are_named_and_not_written():
    result = run({**BITNAMI, "KAFKA_CLIENT_USERS": "u", "KAFKA_CLIENT_PASSWORDS": "secret"})
    assert "WARN" in result.stderr and "KAFKA_CLIENT_PASSWORDS" in result.stderr
    assert "secret" not in result.stdout + result.stderr


def test_a_kubernetes_service_called_kafka_is_no_property():
    made = properties({
        "KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_PORT": "tcp://10.0.0.1:9092", "KAFKA_SERVICE_HOST": "10.0.0.1",
        "KAFKA_PORT_9092_TCP_ADDR": "10.0.0.1",
    })
    assert made == {"zookeeper.connect": "z", "listeners": "PLAINTEXT://0.0.0.0:9092", "log.dirs": DATA}


def test_data_directories_of_ones_own():
    assert properties({"KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_LOG_DIRS": "/a,/b"})["log.dirs"] == "/a,/b"
    assert "log.dirs" not in properties({"KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_LOG_DIR": "/a"})


def test_the_environment_overrides_a_mounted_file(tmp_path):
    file = tmp_path / "server.properties"
    file.write_text("zookeeper.connect=file:2181\nbroker.id=3\nlog.dirs=/file")
    assert properties({"KAFKA_BROKER_ID": "4"}, str(file)) == {
        "zookeeper.connect": "file:2181", "broker.id": "4", "log.dirs": "/file",
        "listeners": "PLAINTEXT://0.0.0.0:9092",
    }


@pytest.mark.parametrize("environment, why", [
    ({"KAFKA_BROKER_ID": "1"}, "KAFKA_ZOOKEEPER_CONNECT"),
    ({"KAFKA_ZOOKEEPER_CONNECT": "z", "KAFKA_PROCESS_ROLES": "broker"}, "KRaft"),
    ({"KAFKA_CFG_ZOOKEEPER_CONNECT": "z", "KAFKA_ENABLE_KRAFT": "yes"}, "KRaft"),
    ({**BITNAMI, "KAFKA_ZOOKEEPER_PROTOCOL": "SASL"}, "KAFKA_ZOOKEEPER_PROTOCOL=SASL"),
    ({**BITNAMI, "KAFKA_ZOOKEEPER_PROTOCOL": "SSL"}, "KAFKA_ZOOKEEPER_PROTOCOL=SSL"),
])
def test_what_cannot_be_a_broker_is_refused_with_the_reason(environment, why):
    result = run(environment)
    assert result.returncode == 1 and result.stdout == "" and why in result.stderr
