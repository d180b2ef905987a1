"""One cluster for all clients of a test worker."""
import pytest
from drivers import KINDS, MORE_KINDS, Driver
from harness.cluster import NOBODY_ELSE_ELECTS, Cluster
from harness.groups import PROPERTIES


@pytest.fixture(scope="session", name="shared_cluster")
def running_cluster():
    # A coordinator that moves while a consumer ends may leave an older commit in place: librdkafka sends the
    # last one at once and a refused earlier one again 100 ms later. So leaders move when a test kills one.
    with Cluster(3, properties={**PROPERTIES, **NOBODY_ELSE_ELECTS}) as cluster:
        yield cluster


@pytest.fixture(name="cluster")
def whole_cluster(shared_cluster):
    """Whole also after a test that failed with a broker down."""
    yield shared_cluster
    for broker in shared_cluster.brokers.values():
        if not broker.is_alive():
            shared_cluster.restart(broker.id)


@pytest.fixture(name="topic")
def fresh_topic(cluster, request):
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    cluster.create_topic(name, partitions=3)
    return name


@pytest.fixture(name="driver", params=KINDS)
def running_driver(cluster, request, tmp_path):
    """Every client in turn; a test that is for MORE_KINDS as well says so."""
    kind = {**KINDS, **MORE_KINDS}[request.param]
    with Driver(kind, cluster.bootstrap, str(tmp_path / "stderr")) as driver:
        yield driver
