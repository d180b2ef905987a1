"""Generates the protocol's C++ from the schema files.

    generate.py messages <output folder> <schema file>...
    generate.py tests <output folder> <schema file>...

`messages` writes api_key.h and messages/<schema>.{h,cc}; `tests` what only tests need. A file is
written only where its contents change, so that nothing is compiled without need.
"""

from __future__ import annotations

import sys
from pathlib import Path

from api_table import api_table
from emitter import Emitter
from model import Message, SchemaError
from parser import parse
from test_support import test_support


def check_together(all_messages: list[Message]) -> None:
    """What no single file can show: one api key, one pair of equal version ranges."""
    seen: dict[int, Message] = {}
    for m in all_messages:
        if m.kind == "request":
            if m.api_key in seen:
                raise SchemaError(m.body.place, f"api key {m.api_key} is {seen[m.api_key].api_name}'s")
            seen[m.api_key] = m
        elif m.kind == "response":
            request = seen.get(m.api_key)
            if not request or (request.versions, request.flexible_from) != (m.versions, m.flexible_from):
                raise SchemaError(m.body.place, f"{m.name} has other versions than its request")


def write_if_changed(path: Path, text: str) -> None:
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main(arguments: list[str]) -> int:
    if len(arguments) < 3 or arguments[0] not in ("messages", "tests"):
        print(__doc__, file=sys.stderr)
        return 2
    what, output, files = arguments[0], Path(arguments[1]), sorted(map(Path, arguments[2:]))
    try:
        parsed = [(file.name, parse(file.read_text(), str(file))) for file in files]
        all_messages = [m for _, messages in parsed for m in messages]
        check_together(all_messages)
        if what == "tests":
            for name, text in test_support(parsed).items():
                write_if_changed(output / name, text)
            return 0
        write_if_changed(output / "api_key.h", api_table(all_messages))
        for name, messages in parsed:
            emitter = Emitter(name, messages)
            write_if_changed(output / "messages" / f"{emitter.stem}.h", emitter.header())
            write_if_changed(output / "messages" / f"{emitter.stem}.cc", emitter.source())
    except SchemaError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
