"""What standard input asks of a driver, and how it answers: the README of tests/clients has the words."""
import queue
import sys
import threading

_output = threading.Lock()


class Client(threading.Thread):
    """A producer or a consumer, in a thread of its own; live() does the work until `ending` is set."""

    def __init__(self, name, bootstrap, topic):
        super().__init__(name=name)
        self.bootstrap = bootstrap
        self.topic = topic
        self.ending = threading.Event()
        self.seeks = queue.SimpleQueue()

    def say(self, text):
        with _output:
            sys.stdout.write(f"{self.name} {text}\n")
            sys.stdout.flush()

    def say_owned(self, partitions):
        self.say(" ".join(["owns", *map(str, sorted(partitions))]))

    def say_received(self, received):
        """received: {broker: bytes so far}"""
        for broker, count in received.items():
            self.say(f"from {broker} {count}")

    def run(self):
        try:
            self.live()
            self.say("ended")
        except Exception as error:  # whatever ends it is the answer
            self.say(f"failed {error!r}".replace("\n", " "))

    def values(self):
        """A value every 5 ms, until the end is asked for."""
        number = 0
        while not self.ending.is_set():
            yield f"{self.name}-{number}".encode()
            number += 1
            self.ending.wait(0.005)

    def wanted_seek(self):
        """(kind, number) of a seek that was asked for, or None."""
        try:
            kind, *number = self.seeks.get_nowait()
        except queue.Empty:
            return None
        return kind, int(number[0]) if number else 0


def obey(producing, consuming):
    """producing(name, bootstrap, topic, codec), consuming(name, bootstrap, topic, group, reset, assignor[, rack])"""
    bootstrap, clients = sys.argv[1], {}
    for line in sys.stdin:
        command, name, *rest = line.split()
        if command == "produce":
            clients[name] = producing(name, bootstrap, *rest)
            clients[name].start()
        elif command == "consume":
            clients[name] = consuming(name, bootstrap, *rest)
            clients[name].start()
        elif command == "seek":
            clients[name].seeks.put(rest)
        elif command == "end":
            clients[name].ending.set()
    for client in clients.values():
        client.ending.set()
    for client in clients.values():
        client.join()
