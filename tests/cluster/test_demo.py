"""The demonstration holds: `./dev demo` checks its own claims and ends with 0."""
import os
import subprocess
import sys

from harness import places


def test_the_demonstration_holds():
    result = subprocess.run(
        [sys.executable, os.path.join(places.ROOT, "scripts", "demo.py")],
        capture_output=True, text=True, timeout=300, check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for step in ("=== stop 103", "=== kill 103", "=== pause 103", "the old leader refuses"):
        assert step in result.stdout
    assert "Configs: segment.bytes=1073741824" in result.stdout
