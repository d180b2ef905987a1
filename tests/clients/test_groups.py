"""Each client's consumer groups with the client's own defaults of committing, while a leader is killed."""
import os

import pytest
from drivers import KINDS, MORE_KINDS
from harness.groups import GroupView
from harness.logdir import LogDirectory

PARTITIONS = 6


def codecs_in_log(cluster, topic):
    found = set()
    for partition in range(PARTITIONS):
        leader = cluster.brokers[cluster.leader(topic, partition)]
        log = LogDirectory(os.path.join(leader.data_dir, f"{topic}-{partition}"))
        found |= {batch.codec for batch in log.batches()}
    return found


@pytest.mark.parametrize("driver", [*KINDS, *MORE_KINDS], indirect=True)
def test_groups_read_everything_though_a_leader_is_killed(cluster, driver):
    """For each assignor a group of two; for each codec a producer: all at once, and a leader dies."""
    topic = f"killed-{driver.kind.name}"
    cluster.create_topic(topic, PARTITIONS)
    groups = {f"{topic}-{a}": [f"{a}-1", f"{a}-2"] for a in driver.kind.assignors}
    for group, members in groups.items():
        for member in members:
            driver.consume(member, topic, group, assignor=member.rpartition("-")[0])
    for members in groups.values():
        driver.wait_shared(members, PARTITIONS)

    producers = driver.kind.codecs
    for codec in producers:
        driver.produce(codec, topic, codec)
    driver.wait_acked(producers, 20)
    victim = cluster.leader(topic, 0)
    cluster.brokers[victim].kill()
    cluster.wait_leads_nothing(topic, victim)
    driver.wait_acked(producers, 20)
    cluster.restart(victim)
    cluster.wait_full_isr(topic)
    driver.wait_acked(producers, 20)
    driver.end(*producers)

    acked = [record for producer in producers for record in driver.acked(producer)]
    values = {value for _, _, value in acked}
    for members in groups.values():
        driver.wait_read(members, acked)
        assert {value for _, _, value in driver.read(*members)} == values, "nothing that was not written"
    driver.end(*sum(groups.values(), []))
    assert codecs_in_log(cluster, topic) == set(producers)
    for group in groups:  # a consumer that ends in order commits what it has read
        with GroupView(cluster.bootstrap, group) as view:
            assert view.committed(topic, range(PARTITIONS)) == view.ends(topic, range(PARTITIONS)), group
