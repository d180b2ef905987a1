"""docker-compose.yml, brought up and tried by its own script."""
import os
import subprocess

import pytest
from harness import places


@pytest.mark.long
@pytest.mark.usefixtures("engine")
def test_the_compose_file_comes_up_and_survives_a_kill_and_a_stop():
    demo = subprocess.run(
        [os.path.join(places.ROOT, "docker", "demo.sh")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=1800, check=False,
    )
    assert demo.returncode == 0, demo.stdout[-8000:]
    size = subprocess.run(
        ["docker", "image", "inspect", "--format", "{{.Size}}", "barnabas"],
        capture_output=True, text=True, check=True,
    ).stdout
    assert int(size) <= 80_000_000
