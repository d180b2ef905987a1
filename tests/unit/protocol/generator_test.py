"""The generator of broker/protocol: mistakes in a schema, and output that is not rewritten.

    generator_test.py <folder of the generator>
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

GENERATOR = Path(sys.argv.pop(1))
sys.path.insert(0, str(GENERATOR))
sys.dont_write_bytecode = True

from model import SchemaError  # noqa: E402
from parser import parse  # noqa: E402

GOOD = """\
# A comment
api 0 Ping

request 0-3 flexible 2+
  Name     string?1+          = null
  Targets  []Target     1+
    Port   int32              = -1
  Note     string       3+    tag 0  ignorable

response 0-3 flexible 2+
  ErrorCode  int16
"""


def problem(text: str) -> str:
    try:
        parse(text, "ping.msg")
    except SchemaError as error:
        return str(error)
    return "no problem"


class Parser(unittest.TestCase):
    def test_reads_what_the_notation_says(self):
        request, response = parse(GOOD, "ping.msg")
        self.assertEqual((request.name, request.api_key, request.flexible_from), ("PingRequest", 0, 2))
        name, targets, note = request.body.fields
        self.assertEqual((name.nullable.low, name.nullable.high, name.default), (1, 3, "null"))
        self.assertEqual((targets.versions.low, targets.struct.name), (1, "Target"))
        self.assertEqual(targets.struct.fields[0].versions.low, 1)
        self.assertEqual((note.tag, note.ignorable), (0, True))
        self.assertEqual(response.body.fields[0].name, "ErrorCode")
        self.assertEqual(request.element_min_bytes(targets), 4)

    def test_a_mistake_names_file_and_line(self):
        mistakes = {
            "  ErrorCode  int16\n": ("  ErrorCode  int17\n", "ping.msg:11: no type int17"),
            "  Targets  []Target     1+\n": ("  Targets  []Target     4+\n", "ping.msg:6: "),
            "    Port   int32              = -1\n": ("     Port  int32\n", "ping.msg:7: "),
            "tag 0": ("tag 1", "ping.msg:4: the tags of PingRequest"),
            "3+    tag 0": ("1+    tag 0", "ping.msg:8: Note is tagged in versions"),
            "string?1+          = null": ("string  = null", "ping.msg:5: Name is null by default"),
            "ignorable": ("ignored", "ping.msg:8: not understood"),
            "  Note ": ("  Name ", "ping.msg:8: a second field Name"),
            "api 0 Ping": ("", "ping.msg:4: a request needs a line 'api"),
            "request 0-3": ("request 3-0", "ping.msg:4: "),
        }
        for right, (wrong, expected) in mistakes.items():
            self.assertIn(right, GOOD)
            found = problem(GOOD.replace(right, wrong, 1))
            self.assertTrue(found.startswith(expected), f"{wrong!r}: {found}")

    def test_structs_are_used_and_do_not_hold_themselves(self):
        head = "data Tree 0\n  Root  []Node\n\nstruct Node\n  Name      string\n"
        self.assertEqual(problem(head), "no problem")
        self.assertIn("holds itself", problem(head + "  Children  []Node\n"))
        self.assertIn("nothing uses struct Leaf", problem(head + "\nstruct Leaf\n  Name  string\n"))


class Output(unittest.TestCase):
    def generate(self, folder: Path, *files: Path) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-B", GENERATOR / "generate.py", "messages", folder, *files],
            capture_output=True, text=True, check=False)

    def test_is_rewritten_only_where_it_changes(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            ping, pong = folder / "ping.msg", folder / "pong.msg"
            ping.write_text(GOOD)
            pong.write_text(GOOD.replace("api 0 Ping", "api 1 Pong"))
            self.assertEqual(self.generate(folder / "out", ping, pong).returncode, 0)
            written = sorted((folder / "out").rglob("*.*"))
            self.assertEqual(len(written), 5)
            for file in written:
                os.utime(file, (1, 1))
            pong.write_text(pong.read_text().replace("int16", "int32"))
            self.assertEqual(self.generate(folder / "out", ping, pong).returncode, 0)
            changed = {file.name for file in written if file.stat().st_mtime > 1}
            self.assertEqual(changed, {"pong.h", "pong.cc"})

    def test_a_mistake_stops_the_build(self):
        with tempfile.TemporaryDirectory() as name:
            ping = Path(name) / "ping.msg"
            ping.write_text(GOOD.replace("int16", "int17"))
            result = self.generate(Path(name) / "out", ping)
            self.assertEqual(result.returncode, 1)
            self.assertIn("ping.msg:11: no type int17", result.stderr)

    def test_an_api_key_is_given_once_and_versions_come_in_pairs(self):
        with tempfile.TemporaryDirectory() as name:
            ping, pong = Path(name) / "ping.msg", Path(name) / "pong.msg"
            ping.write_text(GOOD)
            pong.write_text(GOOD.replace("Ping", "Pong"))
            self.assertIn("api key 0 is Ping's", self.generate(Path(name) / "out", ping, pong).stderr)
            pong.write_text(GOOD.replace("api 0 Ping", "api 1 Pong").replace("response 0-3", "response 0-4"))
            self.assertIn("other versions", self.generate(Path(name) / "out", ping, pong).stderr)


if __name__ == "__main__":
    unittest.main()
