"""One broker process: ours, or Apache Kafka's (to try a test on the original, and to compare)."""
import os
import re
import socket

from . import places
from .process import Process
from .wait import wait_until

# bin/kafka-run-class.sh and bin/kafka-server-start.sh run production brokers like this.
PRODUCTION_JVM = [
    "-Xmx1G", "-Xms1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
]
SMALL_JVM = ["-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]

LOG4J = """log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
"""


# What a process prints when it finds itself wrong: our CHECK, the C library, the sanitizers.
CRASH = re.compile(
    r"CHECK\(.*\) failed|double free|corrupted|terminate called|AddressSanitizer|LeakSanitizer"
    r"|ThreadSanitizer|runtime error:|Assertion .* failed"
)


class Broker:
    def __init__(self, broker_id, port, folder, zookeeper, properties=None, kind="barnabas",
                 production_jvm=False, extra_listeners=None):
        self.id = broker_id
        self.port = port
        self.folder = folder
        self.kind = kind
        self.jvm = PRODUCTION_JVM if production_jvm else SMALL_JVM
        self.log_path = os.path.join(folder, "broker.log")
        self.data_dir = os.path.join(folder, "data")
        self.process = None
        listeners = ",".join(
            f"{name}://127.0.0.1:{at}" for name, at in {"PLAINTEXT": port, **(extra_listeners or {})}.items()
        )
        self.properties = {
            "broker.id": broker_id,
            "listeners": listeners,
            "advertised.listeners": listeners,
            "log.dirs": self.data_dir,
            "zookeeper.connect": zookeeper,
            **(properties or {}),
        }

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def properties_path(self):
        return os.path.join(self.folder, "server.properties")

    def write_properties(self):
        os.makedirs(self.folder, exist_ok=True)
        with open(self.properties_path, "w", encoding="utf-8") as file:
            file.writelines(f"{key}={value}\n" for key, value in self.properties.items())

    def command(self, *arguments):
        if self.kind == "barnabas":
            return [places.program("barnabas"), self.properties_path, *arguments]
        log4j = os.path.join(self.folder, "log4j.properties")
        with open(log4j, "w", encoding="utf-8") as file:
            file.write(LOG4J)
        return [
            places.java(), *self.jvm, f"-Dlog4j.configuration=file:{log4j}", "-Djava.awt.headless=true",
            "-cp", places.APACHE_KAFKA_LIBS + "/*", "kafka.Kafka", self.properties_path, *arguments,
        ]

    def start(self, *arguments):
        self.write_properties()
        self.process = Process.spawn(self.command(*arguments), self.log_path, cwd=self.folder)
        return self

    def is_alive(self):
        return self.process is not None and self.process.is_alive()

    def accepts_connections(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def wait_until_listening(self, timeout=60):
        def listening():
            if not self.is_alive():
                raise AssertionError(f"broker {self.id} ended\n{self.log_tail()}")
            return self.accepts_connections()

        wait_until(listening, f"broker {self.id} listens", timeout)

    def log_text(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log_tail(self, lines=15):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def crash_report(self):
        """What the broker said when it found itself wrong, or None."""
        lines = self.log_text().splitlines()
        first = next((n for n, line in enumerate(lines) if CRASH.search(line)), None)
        return None if first is None else f"broker {self.id}:\n" + "\n".join(lines[first : first + 60])

    def stop(self):
        return self.process.stop()

    def kill(self):
        return self.process.kill()

    def pause(self):
        self.process.pause()

    def resume(self):
        self.process.resume()

    def reaper(self):
        """The process that waits for the broker's end, or None."""
        for child in self.process.children():
            if "reaper" in child.command_line().split(" ")[0]:
                return child
        return None
