"""Apache Kafka's own Java clients, 3.9: the plain producer of its documentation and a consumer by assign."""
import os
import shutil
import subprocess

import pytest
from harness import places

SOURCES = os.path.join(os.path.dirname(__file__), "java")
COUNT = 1000


@pytest.fixture(scope="module", name="java")
def compiled(tmp_path_factory):
    classes = str(tmp_path_factory.mktemp("classes"))
    classpath = places.APACHE_KAFKA_LIBS + "/*"
    sources = [os.path.join(SOURCES, n) for n in ("ProducerExample.java", "ConsumerByAssign.java")]
    subprocess.run([shutil.which("javac"), "-cp", classpath, "-d", classes, *sources], check=True)
    log4j = "-Dlog4j.configuration=file:" + os.path.join(SOURCES, "tools-log4j.properties")

    def run(main, *arguments):
        command = [places.java(), "-Xmx256m", log4j, "-cp", f"{classes}:{classpath}", main]
        command += [str(a) for a in arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
        return result.stdout.splitlines()

    return run


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_what_the_producer_was_told_is_what_the_consumer_reads(cluster, topic, java, compression):
    written = java("ProducerExample", cluster.bootstrap, topic, COUNT, compression)
    assert len(written) == COUNT
    read = java("ConsumerByAssign", cluster.bootstrap, topic, COUNT)
    assert sorted(read) == sorted(written)
    assert {line.split()[0] for line in written} == {"0", "1", "2"}, "keys spread over the partitions"
