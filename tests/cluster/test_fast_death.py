"""A killed broker's session is closed at once by its reaper; nothing depends on the reaper."""
import os
import re
import signal

import pytest
from harness.cluster import Cluster
from harness.wait import Stopwatch, wait_until

SESSION_TIMEOUT_MS = 18000  # the default: nothing in these tests may wait for it


def reaper_of(broker):
    return wait_until(broker.reaper, f"the reaper of broker {broker.id}", 10)


def znode_gone(cluster, broker_id):
    path = f"/brokers/ids/{broker_id}"
    wait_until(lambda: cluster.znodes.exists(path) is None, f"{path} is gone", 10, 0.001)


@pytest.fixture(scope="module", name="cluster")
def running_cluster():
    with Cluster(2, kind="barnabas") as cluster:
        yield cluster


def test_a_killed_brokers_znode_goes_in_a_fraction_of_a_second(cluster):
    reaper = reaper_of(cluster.brokers[2])
    watch = Stopwatch()
    os.kill(cluster.brokers[2].process.pid, signal.SIGKILL)
    znode_gone(cluster, 2)
    assert watch.ms() < 900
    reaper.wait_for_end(10)
    cluster.restart(2)


def test_the_reaper_ends_with_a_broker_that_stops_in_order(cluster):
    reaper = reaper_of(cluster.brokers[2])
    cluster.brokers[2].stop()
    znode_gone(cluster, 2)
    reaper.wait_for_end(10)
    cluster.restart(2)


@pytest.mark.plain
def test_the_reaper_is_small_and_apart(cluster):
    broker = cluster.brokers[1]
    reaper = reaper_of(broker)
    assert reaper.rss_bytes() <= 4 * 1024 * 1024
    assert os.getpgid(reaper.pid) != os.getpgid(broker.process.pid), "a signal to the group spares it"


def test_session_and_password_are_neither_argument_nor_environment(cluster):
    reaper = reaper_of(cluster.brokers[1])
    sessions = re.findall(r"0x[0-9a-f]{8,}", cluster.zookeeper.four_letters("cons"))
    assert sessions
    with open(f"/proc/{reaper.pid}/environ", "rb") as file:
        told = reaper.command_line() + " " + file.read().decode(errors="replace")
    for session in sessions:
        assert session[2:] not in told and str(int(session, 16)) not in told


def test_a_broker_without_its_reaper_goes_on_and_says_so(cluster):
    broker = cluster.brokers[1]
    reaper_of(broker).kill()
    wait_until(
        lambda: any("reaper" in line.lower() and re.search(r"WARN|ERROR", line)
                    for line in broker.log_text().splitlines()),
        "the broker's log tells of the lost reaper", 10,
    )
    cluster.create_topic("after-the-reaper", assignment="1")
    output = cluster.tools.run("kafka-console-producer", "--topic", "after-the-reaper", stdin="one\n")
    assert output.replace(">", "").strip() == ""
    assert broker.is_alive()
    assert 1 in cluster.registered()
    # It stops in order as ever, and another life gets another reaper.
    broker.stop()
    znode_gone(cluster, 1)
    cluster.restart(1)
    reaper_of(broker)


def test_a_broker_restarted_at_once_after_a_kill_does_not_wait_for_its_own_old_session(cluster):
    broker = cluster.brokers[2]
    reaper = reaper_of(broker)
    # Both killed together: nobody is left to close the session but the next life.
    broker.pause()
    reaper.kill()
    broker.kill()
    watch = Stopwatch()
    before = cluster.znodes.exists("/brokers/ids/2")
    assert before is not None
    broker.start()
    wait_until(
        lambda: cluster.znodes.exists("/brokers/ids/2") not in (None, before), "registered anew", 15, 0.005
    )
    assert watch.ms() < SESSION_TIMEOUT_MS / 3
    broker.wait_until_listening()


@pytest.mark.parametrize("long", [False, True], ids=["for a moment", "until the timeout"])
def test_a_held_broker_keeps_its_session_for_the_timeout_and_loses_its_last_one_to_a_kill(long):
    """kill -STOP is no death: the reaper must not take it for one. What it closes at the end is the session
    that the broker has then."""
    timeout_ms = 4000
    properties = {"zookeeper.session.timeout.ms": timeout_ms, "zookeeper.connection.timeout.ms": 30000}
    with Cluster(2, kind="barnabas", properties=properties) as cluster:
        broker = cluster.brokers[2]
        reaper_of(broker)
        before = cluster.znodes.exists("/brokers/ids/2")
        broker.pause()
        held = Stopwatch()
        if long:
            znode_gone(cluster, 2)
            # The last ping was sent up to a third of the timeout before.
            assert held.ms() > timeout_ms / 2
            broker.resume()
            wait_until(lambda: cluster.znodes.exists("/brokers/ids/2") not in (None, before), "registered anew", 20)
        else:
            for _ in range(20):
                assert cluster.znodes.exists("/brokers/ids/2") == before
            broker.resume()
            assert 2 in cluster.registered()
        killed = Stopwatch()
        os.kill(broker.process.pid, signal.SIGKILL)
        znode_gone(cluster, 2)
        assert killed.ms() < 900
