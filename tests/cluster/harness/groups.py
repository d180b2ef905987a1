"""What tests of groups have in common: the properties of their brokers, and a group seen from outside."""
import confluent_kafka

# Small and quick where production waits for stragglers; three replicas, of which two have to have it.
PROPERTIES = {
    "offsets.topic.num.partitions": 6,
    "offsets.topic.replication.factor": 3,
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "group.initial.rebalance.delay.ms": 100,
    "group.min.session.timeout.ms": 1000,
    "zookeeper.session.timeout.ms": 4000,
}


class GroupView:
    """Committed offsets of a group and the ends of a topic, as a client outside the group sees them."""

    def __init__(self, bootstrap, group):
        self.consumer = confluent_kafka.Consumer({
            "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "log_level": 0,
        })

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.consumer.close()

    def committed(self, topic, partitions):
        """{partition: offset}; a partition without a committed offset is not in it."""
        wanted = [confluent_kafka.TopicPartition(topic, p) for p in partitions]
        found = self.consumer.committed(wanted, timeout=30)
        return {p.partition: p.offset for p in found if p.offset >= 0}

    def ends(self, topic, partitions):
        return {
            p: self.consumer.get_watermark_offsets(confluent_kafka.TopicPartition(topic, p), timeout=30)[1]
            for p in partitions
        }
