"""Several named listeners: clients are told the addresses of the one that they came by, brokers talk
through theirs, and the controller through the control plane's."""
import os
import struct

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.ports import free_port
from harness.wait import wait_until

ESTABLISHED = "01"


@pytest.fixture(scope="module", name="cluster")
def cluster_with_listeners():
    cluster = Cluster(3)
    for broker in cluster.brokers.values():
        broker.ports = {"INSIDE": broker.port, "OUTSIDE": free_port(), "CONTROL": free_port()}
        broker.properties.update({
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in broker.ports.items()),
            "advertised.listeners": ",".join(
                f"{name}://{'localhost' if name == 'OUTSIDE' else '127.0.0.1'}:{port}"
                for name, port in broker.ports.items()),
            "listener.security.protocol.map": "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROL:PLAINTEXT",
            "inter.broker.listener.name": "INSIDE",
            "control.plane.listener.name": "CONTROL",
        })
    with cluster:
        yield cluster


def brokers_told(port):
    """(host, port) of each broker, as Metadata tells them on the listener of this port."""
    with wire.Connection(port) as connection:
        connection.send(wire.request(wire.METADATA, 0, struct.pack(">i", 0)))
        body = connection.receive()[1]
    at, found = 4, {}
    for _ in range(struct.unpack_from(">i", body)[0]):
        broker, size = struct.unpack_from(">ih", body, at)
        host = body[at + 6 : at + 6 + size].decode()
        found[broker] = host, struct.unpack_from(">i", body, at + 6 + size)[0]
        at += 6 + size + 4
    return found


def connections_from(broker):
    """The ports at the other ends of the broker's connections."""
    folder = f"/proc/{broker.process.pid}/fd"
    links = [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
    inodes = {link[len("socket:["):-1] for link in links if link.startswith("socket:[")}
    rows = []
    for table in ("tcp", "tcp6"):  # Java's sockets are of the second kind
        with open(f"/proc/net/{table}", encoding="ascii") as file:
            rows += [line.split() for line in file.readlines()[1:]]
    return {int(row[2].rsplit(":", 1)[1], 16) for row in rows if row[3] == ESTABLISHED and row[9] in inodes}


def test_a_client_is_told_the_addresses_of_the_listener_it_came_by(cluster):
    for name, host in (("INSIDE", "127.0.0.1"), ("OUTSIDE", "localhost")):
        expected = {i: (host, broker.ports[name]) for i, broker in cluster.brokers.items()}
        for broker in cluster.brokers.values():
            wait_until(lambda port=broker.ports[name], want=expected: brokers_told(port) == want,
                       "every broker is told", 30)


def test_the_registration_has_every_listener_and_its_protocol(cluster):
    for i, broker in cluster.brokers.items():
        znode = cluster.znodes.get_json(f"/brokers/ids/{i}")
        assert sorted(znode["endpoints"]) == sorted(broker.properties["advertised.listeners"].split(","))
        assert znode["listener_security_protocol_map"] == {name: "PLAINTEXT" for name in broker.ports}


def test_the_controller_uses_the_control_plane_and_followers_the_inside_listener(cluster):
    cluster.create_topic("t", assignment="1:2:3,2:3:1,3:1:2")
    cluster.wait_full_isr("t")
    controller = cluster.znodes.get_json("/controller")["brokerid"]
    others = [broker for i, broker in cluster.brokers.items() if i != controller]

    assert {broker.ports["CONTROL"] for broker in others} <= connections_from(cluster.brokers[controller])
    for broker in others:
        # Both are followers of the controller's broker.
        assert cluster.brokers[controller].ports["INSIDE"] in connections_from(broker)
    outside = {broker.ports["OUTSIDE"] for broker in cluster.brokers.values()}
    for broker in cluster.brokers.values():
        assert not outside & connections_from(broker)


def test_leadership_moves_when_a_broker_dies_and_comes_back(cluster):
    cluster.create_topic("failover", assignment="2:3,3:2")
    cluster.wait_full_isr("failover")
    cluster.brokers[2].kill()
    cluster.wait_leads_nothing("failover", 2)
    cluster.restart(2)
    cluster.wait_full_isr("failover")
