#!/usr/bin/env python3
"""The rules of the house that no compiler holds. Run by `./dev check`; prints file:line: rule.

Every rule here is broken once, on purpose, by tests/house.
"""
import os
import re
import sys

SKIPPED = {".git", ".cache", ".cluster", "build", "__pycache__"}
CODE = ("broker/", "zkclient/", "config/", "admin/")
FLOORS = ("broker", "zkclient", "config", "admin", "tests")
GENERATED = re.compile(r"broker/protocol/messages/\w+\.h|broker/protocol/\w+\.h|[\w/]+\.pb\.h")
OUR_TEXT = (".cc", ".h", ".py", ".sh", ".cmake", ".txt", ".md", ".msg", ".proto", ".java", ".go", ".js")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
CORE_HEADERS = re.compile(
    r"thread|mutex|shared_mutex|condition_variable|future|atomic|stop_token|semaphore|latch|barrier"
    r"|fstream|filesystem|iostream|cstdio|stdio\.h|unistd\.h|fcntl\.h|poll\.h|pthread\.h|ctime|time\.h"
    r"|random|sys/.*|netinet/.*|arpa/.*|netdb\.h"
    r"|broker/base/(mutex|executor|thread_executor|logging|file_range)\.h"
)
CORE_WORDS = re.compile(
    r"::now\(|[.>]now\(|\bClock[&* ]|\bSystemClock\b|\bstd::(this_)?(j?thread|mutex|async|atomic)\b"
    r"|\blog_(debug|info|warn|error)\(|\bfopen\(|\bsocket\(|\brandom_device\b|\bmt19937"
)
THREADS = re.compile(r"\bstd::j?thread\b|\bpthread_create\b|\bstd::async\b")
PRINTS = re.compile(r"\bstd::(cout|cerr|clog)\b|\b(f|d)?printf\(|\bputs\(|fmt::print\(|\bstd::puts\b")
# Programs talk to the person who started them; everything else writes to the log.
MAY_PRINT = re.compile(r"admin/|broker/server/|broker/base/(check|logging)\.cc|zkclient/reaper")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")
# What cannot be run on this machine says so, and is counted: "NOT RUN: why".
SWITCHED_OFF = re.compile(r"DISABLED_|GTEST_SKIP|mark\.skip|mark\.xfail|\.skip\((?!f?\"NOT RUN: )")
SLEEPS = re.compile(r"sleep_for|sleep_until|\busleep\(|\btime\.sleep\([1-9]")
MACHINE_PATHS = re.compile(r"(^|[^\w.])/(work|farm|root)/")


def files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), root)


def comment_stripped(line):
    return line.split("//", 1)[0]


def check_includes(root, path, line):
    match = INCLUDE.match(line)
    if not match:
        return
    quoted, name = match.group(1) == '"', match.group(2)
    if quoted:
        from_root = name.split("/")[0] in FLOORS and ".." not in name.split("/")
        if not from_root or not (
            os.path.exists(os.path.join(root, name)) or GENERATED.fullmatch(name)
        ):
            yield "a quoted include is a path from the repository root"
        elif not name.endswith(".h"):
            yield "only headers are included"
    if re.match(r"event2/|event\.h|evhttp\.h", name) and not path.startswith("broker/net/"):
        yield "libevent is included in broker/net only"
    if name.startswith("zookeeper/") and not re.match(r"zkclient/(session|reaper)/", path):
        yield "the ZooKeeper client is included in zkclient's session and reaper only"
    if "/core/" in path and path.startswith("broker/") and CORE_HEADERS.fullmatch(name):
        yield "a core has no thread, clock, mutex, file, socket, randomness or log"


def check_code(root, path, line):
    yield from check_includes(root, path, line)
    code = comment_stripped(line)
    if path.startswith(CODE):
        if "/core/" in path and CORE_WORDS.search(code):
            yield "a core has no thread, clock, mutex, file, socket, randomness or log"
        if THREADS.search(code) and not path.startswith(("broker/base/", "broker/net/", "zkclient/")):
            yield "threads are made in broker/base, broker/net and zkclient only"
        if PRINTS.search(code) and not MAY_PRINT.match(path):
            yield "a leftover print (use broker/base/logging.h)"


def check_line(root, path, line):
    if path.endswith((".cc", ".h")):
        yield from check_code(root, path, line)
    if UNFINISHED.search(line):
        yield "unfinished work is an issue, not a comment"
    if path.startswith("tests/") and SWITCHED_OFF.search(line):
        yield "a test that does not run"
    if path.startswith("tests/") and path.endswith((".cc", ".h", ".py")) and SLEEPS.search(line):
        yield "a test waits for a condition, not for a time"
    if MACHINE_PATHS.search(line):
        yield "a path of one machine"


def check_folders(root, paths):
    """Every room has a README; every source is built."""
    rooms = set()
    for path in paths:
        if not path.endswith((".cc", ".h", ".py", ".sh", ".java")):
            continue
        parts = path.split("/")
        deep = 3 if path.startswith("broker/coordinator/") else 2
        room = "/".join(parts[: deep if parts[0] in ("broker", "tests") else 1])
        if os.path.isdir(os.path.join(root, room)):
            rooms.add(room)
    for room in sorted(rooms):
        if not os.path.exists(os.path.join(root, room, "README.md")):
            yield f"{room}/README.md:1: a room without a README.md"
    for path in paths:
        if path.endswith(".cc") and not mentioned(root, path):
            yield f"{path}:1: no CMakeLists.txt names this file: it is not built"


def mentioned(root, path):
    folder, name = os.path.split(path)
    while folder:
        lists = os.path.join(root, folder, "CMakeLists.txt")
        if os.path.exists(lists):
            with open(lists, encoding="utf-8") as file:
                return re.search(rf"(^|[\s/]){re.escape(name)}\b", file.read()) is not None
        folder = os.path.dirname(folder)
    return False


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(__file__) + "/..")
    findings = []
    paths = list(files(root))
    for path in paths:
        if not path.endswith(OUR_TEXT) and path not in ("dev", ".ci/run"):
            continue
        if path == "tests/tidy.py" or path.startswith("tests/house/"):  # they name what they forbid
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                findings += [f"{path}:{number}: {rule}" for rule in check_line(root, path, line)]
    findings += check_folders(root, paths)
    print("\n".join(findings) if findings else f"{len(paths)} files keep the rules of the house")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
