"""kcat, that is librdkafka: metadata, produce with each codec and in old formats, consume, offsets by time."""
import json
import os
import shutil
import subprocess

import pytest
from harness.logdir import CODECS, LogDirectory
from harness.wait import wait_until

VERSION = "1.7.1"  # of Debian 12 and Ubuntu 24.04
LINES = [f"key{n}\tvalue {n} of a thousand that are much alike" for n in range(1000)]


def kcat(cluster, *arguments, stdin=None):
    result = subprocess.run(
        [shutil.which("kcat"), "-b", cluster.bootstrap, "-m", "30", *arguments],
        input=stdin, capture_output=True, text=True, timeout=90, check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def produce_lines(cluster, topic, codec, *options):
    """All in one batch: librdkafka leaves one alone that does not become smaller."""
    kcat(cluster, "-P", "-t", topic, "-p", "0", "-K", "\t", "-z", codec, "-X", "linger.ms=1000", *options,
         stdin="\n".join(LINES) + "\n")


def batches(cluster, topic):
    """Of partition 0, on every broker the same."""
    cluster.wait_full_isr(topic)
    state = cluster.state(topic, 0)
    copies = [
        list(LogDirectory(os.path.join(cluster.brokers[replica].data_dir, f"{topic}-0")).batches())
        for replica in state["isr"]
    ]
    for batch in copies[0]:
        batch.check_crc()
    assert all([b.bytes for b in copy] == [b.bytes for b in copies[0]] for copy in copies)
    return copies[0]


def read_lines(cluster, topic, *options):
    return kcat(cluster, "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", *options).splitlines()


def codecs_in_log(cluster, topic):
    found = set()
    for partition in range(3):
        folder = cluster.brokers[cluster.leader(topic, partition)].data_dir
        found |= {batch.codec for batch in LogDirectory(os.path.join(folder, f"{topic}-{partition}")).batches()}
    return found


def test_kcat_is_the_one_that_is_known():
    assert f"Version {VERSION} " in subprocess.run(["kcat", "-V"], capture_output=True, text=True, check=True).stdout


def test_metadata_names_brokers_leaders_and_isrs(cluster, topic):
    told = json.loads(kcat(cluster, "-L", "-J", "-t", topic))
    assert {b["id"]: b["name"] for b in told["brokers"]} == {
        b.id: b.address for b in cluster.brokers.values()
    }
    assert told["controllerid"] in (cluster.controller_id(), -1)
    partitions = told["topics"][0]["partitions"]
    assert [p["partition"] for p in partitions] == [0, 1, 2]
    for partition in partitions:
        state = cluster.state(topic, partition["partition"])
        assert partition["leader"] == state["leader"]
        assert [r["id"] for r in partition["isrs"]] == state["isr"]


def test_what_is_produced_is_consumed(cluster, topic):
    lines = [f"key{n}\tvalue {n}" for n in range(1000)]
    kcat(cluster, "-P", "-t", topic, "-K", "\t", "-X", "acks=all", stdin="\n".join(lines) + "\n")
    read = kcat(cluster, "-C", "-t", topic, "-K", "\t", "-o", "beginning", "-e", "-q")
    assert sorted(read.splitlines()) == sorted(lines)


@pytest.mark.parametrize("codec", CODECS)
def test_codec_that_is_asked_for_is_stored(cluster, topic, codec):
    """librdkafka compresses with gzip, snappy and lz4 only where Produce is served from version 0 on."""
    produce_lines(cluster, topic, codec)
    assert read_lines(cluster, topic, "-K", "\t") == LINES
    assert {batch.codec for batch in batches(cluster, topic)} == {codec}


@pytest.mark.parametrize("codec", CODECS[:-1])
@pytest.mark.parametrize("broker_version", ["0.9.0", "0.10.0"])
def test_message_sets_of_old_clients_become_record_batches(cluster, topic, codec, broker_version):
    """Magic 0 for 0.9, magic 1 for 0.10."""
    produce_lines(cluster, topic, codec, "-X", "api.version.request=false",
                  "-X", f"broker.version.fallback={broker_version}")
    assert read_lines(cluster, topic, "-K", "\t") == LINES
    stored = batches(cluster, topic)
    assert {batch.codec for batch in stored} == {codec}
    assert sum(batch.count for batch in stored) == len(LINES)
    times = {int(time) for time in read_lines(cluster, topic, "-f", "%T\n")}
    assert times == {-1} if broker_version == "0.9.0" else min(times) > 0


def test_a_group_reads_everything_though_a_leader_is_killed(cluster, topic, tmp_path):
    output = tmp_path / "read"
    with open(output, "wb") as file:
        member = subprocess.Popen(
            [shutil.which("kcat"), "-b", cluster.bootstrap, "-q", "-u", "-X", "auto.offset.reset=earliest",
             "-G", topic, topic],
            stdout=file, stderr=subprocess.DEVNULL,
        )

    def produce(values):
        """By five producers, one for each codec."""
        for number, codec in enumerate(CODECS):
            kcat(cluster, "-P", "-t", topic, "-X", "enable.idempotence=true", "-z", codec, "-X", "linger.ms=100",
                 stdin="\n".join(values[number::len(CODECS)]) + "\n")

    def wait_read(values):
        wait_until(lambda: set(values) <= set(output.read_text().splitlines()), f"{len(values)} read", 90)

    before, after = ([f"{when}: number {number} of many that are much alike" for number in range(500)]
                     for when in ("before", "after"))
    try:
        produce(before)
        wait_read(before)
        victim = cluster.leader(topic, 0)
        cluster.brokers[victim].kill()
        produce(after)
        wait_read(before + after)
        assert codecs_in_log(cluster, topic) == set(CODECS)
        cluster.restart(victim)
    finally:
        member.kill()
        member.wait()


def test_headers_nulls_and_idempotence(cluster, topic):
    kcat(cluster, "-P", "-t", topic, "-p", "1", "-k", "the key", "-H", "color=blue", "-H", "size=2", "-Z",
         "-X", "enable.idempotence=true", stdin="")
    kcat(cluster, "-P", "-t", topic, "-p", "1", "-Z", "-k", "the key", "-H", "color=blue",
         "-X", "enable.idempotence=true", stdin="the value\n")
    read = kcat(cluster, "-C", "-t", topic, "-p", "1", "-o", "beginning", "-c", "1", "-q",
                "-f", "%k|%s|%h|%o|%p")
    assert read == "the key|the value|color=blue|0|1"


def test_offsets_by_time(cluster, topic):
    kcat(cluster, "-P", "-t", topic, "-p", "0", stdin="a\nb\nc\n")
    first = int(kcat(cluster, "-C", "-t", topic, "-p", "0", "-c", "1", "-q", "-o", "beginning", "-f", "%T"))
    assert f"{topic} [0] offset 0" in kcat(cluster, "-Q", "-t", f"{topic}:0:{first}")
    assert f"{topic} [0] offset 0" in kcat(cluster, "-Q", "-t", f"{topic}:0:-2")
    assert f"{topic} [0] offset 3" in kcat(cluster, "-Q", "-t", f"{topic}:0:-1")


def test_a_topic_that_does_not_exist_is_said_so(cluster):
    result = subprocess.run(
        [shutil.which("kcat"), "-b", cluster.bootstrap, "-C", "-t", "nowhere", "-o", "beginning", "-e",
         "-X", "allow.auto.create.topics=false"],
        capture_output=True, text=True, timeout=90, check=False,
    )
    assert result.returncode == 1
    assert "Unknown topic" in result.stderr
