"""KAFKA_CREATE_TOPICS, with a kafka-topics that writes down how it is called."""
import os
import subprocess

import pytest
from harness import places

SCRIPT = os.path.join(places.ROOT, "docker", "create_topics.sh")
FAKE = """#!/usr/bin/env bash
echo "$*" >> {folder}/calls
[ -e {folder}/seen ] || {{ touch {folder}/seen; exit {first}; }}
"""


def calls(folder, topics, properties, first=0, **environment):
    fake = folder / "kafka-topics"
    fake.write_text(FAKE.format(folder=folder, first=first))
    fake.chmod(0o755)
    file = folder / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
    subprocess.run(
        ["bash", SCRIPT, str(file)], check=True, timeout=60,
        env={"PATH": f"{folder}:{os.environ['PATH']}", "KAFKA_CREATE_TOPICS": topics, **environment},
    )
    return (folder / "calls").read_text().splitlines()


PLAIN = {"listeners": "PLAINTEXT://0.0.0.0:9092"}
CREATE = "--bootstrap-server localhost:9092 --create --if-not-exists --topic"


def test_each_topic_has_its_partitions_replicas_and_policy(tmp_path):
    assert calls(tmp_path, "Topic1:2:3, Topic2:1:1:compact", PLAIN) == [
        f"{CREATE} Topic1 --partitions 2 --replication-factor 3",
        f"{CREATE} Topic2 --partitions 1 --replication-factor 1 --config cleanup.policy=compact",
    ]


def test_the_separator_may_be_another(tmp_path):
    made = calls(tmp_path, "a:1:1\nb:1:1\n", PLAIN, KAFKA_CREATE_TOPICS_SEPARATOR="\n")
    assert made == [f"{CREATE} {name} --partitions 1 --replication-factor 1" for name in "ab"]


def test_it_tries_again_until_the_brokers_are_there(tmp_path):
    made = calls(tmp_path, "a:1:3", PLAIN, first=1)
    assert made == [f"{CREATE} a --partitions 1 --replication-factor 3"] * 2


@pytest.mark.parametrize("properties, server", [
    ({"listeners": "INSIDE://:29092,OUTSIDE://:9094", "inter.broker.listener.name": "OUTSIDE"}, "localhost:9094"),
    ({"listeners": "OUTSIDE://0.0.0.0:9094,PLAINTEXT://host:9092"}, "host:9092"),
    ({"listeners": "A://10.0.0.1:1,B://:2"}, "10.0.0.1:1"),
])
def test_it_asks_where_the_brokers_meet(tmp_path, properties, server):
    assert calls(tmp_path, "a:1:1", properties)[0].startswith(f"--bootstrap-server {server} ")
