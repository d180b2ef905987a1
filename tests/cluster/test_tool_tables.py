"""For each tool a table of invocations, right and wrong, whose output and exit code are those of Apache
Kafka's own tool on the same cluster. What still differs, and why, is listed in docs/tools.md."""
import re

import pytest
from harness.cluster import Cluster
from harness.tool_jvm import ToolJvm

# Nobody listens on port 1.
NOBODY = "127.0.0.1:1"


@pytest.fixture(scope="module", name="jvm")
def kafkas_tools():
    with ToolJvm() as jvm:
        yield jvm


@pytest.fixture(scope="module", name="cluster")
def small_cluster():
    with Cluster(2, properties={"offsets.topic.num.partitions": 2}) as cluster:
        yield cluster


@pytest.fixture(scope="module", name="hasty")
def settings_file(tmp_path_factory):
    """Settings with which a tool gives up soon."""
    path = tmp_path_factory.mktemp("settings") / "client.properties"
    path.write_text("request.timeout.ms=1000\ndefault.api.timeout.ms=1000\n# a comment\nclient.id = table\n")
    return str(path)


def message(stderr):
    """The first line that is not the log's, without the name of Java's exception that nobody caught; of a
    wrong command line of the tools with sub-commands the message, which argparse4j breaks and justifies."""
    usage = re.search(r"^[\w-]+:\s+error:(.*?)(\n\n|\Z)", stderr, re.M | re.S)
    if usage:
        return re.sub(r"\s+", "", usage[1])
    lines = [line for line in stderr.split("\n") if line.strip() and not re.match(r"\[\d{4}-|\s+at ", line)]
    first = re.sub(r'^Exception in thread "main" [\w.]+: ', "", lines[0]).rstrip() if lines else ""
    return first.removesuffix(": No such file or directory")


def compare(cluster, jvm, tool, table, arrange=lambda text: text):
    """Each row is run by both. Every difference is told."""
    differences = []
    for row in table:
        words = [word.replace("SERVERS", cluster.bootstrap) for word in row]
        ours = cluster.tools.try_run(tool, *words, kind="barnabas", bootstrap="")
        theirs = jvm.run(tool, words)
        seen = [(result.returncode, arrange(result.stdout), message(result.stderr) if result.returncode else "")
                for result in (ours, theirs)]
        if seen[0] != seen[1]:
            differences.append(f"{tool} {' '.join(row)}\n  ours   {seen[0]}\n  Kafka's {seen[1]}\n{theirs.stderr[:300]}")
    assert not differences, "\n\n".join(differences)


def test_kafka_cluster(cluster, jvm, hasty):
    compare(cluster, jvm, "kafka-cluster", [
        ["cluster-id", "--bootstrap-server", "SERVERS"], ["cluster-id", "-b", "SERVERS"], ["cluster", "-bSERVERS"],
        ["cluster-id", "--bootstrap-server=SERVERS", "--config", hasty],
        ["unregister", "-b", "SERVERS", "-i", "2"], ["unregister", "--bootstrap-server", "SERVERS", "--id", "77"],
        ["cluster-id", "-C", "SERVERS", "-c", hasty], ["cluster-id", "-b", NOBODY, "-c", hasty],
        ["cluster-id", "-b", "SERVERS", "-c", "/missing"], ["cluster-id", "-b", "nonsense"],
        [], ["list-endpoints"], ["--bad"], ["cluster-id"], ["cluster-id", "-b"], ["cluster-id", "-b", "SERVERS", "more"],
        ["cluster-id", "--what"], ["cluster-id", "-b", "SERVERS", "-C", "SERVERS"], ["unregister", "-b", "SERVERS"],
        ["unregister", "-b", "SERVERS", "-i", "x"],
    ])


def by_broker(text):
    """Kafka's tool shuffles the brokers."""
    return sorted(re.findall(r"^\S.*? -> .*?^\)$", text, re.M | re.S)) or text


def test_kafka_broker_api_versions(cluster, jvm, hasty):
    compare(cluster, jvm, "kafka-broker-api-versions", [
        ["--bootstrap-server", "SERVERS"], ["--bootstrap-server", "SERVERS", "--command-config", hasty],
        ["--bootstrap-server", "SERVERS", "--command-config", "/missing"], ["--bootstrap-server"], ["--what"],
        ["--command-config", hasty],
    ], by_broker)
