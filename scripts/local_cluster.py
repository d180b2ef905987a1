#!/usr/bin/env python3
"""The cluster of `./dev up`: ZooKeeper and brokers on this machine, in the background.

All of its state is in .cluster/: cluster.json (ports, ids, pids), and a folder per process with its
configuration, data and log.
"""
import argparse
import json
import os
import shutil
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "cluster"))

from harness.broker import Broker  # noqa: E402
from harness.ports import is_free  # noqa: E402
from harness.process import Process  # noqa: E402
from harness.wait import wait_until  # noqa: E402
from harness.zookeeper import ZooKeeper, ZooKeeperReader  # noqa: E402

FOLDER = os.environ.get("BARNABAS_CLUSTER", os.path.join(ROOT, ".cluster"))
STATE = os.path.join(FOLDER, "cluster.json")
BASE_PORT, ZOOKEEPER_PORT = 9092, 2181


def fail(text):
    sys.exit(f"error: {text}")


def load():
    if not os.path.exists(STATE):
        return None
    with open(STATE, encoding="utf-8") as file:
        return json.load(file)


def save(state):
    os.makedirs(FOLDER, exist_ok=True)
    with open(STATE + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file, indent=2)
    os.replace(STATE + ".new", STATE)


def attached(state, name):
    """The recorded process of that name, or None when it has ended."""
    entry = state["processes"].get(name)
    process = entry and Process(entry["pid"], entry["started"])
    return process if process and process.is_alive() else None


def remember(state, name, process):
    state["processes"][name] = {"pid": process.pid, "started": process.started}
    save(state)


def zookeeper_of(state):
    return ZooKeeper(os.path.join(FOLDER, "zookeeper"), state["zookeeper_port"], sync=True)


def broker_of(state, broker_id):
    port = state["brokers"].get(str(broker_id))
    if port is None:
        fail(f"there is no broker {broker_id}; there are {', '.join(state['brokers'])}")
    folder = os.path.join(FOLDER, f"broker-{broker_id}")
    # Replicas of internal topics: as many as there are brokers for, at most Kafka's default.
    properties = {"offsets.topic.replication.factor": min(3, len(state["brokers"]))}
    broker = Broker(
        broker_id, port, folder, f"127.0.0.1:{state['zookeeper_port']}", properties
    )
    broker.process = attached(state, f"broker-{broker_id}")
    return broker


def start_zookeeper(state):
    zookeeper = zookeeper_of(state)
    print(f"starting ZooKeeper on port {zookeeper.port}", flush=True)
    zookeeper.start()
    remember(state, "zookeeper", zookeeper.process)
    zookeeper.wait_until_serving()


def start_brokers(state, ids):
    brokers = [broker_of(state, i) for i in ids]
    for broker in brokers:
        print(f"starting broker {broker.id} on port {broker.port}", flush=True)
        broker.start()
        remember(state, f"broker-{broker.id}", broker.process)
    reader = ZooKeeperReader(state["zookeeper_port"])
    try:
        for broker in brokers:
            broker.wait_until_listening()
            wait_until(
                lambda b=broker: reader.exists(f"/brokers/ids/{b.id}") is not None,
                f"broker {broker.id} registered", 60,
            )
    except AssertionError as error:
        fail(f"{error}\nits log: {broker.log_path}")
    finally:
        reader.close()


def need_free_ports(state):
    taken = [p for p in (state["zookeeper_port"], *state["brokers"].values()) if not is_free(p)]
    if taken:
        fail(
            f"port {', '.join(map(str, taken))} is in use by something else; "
            "choose others with --base-port P (brokers from P upward, ZooKeeper on P-1)"
        )


def is_up(state):
    return state is not None and any(attached(state, name) for name in state["processes"])


def running(_options):
    """For ./dev: exit code 0 when there is something up."""
    sys.exit(0 if is_up(load()) else 1)


def up(options):
    state = load()
    if is_up(state):
        print("a cluster is up already; nothing was changed (./dev down ends it)")
        status(options)
        return
    if state is None:
        try:
            ids = [int(i) for i in options.ids.split(",")] if options.ids else None
        except ValueError:
            fail(f"--ids takes numbers with commas between them, not {options.ids}")
        ids = ids or list(range(1, options.brokers + 1))
        base = options.base_port or BASE_PORT
        state = {
            "zookeeper_port": options.base_port - 1 if options.base_port else ZOOKEEPER_PORT,
            "brokers": {str(i): base + n for n, i in enumerate(ids)},
            "processes": {},
        }
    else:
        print("starting the cluster that `./dev down --keep` left (./dev down forgets it)")
    need_free_ports(state)
    start_zookeeper(state)
    start_brokers(state, [int(i) for i in state["brokers"]])
    status(options)
    first = next(iter(state["brokers"].values()))
    print(
        "\nKafka's tools are in build/release/bin:\n"
        f'  export PATH="{ROOT}/build/release/bin:$PATH"\n'
        f"  kafka-topics --bootstrap-server localhost:{first} --create --topic first "
        "--partitions 3 --replication-factor "
        f"{min(3, len(state['brokers']))}"
    )


