"""Limits on what strangers may take: connections in all, by listener, by address, by second; their size, their
idle time; file descriptors. Whoever is above one waits or is closed, and nobody else notices."""
import contextlib
import os
import resource
import select
import socket
import struct
import subprocess
import time

import pytest
from harness import places, wire
from harness.cluster import Cluster
from harness.ports import free_port
from harness.wait import wait_until

LISTENERS = ("SMALL", "SLOW", "OUT")
MAX_CONNECTIONS = 30


@pytest.fixture(scope="module", name="ports")
def ports_of_a_broker_with_limits():
    ports = {name: free_port() for name in LISTENERS}
    with Cluster(1, properties={
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in ("PLAINTEXT", *LISTENERS)),
        "max.connections": MAX_CONNECTIONS,
        "max.connections.per.ip.overrides": "127.0.0.2:2",
        "listener.name.small.max.connections": 2,
        "listener.name.slow.max.connection.creation.rate": 1,
        "quota.window.num": 2,
        "socket.request.max.bytes": 100000,
        "queued.max.request.bytes": 100000,
    }, extra_listeners=ports) as cluster:
        yield {**ports, "PLAINTEXT": cluster.brokers[1].port}


def is_served(connection):
    return connection.api_versions()[0] == wire.NONE


def ask(connection):
    connection.send(wire.request(wire.API_VERSIONS, 0, correlation=9))


def waits(connection):
    """Asked and not answered, nor closed, for a while."""
    ask(connection)
    connection.socket.settimeout(0.3)
    try:
        connection.socket.recv(1, socket.MSG_PEEK)
    except TimeoutError:
        return True
    finally:
        connection.socket.settimeout(20)
    return False


def test_above_a_listeners_maximum_a_newcomer_waits_for_a_slot(ports):
    with contextlib.ExitStack() as stack:
        first, second, third = (stack.enter_context(wire.Connection(ports["SMALL"])) for _ in range(3))
        assert is_served(first) and is_served(second)
        assert waits(third)
        with wire.Connection(ports["OUT"]) as elsewhere:
            assert is_served(elsewhere)
        first.socket.close()
        assert third.receive()[0] == 9


def test_an_address_with_too_many_is_closed_at_once(ports):
    def from_there():
        return socket.create_connection(("127.0.0.1", ports["OUT"]), timeout=20, source_address=("127.0.0.2", 0))

    with from_there(), from_there():
        with from_there() as third:
            third.sendall(wire.request(wire.API_VERSIONS, 0))
            try:
                assert third.recv(1) == b""
            except ConnectionResetError:
                pass
        with wire.Connection(ports["OUT"]) as of_another_address:
            assert is_served(of_another_address)


def test_above_the_creation_rate_connections_wait_for_their_time(ports):
    began = time.monotonic()
    for _ in range(4):
        with wire.Connection(ports["SLOW"]) as connection:
            assert is_served(connection)
    assert time.monotonic() - began > 1, "one a second, over windows of two seconds"


def test_the_brokers_maximum_holds_clients_up_and_lets_brokers_in(ports):
    with contextlib.ExitStack() as stack:
        served = []
        while True:
            connection = stack.enter_context(wire.Connection(ports["OUT"]))
            if waits(connection):
                break
            assert connection.receive()[0] == 9
            served.append(connection)
            assert len(served) <= MAX_CONNECTIONS
        with wire.Connection(ports["PLAINTEXT"]) as of_a_broker:
            assert is_served(of_a_broker)
            gone = select.select([c.socket for c in served], [], [], 20)[0]
            assert len(gone) == 1, "one client goes for it"
            assert gone[0].recv(1) == b""
            assert all(is_served(c) for c in served if c.socket not in gone)


def test_a_request_above_the_size_limit_closes_its_connection(ports):
    with wire.Connection(ports["OUT"]) as connection, wire.Connection(ports["OUT"]) as neighbour:
        connection.send(struct.pack(">i", 100001) + b"x" * 100)
        assert connection.is_closed_by_peer()
        assert is_served(neighbour)


def test_while_frames_fill_the_byte_limit_no_other_is_begun(ports):
    whole = wire.request(wire.METADATA, 1, struct.pack(">i", -1))
    with wire.Connection(ports["OUT"]) as slow, wire.Connection(ports["OUT"]) as quick:
        assert is_served(slow) and is_served(quick)
        slow.send(struct.pack(">i", 100000) + whole[4:])
        while not waits(quick):  # the broker has not read the half frame yet
            assert quick.receive()[0] == 9
        slow.socket.close()
        assert quick.receive()[0] == 9


def test_an_idle_connection_is_closed_and_a_busy_one_is_not():
    with Cluster(1, properties={"connections.max.idle.ms": 1000}) as cluster:
        port = cluster.brokers[1].port
        with wire.Connection(port) as idle, wire.Connection(port) as busy:
            assert is_served(idle)
            idle.socket.settimeout(0.1)

            def closed():
                assert is_served(busy)
                try:
                    return idle.socket.recv(1) == b""
                except TimeoutError:
                    return False

            wait_until(closed, "the idle connection is closed", 20)
            assert is_served(busy)


def test_the_limit_of_descriptors_is_raised_and_told_when_low(tmp_path):
    properties = tmp_path / "server.properties"
    properties.write_text(f"zookeeper.connect=127.0.0.1:{free_port()}\nlog.dirs={tmp_path}/data\nbroker.id=1\n")
    process = subprocess.Popen(  # it waits for a ZooKeeper that is not there
        [places.program("barnabas"), str(properties)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 500)),
    )
    try:
        line = process.stdout.readline().decode()
        assert "Only 500 file descriptors may be open" in line
        with open(f"/proc/{process.pid}/limits", encoding="ascii") as limits:
            files = next(line for line in limits if line.startswith("Max open files"))
        assert files.split()[3:5] == ["500", "500"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


# The sanitizer of undefined behaviour itself needs a descriptor to look at an object's type.
@pytest.mark.plain
def test_a_broker_without_descriptors_goes_on_when_there_are_some_again():
    with Cluster(1) as cluster:
        broker = cluster.brokers[1]
        with wire.Connection(broker.port) as before:
            assert is_served(before)
            used = len(os.listdir(f"/proc/{broker.process.pid}/fd"))
            resource.prlimit(broker.process.pid, resource.RLIMIT_NOFILE, (used + 5, used + 5))
            with contextlib.ExitStack() as stack:
                for _ in range(20):
                    stack.enter_context(socket.create_connection(("127.0.0.1", broker.port), timeout=20))
                late = stack.enter_context(wire.Connection(broker.port))
                assert waits(late)
                assert is_served(before)
            with wire.Connection(broker.port) as later:
                assert is_served(later)
        assert broker.is_alive()
