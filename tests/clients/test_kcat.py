"""kcat, that is librdkafka: metadata, produce, consume, offsets by time."""
import json
import shutil
import subprocess


def kcat(cluster, *arguments, stdin=None):
    result = subprocess.run(
        [shutil.which("kcat"), "-b", cluster.bootstrap, "-m", "30", *arguments],
        input=stdin, capture_output=True, text=True, timeout=90, check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


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