def need_cluster():
    state = load()
    if state is None:
        fail("no cluster is up (./dev up)")
    return state


def down(options):
    state = load()
    if state is None:
        print("no cluster is up")
        return
    brokers = [broker_of(state, int(i)) for i in state["brokers"]]
    running = [b for b in brokers if b.process]
    for broker in running:
        print(f"stopping broker {broker.id}", flush=True)
        broker.process.resume()
        broker.process.signal(15)
    for broker in running:
        try:
            broker.process.wait_for_end(30)
        except AssertionError:
            print(f"broker {broker.id} did not stop within 30 s: killing it")
            broker.kill()
    zookeeper = attached(state, "zookeeper")
    if zookeeper:
        print("stopping ZooKeeper", flush=True)
        zookeeper.stop()
    if options.keep:
        save({**state, "processes": {}})
    else:
        shutil.rmtree(FOLDER)


def status(_options):
    state = need_cluster()
    reader = ZooKeeperReader(state["zookeeper_port"])
    zookeeper = attached(state, "zookeeper")
    print(f"zookeeper  127.0.0.1:{state['zookeeper_port']}  " + (f"pid {zookeeper.pid}" if zookeeper else "ended"))
    registered, controller, leads = set(), None, {}
    if zookeeper:
        try:
            registered = set(reader.children("/brokers/ids"))
            controller = str(reader.get_json("/controller")["brokerid"])
        except LookupError:
            pass
        leads = leaderships(reader)
        reader.close()
    for broker_id in state["brokers"]:
        broker = broker_of(state, int(broker_id))
        words = ["ended"]
        if broker.process:
            words = ["paused" if broker.process.is_paused() else "running", f"pid {broker.process.pid}"]
        words.append("registered" if broker_id in registered else "not registered")
        if broker_id == controller:
            words.append("controller")
        if broker_id in registered:
            words.append(f"leads {leads.get(int(broker_id), 0)}")
        print(f"broker {broker_id:<4}{broker.address}  {', '.join(words)}")


def leaderships(reader):
    count = {}
    try:
        for topic in reader.children("/brokers/topics"):
            for partition in reader.children(f"/brokers/topics/{topic}/partitions"):
                path = f"/brokers/topics/{topic}/partitions/{partition}/state"
                leader = reader.get_json(path)["leader"]
                count[leader] = count.get(leader, 0) + 1
    except LookupError:
        pass
    return count


def one_broker(options, must_run):
    state = need_cluster()
    broker = broker_of(state, options.id)
    if must_run and not broker.process:
        fail(f"broker {options.id} does not run (./dev start {options.id})")
    if not must_run and broker.process:
        fail(f"broker {options.id} runs already")
    return state, broker


def start(options):
    state, broker = one_broker(options, must_run=False)
    if not is_free(broker.port):
        fail(f"port {broker.port} is in use by something else")
    start_brokers(state, [options.id])


def stop(options):
    one_broker(options, must_run=True)[1].stop()


def kill(options):
    one_broker(options, must_run=True)[1].kill()


def pause(options):
    one_broker(options, must_run=True)[1].pause()


def resume(options):
    one_broker(options, must_run=True)[1].resume()


def main():
    parser = argparse.ArgumentParser(prog="./dev", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    up_parser = commands.add_parser("up", allow_abbrev=False)
    up_parser.add_argument("--brokers", type=int, default=3)
    up_parser.add_argument("--ids", help="broker ids, such as 101,102,103")
    up_parser.add_argument("--base-port", type=int, help=f"first broker's port ({BASE_PORT})")
    down_parser = commands.add_parser("down", allow_abbrev=False)
    down_parser.add_argument("--keep", action="store_true", help="leave the data for the next up")
    commands.add_parser("status")
    commands.add_parser("running")
    for name in ("start", "stop", "kill", "pause", "resume"):
        commands.add_parser(name).add_argument("id", type=int)
    options = parser.parse_args()
    globals()[options.command](options)


if __name__ == "__main__":
    main()
