"""Apache Kafka's tools, one after another in one virtual machine: starting one takes longer than most of
what is asked of them."""
import atexit
import struct
import subprocess
import threading
from types import SimpleNamespace

from . import java_classes


def packed(text):
    data = text.encode()
    return struct.pack(">i", len(data)) + data


class ToolJvm:
    """Threads wait for each other. A run that takes too long ends the machine."""

    def __init__(self):
        self.lock = threading.Lock()
        command = java_classes.command("ToolServer")
        command.insert(1, "-Djava.security.manager=allow")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def run(self, main, arguments, stdin="", timeout=90):
        """The main of a class, by its name; the result has returncode, stdout, stderr."""
        request = packed(main) + packed(stdin) + struct.pack(">i", len(arguments))
        with self.lock:
            late = threading.Timer(timeout, self.process.kill)
            late.start()
            try:
                self.process.stdin.write(request + b"".join(map(packed, arguments)))
                self.process.stdin.flush()
                code = struct.unpack(">i", self.read(4))[0]
                stdout, stderr = (self.read(struct.unpack(">i", self.read(4))[0]).decode() for _ in range(2))
            finally:
                late.cancel()
        return SimpleNamespace(returncode=code, stdout=stdout, stderr=stderr)

    def read(self, size):
        data = self.process.stdout.read(size)
        assert len(data) == size, "the virtual machine has ended, or was too slow"
        return data


_shared = []
_shared_lock = threading.Lock()


def run(main, arguments, stdin="", timeout=90):
    """In the machine that everybody in this process shares: it starts when it is first needed."""
    with _shared_lock:
        if not _shared or _shared[0].process.poll() is not None:
            jvm = ToolJvm()
            atexit.register(jvm.close)
            _shared[:] = [jvm]
    return _shared[0].run(main, arguments, stdin, timeout)
