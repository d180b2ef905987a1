"""Kafka Connect unchanged: the file source and the file sink of its distribution, in distributed mode;
a broker is killed, a worker is killed, and every line arrives."""
import pytest
from connect import Worker
from harness.groups import coordinator
from harness.wait import wait_until

TOPIC, GROUP = "connect-lines", "connect-cluster"


@pytest.fixture(name="workers")
def two_workers(cluster, tmp_path):
    workers = [Worker(n, cluster.bootstrap, str(tmp_path), GROUP) for n in (1, 2)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.process.kill()


def test_every_line_of_the_source_is_in_the_sink(cluster, workers, tmp_path):
    cluster.create_topic(TOPIC, partitions=1)
    source, sink = tmp_path / "in.txt", tmp_path / "out.txt"
    written = []

    def write(count):
        with open(source, "a", encoding="utf-8") as file:
            for _ in range(count):
                written.append(f"line {len(written)}")
                file.write(written[-1] + "\n")

    def wait_arrived():
        wait_until(lambda: set(written) <= set(sink.read_text().splitlines()), f"{len(written)} lines", 90, 0.1)

    write(100)
    workers[0].put_connector("source", {
        "connector.class": "FileStreamSource", "tasks.max": "1", "file": str(source), "topic": TOPIC,
    })
    workers[0].put_connector("sink", {
        "connector.class": "FileStreamSink", "tasks.max": "1", "file": str(sink), "topics": TOPIC,
    })
    wait_arrived()

    port = next(iter(cluster.brokers.values())).port
    victim = coordinator(port, GROUP)[0]
    cluster.brokers[victim].kill()
    write(100)
    cluster.wait_leads_nothing(TOPIC, victim)
    wait_arrived()
    cluster.restart(victim)
    cluster.wait_full_isr(TOPIC)

    ids = {worker.id: worker for worker in workers}
    killed = ids.pop(workers[0].wait_task_running("sink"))
    survivor = next(iter(ids.values()))
    killed.process.kill()
    write(100)
    survivor.wait_task_running("sink", other_than=killed.id)
    survivor.wait_task_running("source", other_than=killed.id)
    write(100)
    wait_arrived()
    assert set(sink.read_text().splitlines()) == set(written), "nothing that was not written"
