"""One cluster for all clients of a test worker."""
import pytest
from harness.cluster import Cluster


@pytest.fixture(scope="session", name="cluster")
def running_cluster():
    with Cluster(3) as cluster:
        yield cluster


@pytest.fixture(name="topic")
def fresh_topic(cluster, request):
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    cluster.create_topic(name, partitions=3)
    return name
