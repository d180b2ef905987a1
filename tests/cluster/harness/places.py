"""Where things are: the repository, the programs under test, Apache Kafka's and ZooKeeper's jars."""
import os
import shutil

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
CACHE = os.path.join(ROOT, ".cache")
APACHE_KAFKA_LIBS = os.path.join(CACHE, "apache-kafka", "libs")
KAFKA_CLIENTS_NEWEST_LIBS = os.path.join(CACHE, "kafka-clients-newest", "libs")
KAFKA_CLIENTS_OLDEST_LIBS = os.path.join(CACHE, "kafka-clients-oldest", "libs")
FRANZ_GO_DRIVER = os.path.join(CACHE, "franz-go", "driver")
SARAMA_DRIVER = os.path.join(CACHE, "sarama", "driver")
GO_INTERFACES = os.path.join(CACHE, "go-interfaces")
KAFKAJS_MODULES = os.path.join(CACHE, "kafkajs", "node_modules")
ZOOKEEPER_CLASSPATH = "/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-simple.jar"


def bin_dir():
    """The programs under test; BARNABAS_BIN names another build (sanitizers)."""
    return os.environ.get("BARNABAS_BIN", os.path.join(ROOT, "build", "release", "bin"))


def program(name):
    return _existing(os.path.join(bin_dir(), name))


def tool(name):
    """A tool of Kafka's name. BARNABAS_RDKAFKA_BIN names another build for those that stand on librdkafka:
    it starts its threads by C11's thrd_create, and clang's thread sanitizer crashes in a thread that it did
    not see begin."""
    if name.startswith(("kafka-console-", "kafka-verifiable-")):
        return _existing(os.path.join(os.environ.get("BARNABAS_RDKAFKA_BIN", bin_dir()), name))
    return program(name)


def _existing(path):
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path} is not built: ./dev build")
    return path


def java():
    return shutil.which("java") or "/usr/bin/java"
