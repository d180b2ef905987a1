"""What clients see of a broker that comes back, over the wire."""
import time

import pytest
from harness import wire
from harness.cluster import Cluster
from harness.wait import wait_until

BATCHES = 5  # that many a broker remembers of a producer, and a producer has at most that many in flight


def batches(values):
    now = int(time.time() * 1000)
    return [
        wire.record_batch([value], now, producer_id=7, producer_epoch=0, base_sequence=sequence)
        for sequence, value in enumerate(values)
    ]


def produce(connection, batch):
    connection.send_produce("t", 0, batch)
    return connection.receive_produce()


@pytest.mark.parametrize("stop", ["stop", "kill"])
def test_a_restarted_broker_knows_the_last_batches_of_a_producer(stop):
    with Cluster(1) as cluster:
        broker = cluster.brokers[1]
        cluster.create_topic("t")
        sent = batches([b"%d" % n for n in range(BATCHES + 1)])
        with wire.Connection(broker.port) as connection:
            for offset, batch in enumerate(sent):
                assert produce(connection, batch) == (wire.NONE, offset)
        getattr(broker, stop)()
        cluster.restart(1)
        cluster.wait_known_to_all("t")
        with wire.Connection(broker.port) as connection:
            for offset, batch in list(enumerate(sent))[-BATCHES:]:
                assert produce(connection, batch) == (wire.NONE, offset)


def test_a_broker_that_starts_never_denies_its_topics():
    """It knows them a little after it listens; librdkafka fails all records of a topic that is denied."""
    with Cluster(2) as cluster:
        cluster.create_topic("t")
        broker = cluster.brokers[2]

        def topic():
            with wire.Connection(broker.port) as connection:
                return [connection.partitions_with_leaders("t")]

        for stop in ("stop", "kill") * 5:
            getattr(broker, stop)()
            cluster.wait_unregistered(2)
            broker.start()
            assert wait_until(topic, "an answer", 30, 0)[0], "told that the topic has no partitions"
            cluster.wait_full_isr("t")
