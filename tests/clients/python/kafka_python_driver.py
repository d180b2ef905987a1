"""Producers and group consumers of kafka-python, any from 2.0 on; driven by commands.py."""
import kafka
from commands import Client, obey
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

ASSIGNORS = {
    "range": RangePartitionAssignor,
    "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor,
}
# 2.0 knows no cooperative rebalancing and no idempotent producer: it is told to be as careful as it can.
DURABLE = {"acks": "all", "retries": 1000}
if not kafka.__version__.startswith("2."):
    from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

    ASSIGNORS["cooperative-sticky"] = CooperativeStickyAssignor
    DURABLE = {}


class Producing(Client):
    def __init__(self, name, bootstrap, topic, codec):
        super().__init__(name, bootstrap, topic)
        self.codec = codec

    def live(self):
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap.split(","),
            compression_type=None if self.codec == "none" else self.codec, **DURABLE,
        )
        for value in self.values():
            # A batch that compression does not shorten, kafka-python sends uncompressed.
            producer.send(self.topic, value, key=value * 20).add_callback(
                lambda told, value=value: self.say(f"acked {told.partition} {told.offset} {value.decode()}")
            ).add_errback(lambda error: self.say(f"failed {error!r}"))
        producer.close(timeout=60)


class Consuming(Client, ConsumerRebalanceListener):
    def __init__(self, name, bootstrap, topic, group, reset, assignor):
        super().__init__(name, bootstrap, topic)
        self.owned = set()
        self.consumer = KafkaConsumer(
            bootstrap_servers=bootstrap.split(","), group_id=group, auto_offset_reset=reset,
            partition_assignment_strategy=[ASSIGNORS[assignor]], auto_commit_interval_ms=500,
            session_timeout_ms=6000, heartbeat_interval_ms=500, fetch_max_wait_ms=100,
        )

    def on_partitions_assigned(self, assigned):
        self.owned |= {p.partition for p in assigned}
        self.say_owned(self.owned)

    def on_partitions_revoked(self, revoked):
        self.owned -= {p.partition for p in revoked}
        self.say_owned(self.owned)

    def live(self):
        self.consumer.subscribe([self.topic], listener=self)
        while not self.ending.is_set():
            for records in self.consumer.poll(timeout_ms=100).values():
                for record in records:
                    self.say(f"read {record.partition} {record.offset} {record.value.decode()}")
            if wanted := self.wanted_seek():
                self.seek(*wanted)
                self.say("sought")
        self.consumer.close()

    def seek(self, kind, number):
        owned = self.consumer.assignment()
        if kind == "beginning":
            self.consumer.seek_to_beginning(*owned)
        elif kind == "offset":
            for partition in owned:
                self.consumer.seek(partition, number)
        else:
            found = self.consumer.offsets_for_times({partition: number for partition in owned})
            for partition in owned:
                if found[partition] is None:
                    self.consumer.seek_to_end(partition)
                else:
                    self.consumer.seek(partition, found[partition].offset)


obey(Producing, Consuming)
