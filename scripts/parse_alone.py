#!/usr/bin/env python3
"""Parses each source file alone, as a compile_commands.json has it, and compiles nothing: an include that a
file forgot comes from its neighbour in the builds that compile several files at a time. Exit code 1:
something was found."""
import json
import os
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor


def parse(entry):
    words = shlex.split(entry["command"])
    if os.path.basename(words[0]) == "ccache":
        del words[0]
    del words[words.index("-o") : words.index("-o") + 2]
    words[words.index("-c")] = "-fsyntax-only"
    return subprocess.run(words, cwd=entry["directory"], check=False).returncode == 0


def main():
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), ".."))
    with open(sys.argv[1], encoding="utf-8") as file:
        entries = [e for e in json.load(file) if not e["file"].startswith(os.path.join(root, "build"))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parsed = list(pool.map(parse, entries))
    print(f"{len(parsed)} files, {parsed.count(False)} with findings")
    sys.exit(not all(parsed) or not parsed)


if __name__ == "__main__":
    main()
