"""Each rule of tests/tidy.py, broken once in a scratch copy of the repository."""
import os
import shutil
import subprocess
import sys

import pytest
from harness import places

TIDY = os.path.join(places.ROOT, "tests", "tidy.py")
NOT_COPIED = shutil.ignore_patterns("build", ".git", ".cache", ".cluster", "__pycache__")


def tidy(root):
    result = subprocess.run([sys.executable, TIDY, str(root)], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout


@pytest.fixture(scope="module", name="copy")
def scratch_copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house") / "copy"
    shutil.copytree(places.ROOT, folder, ignore=NOT_COPIED)
    return folder


def test_the_house_as_it_is_passes(copy):
    code, text = tidy(copy)
    assert code == 0, text


PURE = "a core has no thread, clock, mutex, file, socket, randomness or log"
EVENT = "libevent is included in broker/net only"
ZOOKEEPER = "the ZooKeeper client is included in zkclient's session and reaper only"
THREADS = "threads are made in broker/base, broker/net and zkclient only"
FROM_ROOT = "a quoted include is a path from the repository root"
HEADER = "only headers are included"
PRINT = "a leftover print (use broker/base/logging.h)"
UNFINISHED = "unfinished work is an issue, not a comment"
IDLE_TEST = "a test that does not run"
SLEEP = "a test waits for a condition, not for a time"
MACHINE = "a path of one machine"


@pytest.mark.parametrize(("path", "line", "rule"), [
    ("broker/log/log.h", '#include "log_config.h"', FROM_ROOT),
    ("broker/log/log.h", '#include "../base/bytes.h"', FROM_ROOT),
    ("broker/log/log.h", '#include "broker/log/nowhere.h"', FROM_ROOT),
    ("broker/log/log.h", '#include "broker/log/segment.cc"', HEADER),
    ("broker/replica/core/README.h", "#include <event2/event.h>", EVENT),
    ("broker/api/context.h", "#include <event2/buffer.h>", EVENT),
    ("broker/controller/controller.h", "#include <zookeeper/zookeeper.h>", ZOOKEEPER),
    ("zkclient/paths.h", "#include <zookeeper/zookeeper.h>", ZOOKEEPER),
    ("zkclient/session_file.h", "#include <zookeeper/zookeeper.h>", ZOOKEEPER),
    ("broker/replica/core/x.h", "#include <thread>", PURE),
    ("broker/replica/core/x.h", "#include <mutex>", PURE),
    ("broker/replica/core/x.h", "#include <fstream>", PURE),
    ("broker/replica/core/x.h", "#include <sys/socket.h>", PURE),
    ("broker/replica/core/x.h", '#include "broker/base/mutex.h"', PURE),
    ("broker/log/core/x.h", "auto t = std::chrono::steady_clock::now();", PURE),
    ("broker/log/core/x.h", "explicit X(Clock& clock);", PURE),
    ("broker/controller/core/x.h", 'log_info("elected");', PURE),
    ("broker/replica/x.h", "std::thread worker_;", THREADS),
    ("admin/x.h", "std::jthread worker_;", THREADS),
    ("broker/replica/x.h", "std::cout << 1;", PRINT),
    ("broker/log/x.h", 'printf("here");', PRINT),
    ("config/x.h", "// TODO: later", UNFINISHED),
    ("tests/unit/log/x.h", "TEST(A, DISABLED_B) {}", IDLE_TEST),
    ("tests/unit/log/x.h", "std::this_thread::sleep_for(1s);", SLEEP),
    ("docs/x.md", "see /" + "work/notes", MACHINE),
])
def test_a_broken_rule_is_named_with_its_place(copy, path, line, rule):
    file = copy / path
    before = file.read_text() if file.exists() else None
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((before or "") + line + "\n")
    try:
        code, text = tidy(copy)
        number = len((before or "").splitlines()) + 1
        assert code == 1
        assert f"{path}:{number}: {rule}" in text
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


def test_a_room_without_a_readme_is_named(copy):
    readme = copy / "broker" / "base" / "README.md"
    text = readme.read_text()
    readme.unlink()
    try:
        assert "broker/base/README.md:1: a room without a README.md" in tidy(copy)[1]
    finally:
        readme.write_text(text)


def test_a_source_that_is_not_built_is_named(copy):
    forgotten = copy / "broker" / "base" / "forgotten.cc"
    forgotten.write_text("")
    try:
        assert "broker/base/forgotten.cc:1: no CMakeLists.txt names this file" in tidy(copy)[1]
    finally:
        forgotten.unlink()


def test_a_badly_formatted_file_is_refused(tmp_path):
    shutil.copy(os.path.join(places.ROOT, ".clang-format"), tmp_path)
    file = tmp_path / "x.cc"
    file.write_text("int  main( ){return 0;}\n")
    result = subprocess.run(["clang-format-19", "--dry-run", "-Werror", str(file)], capture_output=True,
                            check=False)
    assert result.returncode != 0
