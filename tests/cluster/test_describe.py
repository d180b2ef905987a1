"""Apache Kafka's own kafka-topics and kafka-leader-election, run on our cluster, print the very bytes
that ours print: fresh, with a broker dead, and after the election."""
import re

from harness.cluster import NOBODY_ELSE_ELECTS, Cluster
from harness.wait import wait_until


def both(cluster, tool, *arguments):
    """What our tool and Apache Kafka's print, and their exit codes; warnings of brokers that cannot be
    reached carry the time of day and go to standard error."""
    def seen(kind):
        result = cluster.tools.try_run(tool, *arguments, kind=kind)
        return result.returncode, result.stdout

    ours, theirs = seen(cluster.kind), seen("apache")
    assert ours == theirs
    return ours[1]


def describe_everything(cluster):
    texts = [both(cluster, "kafka-topics", "--list")]
    for arguments in (
        [], ["--topic", "first"], ["--topic", "f.*"], ["--topics-with-overrides"],
        ["--under-replicated-partitions"], ["--unavailable-partitions"],
        ["--under-min-isr-partitions"], ["--at-min-isr-partitions"],
        ["--exclude-internal"], ["--topic", "missing", "--if-exists"],
    ):
        texts.append(both(cluster, "kafka-topics", "--describe", *arguments))
    return texts


def test_both_tools_print_the_same_bytes_before_and_after_a_failover():
    properties = {"log.segment.bytes": 1073741824, **NOBODY_ELSE_ELECTS}
    with Cluster(ids=[102, 103, 104], properties=properties) as cluster:
        cluster.create_topic("first", assignment="102:103:104,103:104:102,104:102:103")
        cluster.create_topic(
            "second", assignment="103:104,104:103", retention_ms=3600000, min_insync_replicas=2
        )
        election = ["--election-type", "preferred", "--topic", "first", "--partition", "1"]
        # Topics in an order of their own would differ by chance of the map: one topic each is compared
        # as it is, all of them as the tools print them.
        fresh = describe_everything(cluster)
        assert fresh[2].splitlines()[0].endswith("Configs: segment.bytes=1073741824")
        assert fresh[5] == "", "nothing is under-replicated"

        cluster.brokers[103].kill()
        cluster.wait_leads_nothing("first", 103)
        cluster.wait_out_of_isr("first", 103)
        cluster.wait_out_of_isr("second", 103)
        failed_over = describe_everything(cluster)
        assert "Leader: 104\tReplicas: 103,104,102\tIsr: 104,102" in failed_over[2]
        assert failed_over[5].count("\tTopic: ") == 5
        in_vain = both(cluster, "kafka-leader-election", *election)
        assert "first-1" in in_vain and "Successfully" not in in_vain, "its preferred leader is dead"

        cluster.restart(103)
        cluster.wait_full_isr("first")
        cluster.wait_full_isr("second")
        describe_everything(cluster)

        elected = cluster.tools.run("kafka-leader-election", *election)
        assert elected == "Successfully completed leader election (PREFERRED) for partitions first-1\n"
        theirs = cluster.tools.run(
            "kafka-leader-election", "--election-type", "preferred", "--topic", "second", "--partition", "0",
            kind="apache",
        )
        assert theirs == elected.replace("first-1", "second-0")
        again = both(cluster, "kafka-leader-election", *election)
        assert again == "Valid replica already elected for partitions first-1\n"
        describe_everything(cluster)


def test_a_topic_by_its_id_and_names_that_collide_in_metrics():
    with Cluster(1) as cluster:
        cluster.create_topic("there", partitions=2)
        whole = both(cluster, "kafka-topics", "--describe", "--topic", "there")
        topic_id = re.search(r"TopicId: (\S+)", whole)[1]
        assert both(cluster, "kafka-topics", "--describe", "--topic-id", topic_id) == whole
        for arguments in (
            ["--topic-id", "AAAAAAAAAAAAAAAAAAAAAQ"], ["--topic-id", "no id at all"], ["--topic-id", "AAAA"],
            ["--topic-id", "AAAAAAAAAAAAAAAAAAAAAQ", "--if-exists"], ["--topic-id", topic_id, "--topic", "there"],
            ["--topic", "there", "--partition-size-limit-per-response", "1"],
        ):
            both(cluster, "kafka-topics", "--describe", *arguments)
        ours, theirs = (
            cluster.tools.try_run("kafka-topics", "--create", "--topic", f"{kind}.is_odd", kind=kind)
            for kind in ("barnabas", "apache")
        )
        assert ours.returncode == theirs.returncode == 0
        assert ours.stdout == theirs.stdout.replace("apache", "barnabas")
        assert ours.stdout.startswith("WARNING: ")


def test_apache_kafkas_leader_election_works_on_our_cluster():
    with Cluster(2, properties=NOBODY_ELSE_ELECTS) as cluster:
        cluster.create_topic("t", assignment="1:2,2:1,1:2")
        cluster.brokers[1].stop()
        cluster.wait_leads_nothing("t", 1)
        cluster.restart(1)
        cluster.wait_full_isr("t")
        # Asked for all partitions, it names only those that moved, in no order.
        moved = []

        def elected():
            output = cluster.tools.run(
                "kafka-leader-election", "--election-type", "PREFERRED", "--all-topic-partitions",
                kind="apache",
            )
            for line in output.splitlines():
                words, _, partitions = line.rpartition(" for partitions ")
                assert words == "Successfully completed leader election (PREFERRED)"
                moved.extend(partitions.split(", "))
            return [s["leader"] for s in cluster.states("t").values()] == [1, 2, 1]

        wait_until(elected, "the preferred leaders", 30)
        assert sorted(moved) == ["t-0", "t-2"]


def test_both_tools_say_the_same_of_what_cannot_be_done():
    with Cluster(1) as cluster:
        cluster.create_topic("there")
        for tool, arguments in (
            ("kafka-topics", ["--create", "--topic", "there"]),
            ("kafka-topics", ["--create", "--topic", "wide", "--replication-factor", "3"]),
            ("kafka-topics", ["--create", "--topic", "b@d"]),
            ("kafka-topics", ["--describe", "--topic", "missing"]),
            ("kafka-topics", ["--delete", "--topic", "missing"]),
            ("kafka-leader-election",
             ["--election-type", "preferred", "--topic", "missing", "--partition", "0"]),
        ):
            ours = cluster.tools.try_run(tool, *arguments)
            theirs = cluster.tools.try_run(tool, *arguments, kind="apache")
            # Apache Kafka also prints Java stack traces, on standard error or after the message.
            assert ours.returncode == theirs.returncode == 1, (tool, arguments, ours)
            assert ours.stdout == theirs.stdout, (tool, arguments)


def test_both_tools_print_the_same_when_all_brokers_of_a_topic_are_gone():
    with Cluster(2) as cluster:
        cluster.create_topic("alone", assignment="2")
        cluster.create_topic("kept", assignment="1")
        cluster.brokers[2].kill()
        cluster.wait_unregistered(2)
        wait_until(lambda: cluster.leader("alone", 0) == -1, "no leader")
        for arguments in (["--topic", "alone"], ["--unavailable-partitions"], ["--under-min-isr-partitions"]):
            output = both(cluster, "kafka-topics", "--describe", *arguments)
            assert "Leader: none\tReplicas: 2\tIsr: 2" in output
