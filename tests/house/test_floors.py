"""What CMake's include roots hold: a floor that was not declared cannot be included."""
import json
import os
import shlex
import subprocess

import pytest
from harness import places

BUILD = os.path.dirname(places.bin_dir())


def holds(file, source):
    """Whether the build compiles `source` by compiling `file`: it is that, or a unity of several."""
    if "/Unity/" not in file:
        return os.path.relpath(file, places.ROOT) == source
    with open(file, encoding="utf-8") as unity:
        return f'"{places.ROOT}/{source}"' in unity.read()


def compiles(source, code, tmp_path):
    """Whether `code` compiles with the command line by which the build compiles `source`."""
    with open(os.path.join(BUILD, "compile_commands.json"), encoding="utf-8") as file:
        entry = next(e for e in json.load(file) if holds(e["file"], source))
    words = shlex.split(entry["command"])
    at = words.index("-o")
    del words[at : at + 2]
    scratch = tmp_path / "scratch.cc"
    scratch.write_text(code)
    words[words.index(entry["file"])] = str(scratch)
    words.append("-fsyntax-only")
    result = subprocess.run(words, cwd=entry["directory"], capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stderr


@pytest.mark.parametrize(("source", "declared", "undeclared"), [
    ("broker/base/clock.cc", "broker/base/clock.h", "broker/protocol/ids.h"),
    ("broker/protocol/error_code.cc", "broker/base/bytes.h", "broker/log/log.h"),
    ("broker/log/segment.cc", "broker/protocol/ids.h", "broker/replica/metadata_cache.h"),
    ("broker/log/core/leader_epoch_cache.cc", "broker/protocol/ids.h", "broker/log/log.h"),
    ("broker/log/core/leader_epoch_cache.cc", "broker/base/clock.h", "zkclient/zookeeper.h"),
    ("admin/kafka_topics.cc", "broker/base/result.h", "broker/replica/metadata_cache.h"),
    ("admin/kafka_topics.cc", "broker/base/result.h", "broker/server/node.h"),
])
def test_an_include_of_an_undeclared_floor_does_not_compile(tmp_path, source, declared, undeclared):
    assert os.path.exists(os.path.join(places.ROOT, undeclared)), "it exists, it is only not to be seen"
    works, errors = compiles(source, f'#include "{declared}"\n', tmp_path)
    assert works, errors
    works, errors = compiles(source, f'#include "{undeclared}"\n', tmp_path)
    assert not works
    assert f"{undeclared}: No such file or directory" in errors


def test_the_simulator_links_neither_libevent_nor_the_zookeeper_client():
    simulator = places.program("simulator")
    linked = subprocess.run(["ldd", simulator], capture_output=True, text=True, check=True).stdout
    symbols = subprocess.run(["nm", "-C", simulator], capture_output=True, text=True, check=True).stdout
    assert "libstdc++" in linked and "main" in symbols, "the tools saw something"
    assert "libevent" not in linked and "zookeeper" not in linked
    for foreign in ("event_base_new", "zookeeper_init"):
        assert foreign not in symbols
