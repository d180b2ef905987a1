"""The command-line tools: ours from the build, or Apache Kafka's own from its jars."""
import os
import subprocess

from . import places, tool_jvm

APACHE_MAIN = {
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-console-producer": "kafka.tools.ConsoleProducer",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-verifiable-producer": "org.apache.kafka.tools.VerifiableProducer",
    "kafka-verifiable-consumer": "org.apache.kafka.tools.VerifiableConsumer",
    "kafka-dump-log": "kafka.tools.DumpLogSegments",
    "kafka-broker-api-versions": "kafka.admin.BrokerApiVersionsCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "zookeeper-shell": "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka",
}
# Run in a machine of their own: they end by a signal, or work until their process does.
OF_THEIR_OWN = {"zookeeper-shell", *(n for n in APACHE_MAIN if "console" in n or "verifiable" in n)}
# As config/tools-log4j.properties: warnings, on stderr.
LOG4J = os.path.join(places.ROOT, "tests", "clients", "java", "tools-log4j.properties")


class ToolFailed(AssertionError):
    def __init__(self, command, result):
        super().__init__(
            f"{' '.join(command)}\nexit {result.returncode}\n{result.stdout}\n{result.stderr}"
        )
        self.result = result


def command_of(tool, kind):
    if kind == "barnabas":
        return [places.tool(tool + ".sh")]
    return [
        places.java(), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
        f"-Dlog4j.configuration=file:{LOG4J}", "-cp", places.APACHE_KAFKA_LIBS + "/*", APACHE_MAIN[tool],
    ]


def run_kafkas(tool, words, stdin="", timeout=90):
    """Apache Kafka's tool in the virtual machine that all share; the result has returncode, stdout, stderr."""
    return tool_jvm.run(APACHE_MAIN[tool], words, stdin, timeout)


class Tools:
    def __init__(self, bootstrap, kind):
        self.bootstrap = bootstrap
        self.kind = kind

    def try_run(self, tool, *arguments, kind=None, stdin="", timeout=90, bootstrap=None):
        """Runs the tool to its end; the result has returncode, stdout, stderr."""
        kind = kind or self.kind
        words = [*([] if bootstrap == "" else ["--bootstrap-server", bootstrap or self.bootstrap]), *arguments]
        if kind == "apache" and tool not in OF_THEIR_OWN:
            result = run_kafkas(tool, words, stdin, timeout)
        else:
            result = subprocess.run(
                command_of(tool, kind) + words, input=stdin, capture_output=True, text=True, timeout=timeout,
                check=False,
            )
        result.command = [tool, *words]
        return result

    def run(self, tool, *arguments, **options):
        """As try_run; an exit code other than 0 fails the test. Returns what it printed."""
        result = self.try_run(tool, *arguments, **options)
        if result.returncode != 0:
            raise ToolFailed(result.command, result)
        return result.stdout

    def describe(self, topic, kind=None, bootstrap=None):
        return self.run("kafka-topics", "--describe", "--topic", topic, kind=kind, bootstrap=bootstrap)
