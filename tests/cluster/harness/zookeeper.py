"""A ZooKeeper server of Debian's packages, and a small reader of znodes.

ZooKeeperReader speaks just enough of ZooKeeper's protocol to look, and to write for the tests that
disturb: connect, exists, getData, getChildren, create, delete, setData. One thread at a time.
"""
import json
import os
import socket
import struct

from . import places
from .process import Process
from .wait import wait_until

NO_NODE = -101


class ZooKeeperError(LookupError):
    def __init__(self, code, path):
        super().__init__(f"ZooKeeper error {code} for {path}")
        self.code = code


class ZooKeeperReader:
    def __init__(self, port, host="127.0.0.1"):
        self.address = (host, port)
        self.socket = None
        self.xid = 0

    def close(self):
        if self.socket is not None:
            try:
                self._send(struct.pack(">ii", 0, -11))  # closeSession: leaves no session behind
                self.socket.close()
            except OSError:
                pass
            self.socket = None

    def _send(self, body):
        self.socket.sendall(struct.pack(">i", len(body)) + body)

    def _receive(self):
        def exactly(count):
            data = b""
            while len(data) < count:
                more = self.socket.recv(count - len(data))
                if not more:
                    raise ConnectionError("ZooKeeper closed the connection")
                data += more
            return data

        return exactly(struct.unpack(">i", exactly(4))[0])

    def _connect(self):
        self.socket = socket.create_connection(self.address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send(struct.pack(">iqiqi16s", 0, 0, 30000, 0, 16, b"\0" * 16))
        self._receive()

    def _call(self, operation, path, rest=b""):
        for attempt in (1, 2):
            try:
                if self.socket is None:
                    self._connect()
                self.xid += 1
                name = path.encode()
                self._send(struct.pack(">iii", self.xid, operation, len(name)) + name + rest)
                answer = self._receive()
                break
            except OSError:
                if self.socket is not None:
                    self.socket.close()
                    self.socket = None
                if attempt == 2:
                    raise
        code = struct.unpack_from(">i", answer, 12)[0]
        if code:
            raise ZooKeeperError(code, path)
        return answer[16:]

    def exists(self, path):
        """The czxid of the node, or None."""
        try:
            return struct.unpack_from(">q", self._call(3, path, b"\0"))[0]
        except ZooKeeperError as error:
            if error.code == NO_NODE:
                return None
            raise

    def get(self, path):
        body = self._call(4, path, b"\0")
        size = struct.unpack_from(">i", body)[0]
        return body[4 : 4 + max(size, 0)]

    def get_json(self, path):
        return json.loads(self.get(path))

    def children(self, path):
        body = self._call(8, path, b"\0")
        names, at = [], 4
        for _ in range(struct.unpack_from(">i", body)[0]):
            size = struct.unpack_from(">i", body, at)[0]
            names.append(body[at + 4 : at + 4 + size].decode())
            at += 4 + size
        return sorted(names)

    def create(self, path, data=b"", ephemeral=False):
        acl = struct.pack(">iii5si6s", 1, 31, 5, b"world", 6, b"anyone")
        flags = struct.pack(">i", 1 if ephemeral else 0)
        self._call(1, path, struct.pack(">i", len(data)) + data + acl + flags)

    def set(self, path, data):
        self._call(5, path, struct.pack(">i", len(data)) + data + struct.pack(">i", -1))

    def delete(self, path):
        self._call(2, path, struct.pack(">i", -1))


class ZooKeeper:
    """One server, alone, with little memory; its data in `folder`."""

    def __init__(self, folder, port, sync=False):
        self.folder = folder
        self.port = port
        self.sync = sync  # as in production: each write on the disk before it is answered
        self.process = None
        self.log_path = os.path.join(folder, "zookeeper.log")

    @property
    def connect_string(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        os.makedirs(os.path.join(self.folder, "data"), exist_ok=True)
        config = os.path.join(self.folder, "zoo.cfg")
        with open(config, "w", encoding="utf-8") as file:
            file.write(
                f"tickTime=500\ndataDir={self.folder}/data\nclientPort={self.port}\n"
                "clientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=0\n"
                "minSessionTimeout=1000\nmaxSessionTimeout=60000\n4lw.commands.whitelist=*\n"
            )
        self.process = Process.spawn(
            [
                places.java(), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto",
                f"-Dzookeeper.forceSync={'yes' if self.sync else 'no'}",
                "-cp", places.ZOOKEEPER_CLASSPATH,
                "org.apache.zookeeper.server.ZooKeeperServerMain", config,
            ],
            self.log_path,
        )

    def wait_until_serving(self, timeout=60):
        def serving():
            if not self.process.is_alive():
                raise SystemExit(f"ZooKeeper ended at once; see {self.log_path}")
            # One that comes too early is answered and then left open.
            return self.four_letters("ruok", timeout=0.5) == "imok"

        wait_until(serving, "ZooKeeper answers", timeout)

    def four_letters(self, word, timeout=5):
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(word.encode())
            connection.shutdown(socket.SHUT_WR)
            text = b""
            while chunk := connection.recv(65536):
                text += chunk
        return text.decode()

    def stop(self):
        if self.process is not None:
            self.process.kill()

