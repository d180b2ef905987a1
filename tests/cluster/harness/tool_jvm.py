"""Apache Kafka's tools, one after another in one virtual machine: a table of invocations costs one start."""
import struct
import subprocess
from types import SimpleNamespace

from . import java_classes
from .tools import APACHE_MAIN


def packed(text):
    data = text.encode()
    return struct.pack(">i", len(data)) + data


class ToolJvm:
    def __init__(self):
        command = java_classes.command("ToolServer")
        command.insert(1, "-Djava.security.manager=allow")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.stdin.close()
        if kind is not None:
            self.process.kill()
        self.process.wait(30)
        self.process.stdout.close()

    def run(self, tool, arguments, stdin=""):
        """The result has returncode, stdout, stderr."""
        request = packed(APACHE_MAIN[tool]) + packed(stdin) + struct.pack(">i", len(arguments))
        self.process.stdin.write(request + b"".join(map(packed, arguments)))
        self.process.stdin.flush()
        code = struct.unpack(">i", self.read(4))[0]
        stdout, stderr = (self.read(struct.unpack(">i", self.read(4))[0]).decode() for _ in range(2))
        return SimpleNamespace(returncode=code, stdout=stdout, stderr=stderr)

    def read(self, size):
        data = self.process.stdout.read(size)
        assert len(data) == size, "the virtual machine has ended"
        return data
