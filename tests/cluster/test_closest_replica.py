"""Fetching from the closest replica (KIP-392): who is sent where, and what a follower tells."""
from harness import wire
from harness.cluster import FROM_THE_CLOSEST_REPLICA, Cluster
from harness.fetching import OFFSET_OUT_OF_RANGE, FetchConnection
from harness.wait import wait_until

PLENTY = 1 << 20


def fetch(connection, offset, rack, version=11, **options):
    answer = connection.fetch(version, [("t", [(0, offset, PLENTY)])], rack=rack, **options)
    assert (answer.error, len(answer.partitions)) == (wire.NONE, 1)
    return answer.partitions[0]


def test_a_consumer_is_sent_to_the_follower_in_its_rack_and_reads_there():
    with Cluster(2, properties=FROM_THE_CLOSEST_REPLICA, racks={1: "rack-1", 2: "rack-2"}) as cluster:
        cluster.create_topic("t", assignment="1:2")
        cluster.wait_full_isr("t")
        cluster.wait_known_to_all("t")
        with FetchConnection(cluster.brokers[1].port) as leader, FetchConnection(cluster.brokers[2].port) as follower:
            leader.send_produce("t", 0, wire.record_batch([b"1", b"2"], 1000))
            assert leader.receive_produce() == (wire.NONE, 0)

            told = fetch(leader, 0, "rack-2")
            assert (told.preferred_replica, told.error, told.records) == (2, wire.NONE, b"")
            assert told.high_watermark == 2
            for rack in ("rack-1", "rack-3", ""):
                told = fetch(leader, 0, rack)
                assert (told.preferred_replica, told.values()) == (-1, [(0, b"1"), (1, b"2")])
            # An old consumer does not know of followers.
            assert fetch(leader, 0, "", version=10).values() == [(0, b"1"), (1, b"2")]
            assert fetch(follower, 0, "", version=10).error == wire.NOT_LEADER_OR_FOLLOWER

            # The follower learns of the high watermark with its next fetch.
            wait_until(lambda: fetch(follower, 0, "rack-2").values() == [(0, b"1"), (1, b"2")],
                       "the follower tells what is committed")
            told = fetch(follower, 2, "rack-2")
            assert (told.error, told.high_watermark, told.records) == (wire.NONE, 2, b"")
            assert fetch(follower, 3, "rack-2").error == OFFSET_OUT_OF_RANGE
            # A session tells a preferred replica each time.
            topics = [("t", [(0, 0, PLENTY)])]
            session = leader.fetch(11, topics, epoch=0, rack="rack-2").session
            for epoch in (1, 2):
                answer = leader.fetch(11, [], session=session, epoch=epoch, rack="rack-2")
                assert [told.preferred_replica for told in answer.partitions] == [2]

            # A follower that is gone is not preferred for longer than it takes to leave.
            cluster.brokers[2].stop()
            cluster.wait_out_of_isr("t", 2)
            wait_until(lambda: fetch(leader, 0, "rack-2").values() == [(0, b"1"), (1, b"2")],
                       "the leader tells it itself")
