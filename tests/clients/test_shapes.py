"""The two shapes of messaging, and where reading begins: the same words for every client."""
import time

from harness.wait import wait_until

PARTITIONS = 6


def write(driver, name, topic, count):
    """What a producer was told of at least `count` records, in order of offsets."""
    driver.produce(name, topic)
    driver.wait_acked([name], count)
    driver.end(name)
    return sorted(driver.acked(name))


def test_a_group_shares_the_records_and_each_group_gets_them_all(cluster, driver):
    topic = f"shapes-{driver.kind.name}"
    cluster.create_topic(topic, PARTITIONS)
    groups = [["a1", "a2", "a3"], ["b1", "b2"]]
    for members in groups:
        for member in members:
            driver.consume(member, topic, f"{topic}-{member[0]}")
    for members in groups:
        driver.wait_shared(members, PARTITIONS)
    acked = write(driver, "producer", topic, 200)
    for members in groups:
        driver.wait_read(members, acked)
    driver.end(*sum(groups, []))
    for members in groups:
        assert sorted(driver.read(*members)) == acked, "each record once in the group"
        assert all(driver.read(member) for member in members), "nobody idle"


def test_a_consumer_reads_again_from_where_it_seeks(cluster, driver):
    topic = f"seek-{driver.kind.name}"
    cluster.create_topic(topic, PARTITIONS)
    driver.consume("reader", topic, topic)
    driver.wait_shared(["reader"], PARTITIONS)
    early = write(driver, "early", topic, 100)
    moment = int(time.time() * 1000) + 2  # no record of one side bears a time of the other
    wait_until(lambda: time.time() * 1000 > moment, "that moment", interval=0.001)
    late = write(driver, "late", topic, 100)
    everything = sorted(early + late)
    driver.wait_read(["reader"], everything)

    for where, expected in {
        ("beginning",): everything,
        ("offset", 5): [r for r in everything if r[1] >= 5],
        ("timestamp", moment): late,
    }.items():
        driver.seek("reader", *where)
        driver.wait(
            lambda wanted=expected: set(wanted) <= set(driver.read_after_seek("reader")), f"read from {where}"
        )
        assert sorted(driver.read_after_seek("reader")) == expected, where
    driver.end("reader")


def test_a_group_without_committed_offsets_begins_as_auto_offset_reset_says(cluster, driver):
    topic = f"reset-{driver.kind.name}"
    cluster.create_topic(topic, PARTITIONS)
    early = write(driver, "early", topic, 60)
    for reset in ("earliest", "latest"):
        driver.consume(reset, topic, f"{topic}-{reset}", reset)
        driver.wait_shared([reset], PARTITIONS)
    driver.produce("late", topic)  # goes on until the end of each partition has been found
    driver.wait(lambda: {p for p, _, _ in driver.read("latest")} == set(range(PARTITIONS)), "the ends found")
    driver.end("late")
    late = sorted(driver.acked("late"))
    begins = {}
    for partition, offset, _ in driver.read("latest"):
        begins[partition] = min(offset, begins.get(partition, offset))
    after = [record for record in late if record[1] >= begins[record[0]]]
    driver.wait_read(["latest"], after)
    driver.wait_read(["earliest"], early + late)
    assert sorted(driver.read("latest")) == after
    assert sorted(driver.read("earliest")) == sorted(early + late)
    driver.end("earliest", "latest")

    if driver.kind.reset_none_error:
        driver.consume("none", topic, f"{topic}-none", "none")
        failure = wait_until(driver.failures, "an error of the consumer without a place to begin")
        assert driver.kind.reset_none_error in failure[0]
