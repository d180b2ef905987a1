"""A leader that meets a disk error when it reads: its directory goes offline, another replica leads, and whoever
reads is served from there.

The disk that cannot be read is played by an index file that has gone: a read of old records looks into it."""
import os

from harness import disks
from harness.cluster import Cluster
from harness.disks import directory_of
from harness.history import Producers, judge, read_topic
from harness.logdir import checkpoint
from harness.wait import wait_until

TOPIC = "ledger"
PROPERTIES = {
    **disks.PROPERTIES,
    "log.initial.task.delay.ms": 100,
    "log.flush.offset.checkpoint.interval.ms": 100,
}
FIRST_INDEX = "00000000000000000000.index"


def first_segment_is_flushed(directory):
    """Nobody but a reader opens its index any more."""
    segments = sorted(name for name in os.listdir(directory) if name.endswith(".log"))
    flushed = checkpoint(os.path.join(os.path.dirname(directory), "recovery-point-offset-checkpoint"))
    return len(segments) > 1 and flushed[(TOPIC, 0)] >= int(segments[1][:20])


def test_a_leader_that_cannot_read_is_replaced_and_everything_is_read():
    with Cluster(3, properties=PROPERTIES) as cluster:
        cluster.create_topic(TOPIC, assignment="1:2:3", segment_bytes=32768)
        leader = cluster.brokers[1]
        directory = directory_of(leader, f"{TOPIC}-0")
        with Producers(1, cluster.bootstrap, TOPIC, 1, per_second=2000) as producers:
            wait_until(lambda: first_segment_is_flushed(directory), "the first segment is flushed", 60)
            producers.wait_for_progress()
            producers.end()
            assert not producers.failures()
        index = os.path.join(directory, FIRST_INDEX)
        assert os.path.getsize(index) > 0
        os.rename(index, os.path.join(leader.folder, "gone"))
        assert cluster.leader(TOPIC, 0) == 1
        assert "Stopping serving logs" not in leader.log_text()

        judge(producers, read_topic(cluster.bootstrap, TOPIC, 1), cluster)
        assert cluster.leader(TOPIC, 0) in (2, 3)
        cluster.wait_out_of_isr(TOPIC, 1)
        text = leader.log_text()
        assert text.count("Stopping serving logs in dir") == 1 and FIRST_INDEX in text, leader.log_tail()
        assert leader.is_alive()

        leader.stop()
        cluster.restart(1)
        cluster.wait_full_isr(TOPIC)
        assert os.path.getsize(index) > 0
