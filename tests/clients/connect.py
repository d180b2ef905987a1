"""Workers of Kafka Connect in distributed mode, and the REST interface by which they are asked."""
import json
import os
import urllib.request

from harness import java_classes
from harness.ports import free_port
from harness.process import Process
from harness.wait import wait_until

STRING = "org.apache.kafka.connect.storage.StringConverter"


class Worker:
    def __init__(self, number, bootstrap, folder, group):
        self.port = free_port()
        self.log = os.path.join(folder, f"worker-{number}.log")
        properties = os.path.join(folder, f"worker-{number}.properties")
        with open(properties, "w", encoding="utf-8") as file:
            for key, value in {
                "bootstrap.servers": bootstrap, "group.id": group,
                "key.converter": STRING, "value.converter": STRING,
                "config.storage.topic": f"{group}-configs", "offset.storage.topic": f"{group}-offsets",
                "status.storage.topic": f"{group}-status", "offset.storage.partitions": 3,
                "status.storage.partitions": 3, "offset.flush.interval.ms": 500,
                # Of the workers, and of the sinks' consumers: the dead are missed as early as they can be.
                "session.timeout.ms": 6000, "heartbeat.interval.ms": 500,
                "consumer.session.timeout.ms": 6000, "consumer.heartbeat.interval.ms": 500,
                "scheduled.rebalance.max.delay.ms": 1000,
                "listeners": f"http://127.0.0.1:{self.port}", "plugin.discovery": "service_load",
            }.items():
                file.write(f"{key}={value}\n")
        command = java_classes.command("org.apache.kafka.connect.cli.ConnectDistributed", properties)
        self.process = Process.spawn(command, self.log)

    @property
    def id(self):
        return f"127.0.0.1:{self.port}"

    def ask(self, path, body=None):
        """The answer to a GET, or to a PUT of `body`; OSError while it cannot be had."""
        request = urllib.request.Request(
            f"http://{self.id}{path}", method="GET" if body is None else "PUT",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def put_connector(self, name, config):
        wait_until(lambda: self.ask(f"/connectors/{name}/config", config), f"{name} accepted", 90, 0.2)

    def task_worker(self, name):
        """The id of the worker that runs the connector's only task; None while it runs nowhere."""
        tasks = self.ask(f"/connectors/{name}/status")["tasks"]
        return tasks[0]["worker_id"] if tasks and tasks[0]["state"] == "RUNNING" else None

    def wait_task_running(self, name, other_than=None):
        def runs():
            assert self.process.is_alive(), self.text()[-4000:]
            worker = self.task_worker(name)
            return worker != other_than and worker

        return wait_until(runs, f"the task of {name} runs", 90, 0.1)

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()
