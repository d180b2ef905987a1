"""The cluster of `./dev up`, in a folder and on ports of the test's own."""
import json
import os
import socket
import subprocess
import sys

import pytest
from harness import places
from harness.ports import free_port, is_free
from harness.zookeeper import ZooKeeperReader


def four_free_ports():
    """A port P with P-1, P and P+1, P+2 free."""
    while True:
        port = free_port()
        if all(is_free(p) for p in range(port - 1, port + 3)):
            return port


@pytest.fixture(name="dev")
def front_door(tmp_path):
    folder = str(tmp_path / "cluster")

    def dev(*arguments, fails=False):
        result = subprocess.run(
            [sys.executable, os.path.join(places.ROOT, "scripts", "local_cluster.py"), *map(str, arguments)],
            env={**os.environ, "BARNABAS_CLUSTER": folder},
            capture_output=True, text=True, timeout=120, check=False,
        )
        assert (result.returncode != 0) == fails, result.stdout + result.stderr
        return result.stdout + result.stderr

    dev.folder = folder
    yield dev
    dev("down")


def line_of(text, broker_id):
    return next(line for line in text.splitlines() if line.startswith(f"broker {broker_id} "))


def test_a_cluster_goes_up_is_disturbed_and_goes_down(dev):
    port = four_free_ports()
    first = dev("up", "--ids", "102,103,104", "--base-port", port)
    for n, broker_id in enumerate((102, 103, 104)):
        assert f"127.0.0.1:{port + n}  running" in line_of(first, broker_id)
        assert "registered" in line_of(first, broker_id)
    with open(os.path.join(dev.folder, "cluster.json"), encoding="utf-8") as file:
        before = json.load(file)
    second = dev("up", "--brokers", 5)
    assert "a cluster is up already; nothing was changed" in second
    with open(os.path.join(dev.folder, "cluster.json"), encoding="utf-8") as file:
        assert json.load(file) == before

    dev("stop", 103)
    assert "ended, not registered" in line_of(dev("status"), 103)
    dev("start", 103)
    assert "running" in line_of(dev("status"), 103)
    dev("pause", 102)
    assert "paused" in line_of(dev("status"), 102)
    dev("resume", 102)
    assert "running" in line_of(dev("status"), 102)
    dev("kill", 104)
    assert "ended" in line_of(dev("status"), 104)
    assert "broker 104 does not run" in dev("kill", 104, fails=True)
    assert "broker 103 runs already" in dev("start", 103, fails=True)
    assert "there is no broker 9; there are 102, 103, 104" in dev("stop", 9, fails=True)

    dev("down", "--keep")
    assert is_free(port) and is_free(port - 1)
    kept = dev("up")
    assert "starting the cluster that `./dev down --keep` left" in kept
    reader = ZooKeeperReader(port - 1)
    assert reader.children("/brokers/ids") == ["102", "103", "104"]
    reader.close()
    dev("down")
    assert not os.path.exists(dev.folder)
    assert "no cluster is up" in dev("status", fails=True)


def test_a_taken_port_is_named(dev):
    port = four_free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        text = dev("up", "--base-port", port, fails=True)
    assert f"port {port + 1} is in use by something else" in text
    assert "--base-port" in text
    assert not os.path.exists(dev.folder), "nothing was begun"
