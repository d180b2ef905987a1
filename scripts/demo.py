#!/usr/bin/env python3
"""The demonstration: the session that every Kafka course shows, on a cluster of its own.

Brokers 102, 103, 104; a topic of three partitions, three replicas each. A broker is stopped, killed,
paused; leadership and ISR move; it comes back, catches up and leads again. Every claim is checked:
the exit code is 1 when one does not hold.
"""
import argparse
import os
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "cluster"))

from harness import wire  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.timeline import Timeline  # noqa: E402
from harness.tools import ToolFailed  # noqa: E402
from harness.wait import Stopwatch  # noqa: E402

TOPIC = "first"
VICTIM = 103
PROPERTIES = {
    "log.segment.bytes": 1073741824,
    "replica.lag.time.max.ms": 2000,
    "zookeeper.session.timeout.ms": 8000,
}


class Demo:
    def __init__(self, cluster):
        self.cluster = cluster
        self.sent = []

    # Telling

    def title(self, text):
        print(f"\n=== {text}", flush=True)

    def say(self, text):
        print(text, flush=True)

    def tool(self, name, *arguments, stdin="", quiet=False):
        if not quiet:
            self.say(f"$ {name} --bootstrap-server {self.cluster.bootstrap} {' '.join(arguments)}")
        output = self.cluster.tools.run(name, *arguments, stdin=stdin)
        if not quiet:
            self.say(output.rstrip("\n"))
        return output

    def describe(self):
        output = self.tool("kafka-topics", "--describe", "--topic", TOPIC)
        self.claim("segment.bytes=1073741824" in output.splitlines()[0], "describe shows segment.bytes")
        return output

    def claim(self, holds, text):
        if not holds:
            sys.exit(f"NOT SO: {text}")

    def tell(self, timeline, claim):
        for line in timeline.take_lines():
            self.say(line)
        self.say(f"  => {claim}")

    # Steps

    def create(self):
        self.title("A topic of three partitions, three replicas each")
        watch = Stopwatch()
        self.tool("kafka-topics", "--create", "--topic", TOPIC, "--partitions", "3",
                  "--replication-factor", "3")
        self.cluster.wait_full_isr(TOPIC)
        self.say(f"{watch.ms():7.0f} ms  from the command to three leaders and full ISRs")
        self.describe()

    def produce(self, count=1000):
        lines = [f"record {len(self.sent) + n}" for n in range(count)]
        watch = Stopwatch()
        self.tool("kafka-console-producer", "--topic", TOPIC, "--producer-property", "acks=all",
                  stdin="".join(line + "\n" for line in lines), quiet=True)
        self.sent += lines
        self.say(f"{watch.ms():7.0f} ms  {count} records written with acks=all")

    def produce_one(self, partition):
        record = f"record {len(self.sent)}"
        leader = self.cluster.brokers[self.cluster.leader(TOPIC, partition)]
        with wire.Connection(leader.port) as connection:
            connection.send_produce(TOPIC, partition, wire.record_batch([record.encode()], 1), acks=1)
            self.claim(connection.receive_produce()[0] == wire.NONE, "the record was written")
        self.sent.append(record)

    def consume(self):
        self.title("Every record that was acknowledged, read back")
        output = self.tool("kafka-console-consumer", "--topic", TOPIC, "--from-beginning",
                           "--max-messages", str(len(self.sent)), "--timeout-ms", "60000", quiet=True)
        read = output.splitlines()
        odd = sorted(set(read) ^ set(self.sent))
        self.claim(sorted(read) == sorted(self.sent),
                   f"each record is there, once: {len(read)} read of {len(self.sent)}, {odd[:10]}")
        self.say(f"{len(self.sent)} of {len(self.sent)} records, each once")

    def expected_leaders(self, dead):
        """By Kafka's rule: the first replica of the assignment that is in the ISR and alive."""
        return {
            p: next(r for r in replicas if r in self.cluster.isr(TOPIC, p) and r not in dead)
            for p, replicas in self.cluster.assignment(TOPIC).items()
        }

    def fail_over(self, timeline, act, words):
        expected = self.expected_leaders({VICTIM})
        timeline.mark()
        act()
        timeline.wait(
            lambda states, ids: VICTIM not in ids and all(
                VICTIM not in s["isr"] and s["leader"] == expected[p] for p, s in states.items()
            ),
            "the leaderships moved to the next replica of the ISR, the ISR shrunk",
        )
        self.tell(timeline, f"broker {VICTIM} {words}; its leadership went to the next replica of the "
                            "ISR, in the order of the assignment")
        self.describe()

    def come_back(self, timeline):
        timeline.mark()
        self.cluster.brokers[VICTIM].start()
        timeline.wait(
            lambda states, ids: VICTIM in ids and all(len(s["isr"]) == 3 for s in states.values()),
            f"broker {VICTIM} back in every ISR",
        )
        self.tell(timeline, f"broker {VICTIM} has caught up and is in every ISR again")

    def elect_preferred(self, timeline):
        timeline.mark()
        preferred = {p: replicas[0] for p, replicas in self.cluster.assignment(TOPIC).items()}
        for partition in preferred:
            self.tool("kafka-leader-election", "--election-type", "preferred", "--topic", TOPIC,
                      "--partition", str(partition))
        timeline.wait(
            lambda states, _: all(s["leader"] == preferred[p] for p, s in states.items()),
            "every partition led by its preferred replica",
        )
        self.tell(timeline, "the spread is as it was")
        self.describe()

    def pause(self, timeline):
        broker = self.cluster.brokers[VICTIM]
        led = next(p for p in timeline.partitions if self.cluster.leader(TOPIC, p) == VICTIM)
        others = [p for p in timeline.partitions if p != led]
        connection = wire.Connection(broker.port, timeout=60)
        with connection:
            connection.api_versions()
            timeline.mark()
            broker.pause()
            for partition in others:
                self.produce_one(partition)  # an idle partition's followers lag behind nothing
            timeline.wait(
                lambda states, ids: all(VICTIM not in states[p]["isr"] for p in others),
                "the ISR shrunk",
            )
            registered = VICTIM in self.cluster.registered()
            self.tell(timeline, "the ISR has shrunk")
            self.claim(registered, f"{VICTIM} is still registered")
            self.say(f"  => broker {VICTIM} is still registered, yet out of the ISRs of the partitions it follows")
            # Asked of the old leader while it cannot answer: what will it say when it wakes up?
            batch = wire.record_batch([b"to the old leader"], timestamp=1)
            connection.send_produce(TOPIC, led, batch, acks=-1, timeout_ms=20000)
            self.say("A record is sent to the held broker, to the partition it led, with acks=all.")
            timeline.wait(
                lambda states, ids: VICTIM not in ids and states[led]["leader"] != VICTIM,
                "its session expired, its leadership moved",
            )
            self.tell(timeline, "its ZooKeeper session has expired, its leadership moved")
            self.produce()
            timeline.mark()
            broker.resume()
            error, _ = connection.receive_produce()
            self.claim(error != wire.NONE, "the old leader acknowledges nothing")
            self.say(f"{(Stopwatch().start - timeline.zero) * 1000:7.0f} ms  the old leader refuses the "
                     f"record: error {error}")
        timeline.wait(
            lambda states, ids: VICTIM in ids and all(len(s["isr"]) == 3 for s in states.values()),
            f"broker {VICTIM} back in every ISR",
        )
        self.tell(timeline, f"broker {VICTIM} registered anew, caught up and is in every ISR again")

    def run(self):
        self.create()
        self.produce()
        broker = self.cluster.brokers[VICTIM]
        with Timeline(self.cluster, TOPIC) as timeline:
            self.title(f"stop {VICTIM} (SIGTERM)")
            self.fail_over(timeline, lambda: broker.process.signal(15), "handed over and ended")
            broker.process.wait_for_end()
            self.produce()
            self.title(f"start {VICTIM}")
            self.come_back(timeline)
            self.title("A preferred leader election, per partition")
            self.elect_preferred(timeline)
            self.title(f"kill {VICTIM} (SIGKILL)")
            self.fail_over(timeline, broker.kill, "was dead at once")
            self.produce()
            self.title(f"start {VICTIM}")
            self.come_back(timeline)
            self.elect_preferred(timeline)
            self.title(f"pause {VICTIM} (SIGSTOP), replica.lag.time.max.ms=2000")
            self.pause(timeline)
            self.elect_preferred(timeline)
        self.consume()


def main():
    argparse.ArgumentParser(prog="./dev demo", description=__doc__).parse_args()
    watch = Stopwatch()
    print("Starting ZooKeeper and brokers 102, 103, 104 on free ports", flush=True)
    try:
        with Cluster(ids=[102, 103, 104], properties=PROPERTIES) as cluster:
            print(f"{watch.ms():7.0f} ms  until all of them are registered", flush=True)
            Demo(cluster).run()
    except (AssertionError, ToolFailed) as error:
        sys.exit(f"NOT SO: {error}")
    print(f"\nThe demonstration held, in {watch.ms() / 1000:.1f} s.")


if __name__ == "__main__":
    main()
