"""Producers and group consumers of confluent-kafka, that is librdkafka; driven by commands.py."""
import json

import confluent_kafka
from commands import Client, obey
from confluent_kafka import TopicPartition

RESET = {"earliest": "earliest", "latest": "latest", "none": "error"}


class Producing(Client):
    def __init__(self, name, bootstrap, topic, codec):
        super().__init__(name, bootstrap, topic)
        self.codec = codec

    def told(self, error, message):
        if error is not None:
            self.say(f"failed {error}")
        else:
            offset = -1 if message.offset() is None else message.offset()
            self.say(f"acked {message.partition()} {offset} {message.value().decode()}")

    def live(self):
        producer = confluent_kafka.Producer({
            "bootstrap.servers": self.bootstrap, "compression.type": self.codec,
            "enable.idempotence": True, "log_level": 0,
        })
        for value in self.values():
            # A batch that compression does not shorten, librdkafka sends uncompressed.
            producer.produce(self.topic, value, key=value * 20, on_delivery=self.told)
            producer.poll(0)
        producer.flush(60)


class Consuming(Client):
    def __init__(self, name, bootstrap, topic, group, reset, assignor, rack=None):
        super().__init__(name, bootstrap, topic)
        self.owned = set()
        in_rack = {"client.rack": rack, "statistics.interval.ms": 100, "stats_cb": self.on_statistics} if rack else {}
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": RESET[reset],
            "partition.assignment.strategy": assignor, "auto.commit.interval.ms": 500,
            "session.timeout.ms": 6000, "heartbeat.interval.ms": 500, "fetch.wait.max.ms": 100, "log_level": 0,
            **in_rack,
        })

    def on_statistics(self, text):
        brokers = json.loads(text)["brokers"].values()
        # The coordinator has a connection of its own, a "logical" broker.
        known = (b for b in brokers if b["nodeid"] >= 0 and b["source"] != "logical")
        self.say_received({b["nodeid"]: b["rxbytes"] for b in known})

    def on_assign(self, _, partitions):
        self.owned |= {p.partition for p in partitions}
        self.say_owned(self.owned)

    def on_revoke(self, _, partitions):
        self.owned -= {p.partition for p in partitions}
        self.say_owned(self.owned)

    def live(self):
        self.consumer.subscribe([self.topic], on_assign=self.on_assign, on_revoke=self.on_revoke)
        while not self.ending.is_set():
            message = self.consumer.poll(0.1)
            if message is not None and message.error() is None:
                self.say(f"read {message.partition()} {message.offset()} {message.value().decode()}")
            elif message is not None and not message.error().retriable():
                raise confluent_kafka.KafkaException(message.error())
            if wanted := self.wanted_seek():
                self.seek(*wanted)
                self.say("sought")
        self.consumer.close()

    def seek(self, kind, number):
        number = confluent_kafka.OFFSET_BEGINNING if kind == "beginning" else number
        places = [TopicPartition(self.topic, partition, number) for partition in self.owned]
        if kind == "timestamp":
            places = self.consumer.offsets_for_times(places, timeout=30)
        for place in places:
            self.consumer.seek(place)


obey(Producing, Consuming)
