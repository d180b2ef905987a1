"""A ZooKeeper and some brokers on free ports, in one folder; gone when the test is over."""
import os
import shutil
import tempfile

from . import wire
from .broker import Broker
from .ports import free_port
from .tools import Tools
from .wait import wait_until
from .zookeeper import ZooKeeper, ZooKeeperReader


# The automatic rebalance looks at the leaders five seconds after a controller was elected: on a slow
# machine that is between two looks of a test.
NOBODY_ELSE_ELECTS = {"auto.leader.rebalance.enable": "false"}
FROM_THE_CLOSEST_REPLICA = {"replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector"}


def default_kind():
    """BARNABAS_KIND=apache tries a test on Apache Kafka itself."""
    return os.environ.get("BARNABAS_KIND", "barnabas")


class Cluster:
    def __init__(self, brokers=3, ids=None, properties=None, kind=None, folder=None,
                 production_jvm=False, sync=False, extra_listeners=None, racks=None):
        """extra_listeners: {name: port} beside PLAINTEXT, for a cluster of one broker.
        racks: {broker: where it stands}"""
        self.kind = kind or default_kind()
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="barnabas-cluster-")
        self.zookeeper = ZooKeeper(os.path.join(self.folder, "zookeeper"), free_port(), sync)
        self.znodes = ZooKeeperReader(self.zookeeper.port)
        ids = list(ids or range(1, brokers + 1))
        # As a production cluster where there are brokers enough.
        properties = {"offsets.topic.replication.factor": min(3, len(ids)), **(properties or {})}
        self.brokers = {
            i: Broker(
                i, free_port(), os.path.join(self.folder, f"broker-{i}"),
                self.zookeeper.connect_string, properties, self.kind, production_jvm, extra_listeners,
            )
            for i in ids
        }
        for i, rack in (racks or {}).items():
            self.brokers[i].properties["broker.rack"] = rack
        self.tools = Tools(self.bootstrap, self.kind)

    # Life

    def __enter__(self):
        try:
            self.zookeeper.start()
            self.zookeeper.wait_until_serving()
            for broker in self.brokers.values():
                broker.start()
            self.wait_until_ready()
        except BaseException:
            self.__exit__(*[True] * 3)
            raise
        return self

    def __exit__(self, kind, error, trace):
        self.znodes.close()
        for broker in self.brokers.values():
            if broker.process is not None:
                broker.process.kill()
        self.zookeeper.stop()
        reports = [b.crash_report() for b in self.brokers.values() if b.process is not None]
        if kind is not None and "BARNABAS_KEEP" in os.environ:
            shutil.copytree(self.folder, os.environ["BARNABAS_KEEP"], dirs_exist_ok=True)
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        assert not any(reports), "\n".join(filter(None, reports))

    def wait_until_ready(self, timeout=60):
        for broker in self.brokers.values():
            broker.wait_until_listening(timeout)
        self.wait_registered(*self.brokers, timeout=timeout)
        self.wait_controller()

    @property
    def bootstrap(self):
        return ",".join(b.address for b in self.brokers.values())

    # What ZooKeeper says

    def registered(self):
        try:
            return {int(name) for name in self.znodes.children("/brokers/ids")}
        except LookupError:
            return set()

    def controller_id(self):
        try:
            return int(self.znodes.get_json("/controller")["brokerid"])
        except LookupError:
            return None

    def assignment(self, topic):
        partitions = self.znodes.get_json(f"/brokers/topics/{topic}")["partitions"]
        return {int(p): replicas for p, replicas in sorted(partitions.items(), key=lambda x: int(x[0]))}

    def state(self, topic, partition):
        return self.znodes.get_json(f"/brokers/topics/{topic}/partitions/{partition}/state")

    def states(self, topic):
        return {p: self.state(topic, p) for p in self.assignment(topic)}

    def leader(self, topic, partition):
        return self.state(topic, partition)["leader"]

    def isr(self, topic, partition):
        return self.state(topic, partition)["isr"]

    # Waiting

    def wait_registered(self, *ids, timeout=30):
        wait_until(lambda: self.registered() >= set(ids), f"brokers {ids} registered", timeout, 0.002)

    def wait_unregistered(self, broker_id, timeout=30):
        wait_until(lambda: broker_id not in self.registered(), f"broker {broker_id} gone", timeout, 0.002)

    def wait_controller(self, other_than=None, timeout=30):
        return wait_until(
            lambda: self.controller_id() not in (None, other_than) and (self.controller_id(),),
            "a controller", timeout, 0.002,
        )[0]

    def wait_full_isr(self, topic, timeout=60):
        def full():
            assignment = self.assignment(topic)
            return all(set(self.isr(topic, p)) == set(r) for p, r in assignment.items())

        wait_until(full, f"every replica of {topic} in its ISR", timeout, 0.005)

    def wait_known_to_all(self, topic, timeout=30):
        """Until every live broker tells clients the leaders that ZooKeeper holds."""
        def known():
            leaders = {p: s["leader"] for p, s in self.states(topic).items()}
            for broker in self.brokers.values():
                if broker.is_alive() and not broker.process.is_paused():
                    with wire.Connection(broker.port) as connection:
                        if connection.partitions_with_leaders(topic) != leaders:
                            return False
            return True

        wait_until(known, f"all brokers know {topic}", timeout, 0.01)

    def wait_out_of_isr(self, topic, broker_id, timeout=60):
        wait_until(
            lambda: all(broker_id not in s["isr"] for s in self.states(topic).values()),
            f"broker {broker_id} out of every ISR of {topic}", timeout, 0.002,
        )

    def wait_leads_nothing(self, topic, broker_id, timeout=60):
        wait_until(
            lambda: all(s["leader"] not in (broker_id, -1) for s in self.states(topic).values()),
            f"broker {broker_id} leads nothing of {topic}", timeout, 0.002,
        )

    # What a test does to it

    def create_topic(self, topic, partitions=1, replication=None, assignment=None, **configs):
        command = ["--create", "--topic", topic]
        if assignment:
            command += ["--replica-assignment", assignment]
        else:
            command += ["--partitions", str(partitions)]
            command += ["--replication-factor", str(replication or len(self.brokers))]
        for key, value in configs.items():
            command += ["--config", f"{key.replace('_', '.')}={value}"]
        self.tools.run("kafka-topics", *command)
        self.wait_full_isr(topic)
        self.wait_known_to_all(topic)

    def restart(self, broker_id):
        broker = self.brokers[broker_id]
        broker.start()
        broker.wait_until_listening()
        self.wait_registered(broker_id)
        return broker
