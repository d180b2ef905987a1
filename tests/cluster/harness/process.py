"""One process: its log file, its signals, what it costs. Known by pid and start time, so that a pid
given anew to somebody else is never signalled."""
import os
import signal
import subprocess

from .wait import wait_until

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _stat(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rpartition(")")[2].split()  # begins with field 3, the state


def start_time(pid):
    """Ticks since boot at which the process began; None if there is none, or only its corpse."""
    try:
        fields = _stat(pid)
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The first thread may be a corpse while others still hold the process's sockets.
    is_corpse = fields[0] in "ZX" and int(fields[17]) <= 1
    return None if is_corpse else int(fields[19])


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if int(_stat(name)[1]) == pid:
                    found.append(int(name))
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


class Process:
    def __init__(self, pid, started):
        self.pid = pid
        self.started = started
        self._child = None

    @classmethod
    def spawn(cls, command, log_path, env=None, cwd=None):
        with open(log_path, "ab") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        process = cls(child.pid, start_time(child.pid))
        process._child = child
        return process

    def is_alive(self):
        if self._child is not None:
            return self._child.poll() is None
        return self.started is not None and start_time(self.pid) == self.started

    def is_paused(self):
        return self.is_alive() and _stat(self.pid)[0] == "T"

    def exit_code(self):
        return None if self._child is None else self._child.poll()

    def signal(self, number):
        if self.is_alive():
            os.kill(self.pid, number)

    def wait_for_end(self, timeout=60.0):
        wait_until(lambda: not self.is_alive(), f"the end of process {self.pid}", timeout, 0.002)
        return self.exit_code()

    def stop(self, timeout=60.0):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        return self.wait_for_end(timeout)

    def kill(self):
        self.signal(signal.SIGKILL)
        return self.wait_for_end()

    def pause(self):
        self.signal(signal.SIGSTOP)
        wait_until(self.is_paused, f"process {self.pid} held", 5)

    def resume(self):
        self.signal(signal.SIGCONT)

    def cpu_seconds(self):
        fields = _stat(self.pid)
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rss_bytes(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * _PAGE

    def children(self):
        return [Process(pid, start_time(pid)) for pid in children(self.pid)]

    def command_line(self):
        with open(f"/proc/{self.pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode().strip()
