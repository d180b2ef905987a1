"""kafka-server-start and kafka-server-stop, as init scripts and run-books call them."""
import os
import subprocess

import pytest
from harness import places
from harness.broker import Broker
from harness.cluster import Cluster
from harness.ports import free_port
from harness.wait import wait_until

# kafka-server-stop stops every broker of the machine, so it is told of one that is nobody else's.
BROKER = 97531
OVERRIDE = ("--override", "log.segment.bytes=1048576")


def run(tool, *arguments, **environment):
    result = subprocess.run(
        [places.tool(tool), *arguments], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, **environment},
    )
    return result.returncode, result.stdout, result.stderr


def stop(*arguments, **environment):
    return run("kafka-server-stop.sh", f"--node-id={BROKER}", *arguments, **environment)


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(1) as cluster:
        yield cluster


@pytest.fixture(name="broker")
def configured_broker(cluster, tmp_path):
    broker = Broker(
        BROKER, free_port(), str(tmp_path), cluster.zookeeper.connect_string,
        {"reserved.broker.max.id": BROKER + 1, "offsets.topic.replication.factor": 1},
    )
    broker.write_properties()
    yield broker
    stop(SIGNAL="KILL")


def wait_registered(cluster, broker, registered=True):
    wait_until(lambda: (broker.id in cluster.registered()) == registered, f"registered: {registered}", 30)


def test_a_daemon_is_started_with_an_override_and_stopped(cluster, broker):
    logs = os.path.join(broker.folder, "logs", "of the broker")
    started = run("kafka-server-start.sh", "-daemon", broker.properties_path, *OVERRIDE, LOG_DIR=logs)
    assert started == (0, "", "")
    wait_registered(cluster, broker)
    configs = cluster.tools.run(
        "kafka-configs", "--describe", "--all", "--entity-type", "brokers", "--entity-name", str(BROKER)
    )
    assert "  log.segment.bytes=1048576 " in configs

    assert stop() == (0, "", "")
    wait_registered(cluster, broker, False)

    def said():
        with open(os.path.join(logs, "kafkaServer.out"), encoding="utf-8") as file:
            return file.read()

    wait_until(lambda: f"[KafkaServer id={BROKER}] shut down completed" in said(), "it says that it ended")
    wait_until(lambda: stop() == (1, "No kafka server to stop\n", ""), "nothing is left to stop")


def test_in_the_foreground_it_is_the_broker_itself(cluster, broker):
    with open(broker.log_path, "wb") as log:
        process = subprocess.Popen(
            [places.tool("kafka-server-start.sh"), broker.properties_path, *OVERRIDE], stdout=log, stderr=log
        )
    try:
        wait_registered(cluster, broker)
        assert os.readlink(f"/proc/{process.pid}/exe") == os.path.realpath(places.program("barnabas"))
        told = stop("--process-role=broker")
        assert told == (0, "When both node-id and process-role are provided, the value for node-id will take "
                           "precedence\n", "")
        assert process.wait(30) == broker_exit_code(cluster)
    finally:
        process.kill()
        process.wait()


def broker_exit_code(cluster):
    """What a broker ends with that is stopped without any tool."""
    code = cluster.brokers[1].stop()
    cluster.restart(1)
    return code


def test_a_chosen_signal_is_sent(cluster, broker):
    assert run("kafka-server-start.sh", "-daemon", broker.properties_path, LOG_DIR=broker.folder)[0] == 0
    wait_registered(cluster, broker)
    code, _, error = stop(SIGNAL="NONSENSE")
    assert code == 1 and error == "NONSENSE: invalid signal specification\n"
    assert stop(SIGNAL="KILL")[0] == 0
    wait_registered(cluster, broker, False)
    with open(os.path.join(broker.folder, "kafkaServer.out"), encoding="utf-8") as file:
        assert "shut down completed" not in file.read()


def test_wrong_usage_and_questions(tmp_path):
    usage = "USAGE: kafka-server-start [-daemon] server.properties [--override property=value]*\n"
    assert run("kafka-server-start.sh") == (1, usage, "")
    assert run("kafka-server-start.sh", "-daemon") == (1, usage, "")
    assert run("kafka-server-start.sh", "--version") == run("kafka-topics.sh", "--version")
    code, log, _ = run("kafka-server-start.sh", str(tmp_path / "missing.properties"))
    assert code == 1 and "missing.properties" in log
    assert run("kafka-server-stop.sh", "--process-role=controller") == (1, "No kafka server to stop\n", "")
