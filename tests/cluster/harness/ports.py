"""Free ports, below the range the kernel hands out by itself, apart per test worker."""
import os
import random
import re
import socket

_FIRST, _LAST, _WORKERS = 15000, 31000, 16
_given = set()


def is_free(port, host="127.0.0.1"):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port():
    worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "gw15"))) % _WORKERS
    size = (_LAST - _FIRST) // _WORKERS
    while True:
        port = _FIRST + worker * size + random.randrange(size)
        if port not in _given and is_free(port):
            _given.add(port)
            return port
