"""Whether there is an engine to run containers."""
import os
import shutil
import subprocess

import pytest


def _missing():
    if "BARNABAS_LONG" not in os.environ:
        return "it builds images, for minutes: ./dev test --all, or docker/demo.sh"
    if shutil.which("docker") is None:
        return "there is no docker here"
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode != 0:
        return "no engine answers `docker info`"
    plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if plugin.returncode != 0 and shutil.which("docker-compose") is None:
        return "there is neither `docker compose` nor docker-compose"
    return None


@pytest.fixture(name="engine", scope="session")
def engine_or_not_run():
    why = _missing()
    if why:
        pytest.skip(f"NOT RUN: {why}")
