"""A broker that cannot start says why, in Kafka's words where Kafka has some, and ends with 1."""
import os
import socket
import subprocess

import pytest
from harness import places
from harness.broker import Broker
from harness.cluster import Cluster
from harness.ports import free_port
from harness.process import Process
from harness.wait import Stopwatch


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1, properties={"zookeeper.connection.timeout.ms": 6000}) as cluster:
        yield cluster


def another(cluster, tmp_path, broker_id=7, **properties):
    properties = {key.replace("_", "."): value for key, value in properties.items()}
    return Broker(
        broker_id, free_port(), str(tmp_path), cluster.zookeeper.connect_string, properties, cluster.kind
    )


def ends_with(broker, code, *words, arguments=(), timeout=60):
    broker.start(*arguments)
    assert broker.process.wait_for_end(timeout) == code, broker.log_tail()
    text = broker.log_text()
    for word in words:
        assert word in text, text
    return text


def meta_properties(folder, broker_id, cluster_id):
    data = os.path.join(folder, "data")
    os.makedirs(data)
    with open(os.path.join(data, "meta.properties"), "w", encoding="utf-8") as file:
        file.write(f"#\nversion=0\nbroker.id={broker_id}\ncluster.id={cluster_id}\n")


def test_a_data_directory_in_use(cluster, tmp_path):
    owner = cluster.brokers[1]
    broker = another(cluster, tmp_path, owner.id, log_dirs=owner.data_dir)
    ends_with(broker, 1, "Failed to acquire lock on file .lock in", owner.data_dir)
    assert owner.is_alive() and owner.accepts_connections()


def test_a_port_in_use(cluster, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        broker = another(cluster, tmp_path, listeners=f"PLAINTEXT://127.0.0.1:{port}",
                         advertised_listeners=f"PLAINTEXT://127.0.0.1:{port}")
        ends_with(broker, 1, f"Socket server failed to bind to 127.0.0.1:{port}: Address already in use.")
    assert 7 not in cluster.registered()


def test_a_data_directory_of_another_cluster(cluster, tmp_path):
    meta_properties(tmp_path, 7, "aaaaaaaaaaaaaaaaaaaaaa")
    cluster_id = cluster.znodes.get_json("/cluster/id")["id"]
    ends_with(another(cluster, tmp_path), 1, "meta.properties", "aaaaaaaaaaaaaaaaaaaaaa", cluster_id)
    assert 7 not in cluster.registered()


def test_a_data_directory_of_another_broker(cluster, tmp_path):
    meta_properties(tmp_path, 8, cluster.znodes.get_json("/cluster/id")["id"])
    text = ends_with(another(cluster, tmp_path), 1, "meta.properties")
    line = next(line for line in text.splitlines() if "meta.properties" in line and "8" in line)
    assert "7" in line, "both ids are named"
    assert 7 not in cluster.registered()


def test_a_broker_id_that_somebody_else_holds(cluster, tmp_path):
    port = cluster.brokers[1].port
    theirs = cluster.znodes.get("/brokers/ids/1").replace(str(port).encode(), str(free_port()).encode())
    cluster.znodes.create("/brokers/ids/9", theirs, ephemeral=True)
    try:
        broker = another(cluster, tmp_path, 9, zookeeper_session_timeout_ms=2000)
        ends_with(broker, 1, "NodeExists" if cluster.kind == "apache" else "/brokers/ids/9")
        assert cluster.znodes.get("/brokers/ids/9") == theirs, "the other's znode is as it was"
    finally:
        cluster.znodes.delete("/brokers/ids/9")


def test_no_zookeeper(cluster, tmp_path):
    broker = another(cluster, tmp_path, zookeeper_connect=f"127.0.0.1:{free_port()}",
                     zookeeper_connection_timeout_ms=1500)
    watch = Stopwatch()
    ends_with(broker, 1, "Timed out waiting for connection")
    assert watch.ms() > 1400


@pytest.mark.parametrize(("key", "value", "words"), [
    ("num.network.threads", "many", "Not a number of type INT"),
    ("log.retention.ms", "abc", "Not a number of type LONG"),
    ("offsets.topic.replication.factor", "40000", "Not a number of type SHORT"),
    ("log.cleaner.min.cleanable.ratio", "half", "Not a number of type DOUBLE"),
    ("auto.create.topics.enable", "yes", "Expected value to be either true or false"),
    ("log.segment.bytes", "-1", "Value must be at least 14"),
    ("log.cleaner.min.cleanable.ratio", "1.5", "Value must be no more than 1"),
    ("compression.gzip.level", "0", "Value must be between 1 and 9 or equal to -1"),
    ("compression.type", "zip", "String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer"),
    ("log.cleanup.policy", "shred", "String must be one of: compact, delete"),
    ("inter.broker.protocol.version", "3.x", "Version 3.x is not a valid version"),
    ("listener.security.protocol.map", "OPEN", "listener.security.protocol.map"),
    ("listeners", "PLAINTEXT//nowhere", "PLAINTEXT//nowhere"),
])
def test_a_bad_value_is_named_with_its_key(cluster, tmp_path, key, value, words):
    broker = another(cluster, tmp_path)
    text = ends_with(broker, 1, words, arguments=("--override", f"{key}={value}"))
    if cluster.kind == "barnabas":  # Apache Kafka does not always name it
        assert key in text and value in text


def test_an_override_wins_over_the_file(cluster, tmp_path):
    port = free_port()
    listener = f"PLAINTEXT://127.0.0.1:{port}"
    broker = another(cluster, tmp_path, 11)
    broker.start("--override", f"listeners={listener}", "--override", f"advertised.listeners={listener}")
    try:
        broker.port = port
        broker.wait_until_listening()
        cluster.wait_registered(11)
        assert cluster.znodes.get_json("/brokers/ids/11")["port"] == port
    finally:
        broker.process.kill()


def test_questions_are_answered_without_a_broker(cluster):
    if cluster.kind == "barnabas":  # Apache Kafka's --help has no keys, and others have no page
        program = places.program("barnabas")
        told = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
        assert told.stdout.startswith("USAGE: ") and not told.stderr
        assert "\n  log.segment.bytes=<int>  default: 1073741824; valid: at least 14\n" in told.stdout
        page = subprocess.run([program, "--config-reference"], capture_output=True, text=True, check=True).stdout
        with open(os.path.join(places.ROOT, "docs", "configuration.md"), encoding="utf-8") as kept:
            assert page == kept.read()


def test_a_properties_file_that_is_not_there(cluster, tmp_path):
    command = another(cluster, tmp_path)
    command.write_properties()
    line = command.command()
    line[line.index(command.properties_path)] = str(tmp_path / "missing.properties")
    process = Process.spawn(line, str(tmp_path / "log"))
    assert process.wait_for_end() == 1
    assert "missing.properties" in (tmp_path / "log").read_text()
