"""Apache Kafka's own Java clients, 3.9: the plain producer of its documentation and a consumer by assign."""
import subprocess

import pytest
from harness import java_classes

COUNT = 1000


def java(main, *arguments):
    command = java_classes.command(main, *arguments)
    result = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
    return result.stdout.splitlines()


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_what_the_producer_was_told_is_what_the_consumer_reads(cluster, topic, compression):
    written = java("ProducerExample", cluster.bootstrap, topic, COUNT, compression)
    assert len(written) == COUNT
    read = java("ConsumerByAssign", cluster.bootstrap, topic, COUNT)
    assert sorted(read) == sorted(written)
    assert {line.split()[0] for line in written} == {"0", "1", "2"}, "keys spread over the partitions"
