"""kafka-python: a producer with its defaults and a consumer by assign."""
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

COUNT = 1000


@pytest.mark.parametrize("options", [{}, {"enable_idempotence": False, "acks": 1}])
def test_what_the_producer_was_told_is_what_the_consumer_reads(cluster, topic, options):
    servers = cluster.bootstrap.split(",")
    producer = KafkaProducer(bootstrap_servers=servers, **options)
    sent = [producer.send(topic, value=str(n).encode(), key=str(n).encode()) for n in range(COUNT)]
    written = set()
    for number, future in enumerate(sent):
        told = future.get(timeout=60)
        written.add((told.partition, told.offset, str(number).encode()))
    producer.close()

    consumer = KafkaConsumer(
        bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="earliest",
        consumer_timeout_ms=60000,
    )
    partitions = [TopicPartition(topic, p) for p in range(3)]
    consumer.assign(partitions)
    assert sum(consumer.end_offsets(partitions).values()) == COUNT
    assert sum(consumer.beginning_offsets(partitions).values()) == 0
    read = set()
    for record in consumer:
        read.add((record.partition, record.offset, record.value))
        if len(read) == COUNT:
            break
    consumer.close()
    assert read == written
