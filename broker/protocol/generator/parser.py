"""Reads a schema file (the notation: ../schema/README.md) into the model."""

from __future__ import annotations

import re

from model import Field, Message, PRIMITIVES, SchemaError, Struct, Versions

RANGE = re.compile(r"(\d+)(?:(\+)|-(\d+))?")
API = re.compile(r"api (\d+) ([A-Za-z]\w*)")
MESSAGE = re.compile(
    r"(?:(request|response)|(header|data) (\w+)) (\d+(?:-\d+)?)(?: flexible (\d+)\+)?")
STRUCT = re.compile(r"struct ([A-Z]\w*)")
FIELD = re.compile(r"( +)([A-Za-z]\w*) +(\[\])?([A-Za-z]\w*)(?::([A-Za-z]+))?(\?(\S*))?( .*)?")
WORDS = re.compile(r"(?P<versions>\d\S*)|= (?P<default>\S+)|tag (?P<tag>\d+)|(?P<flag>ignorable|fixed)")


def parse(text: str, file: str) -> list[Message]:
    return _Parser(text, file).messages()


class _Parser:
    def __init__(self, text: str, file: str):
        self.file = file
        self.lines = []  # (number, text) without comments and empty lines
        for number, line in enumerate(text.splitlines(), start=1):
            line = line.split("#")[0].rstrip()
            if line:
                self.lines.append((number, line))
        self.at = 0

    def messages(self) -> list[Message]:
        messages = []
        api_key = api_name = None
        while self.at < len(self.lines):
            line = self.lines[self.at][1]
            if match := API.fullmatch(line):
                api_key, api_name = int(match[1]), match[2]
                self.at += 1
            elif match := MESSAGE.fullmatch(line):
                messages.append(self._message(match, api_key, api_name))
            else:
                self._fail(f"expected api, request, response, header, data or struct: {line!r}")
        if not messages:
            raise SchemaError(f"{self.file}:1", "no message")
        return messages

    def _message(self, match: re.Match, api_key: int | None, api_name: str | None) -> Message:
        if match[1] and api_name is None:
            self._fail(f"a {match[1]} needs a line 'api <key> <name>' before it")
        name = api_name + match[1].capitalize() if match[1] else match[3]
        versions = self._versions(match[4], None)
        body = Struct(self._place(), name, versions)
        flexible_from = int(match[5]) if match[5] else None
        message = Message(match[1] or match[2], api_key if match[1] else None,
                          api_name if match[1] else None, flexible_from, body)
        self.at += 1
        inline: list[Struct] = []
        self._fields(body, message, 2, inline)
        shared: list[Struct] = []
        while self.at < len(self.lines) and (found := STRUCT.fullmatch(self.lines[self.at][1])):
            struct = Struct(self._place(), found[1], versions)
            self.at += 1
            self._fields(struct, message, 2, inline)
            shared.append(struct)
        self._resolve(message, inline + shared)
        return message

    def _fields(self, struct: Struct, message: Message, indent: int, inline: list[Struct]) -> None:
        names: set[str] = set()
        while self.at < len(self.lines) and self._indent() > 0:
            if self._indent() < indent:
                return
            if self._indent() > indent:
                self._fail(f"indented by {self._indent()} blanks where {indent} are expected")
            f = self._field(struct, message)
            if f.name in names:
                self._fail(f"a second field {f.name}")
            names.add(f.name)
            struct.fields.append(f)
            self.at += 1
            if self.at < len(self.lines) and self._indent() > indent:
                if f.type in PRIMITIVES:
                    self._fail(f"{f.name} is of type {f.type}, which has no fields")
                f.struct = Struct(f.place, f.type, f.versions)
                inline.append(f.struct)
                self._fields(f.struct, message, indent + 2, inline)

    def _field(self, struct: Struct, message: Message) -> Field:
        line = self.lines[self.at][1]
        match = FIELD.fullmatch(line)
        if not match:
            self._fail(f"expected '<name> <type> ...': {line.strip()!r}")
        f = Field(place=self._place(), name=match[2], type=match[4], is_array=bool(match[3]),
                  entity=match[5], versions=struct.versions, nullable=None, default=None, tag=None,
                  ignorable=False, fixed=False)
        rest = (match[8] or "").strip()
        while rest:
            word = WORDS.match(rest)
            if not word:
                self._fail(f"not understood: {rest!r}")
            if word["versions"]:
                f.versions = self._versions(word["versions"], struct.versions)
            elif word["default"]:
                f.default = "" if word["default"] == '""' else word["default"]
            elif word["tag"]:
                f.tag = int(word["tag"])
            elif word["flag"] == "ignorable":
                f.ignorable = True
            else:
                f.fixed = True
            rest = rest[word.end():].strip()
        if match[6]:
            f.nullable = self._versions(match[7], f.versions) if match[7] else f.versions
            if not f.is_array and f.type in PRIMITIVES and PRIMITIVES[f.type][0] == PRIMITIVES[f.type][1]:
                self._fail(f"{f.type} cannot be null")
        if f.default == "null" and not f.nullable:
            self._fail(f"{f.name} is null by default but cannot be null")
        if f.tag is not None and not message.is_flexible(f.versions.low):
            self._fail(f"{f.name} is tagged in versions that are not flexible")
        return f

    def _resolve(self, message: Message, structs: list[Struct]) -> None:
        """Ties the fields to their structs, and orders these so that each follows what it holds."""
        by_name: dict[str, Struct] = {}
        for struct in structs:
            if struct.name in by_name or struct.name == message.name:
                raise SchemaError(struct.place, f"a second struct {struct.name}")
            by_name[struct.name] = struct
        visiting: list[str] = []

        def visit(struct: Struct) -> None:
            if struct.name in visiting:
                raise SchemaError(struct.place, f"{struct.name} holds itself")
            visiting.append(struct.name)
            tags = [f.tag for f in struct.fields if f.tag is not None]
            if sorted(tags) != list(range(len(tags))):
                raise SchemaError(struct.place, f"the tags of {struct.name} are not 0, 1, 2...")
            for f in struct.fields:
                if f.type in PRIMITIVES:
                    continue
                f.struct = f.struct or by_name.get(f.type)
                if f.struct is None:
                    raise SchemaError(f.place, f"no type {f.type}")
                visit(f.struct)
            visiting.pop()
            if struct is not message.body and struct not in message.structs:
                message.structs.append(struct)

        visit(message.body)
        for struct in structs:
            if struct not in message.structs:
                raise SchemaError(struct.place, f"nothing uses struct {struct.name}")

    def _versions(self, text: str, within: Versions | None) -> Versions:
        match = RANGE.fullmatch(text)
        if not match:
            self._fail(f"not a range of versions: {text!r}")
        low = int(match[1])
        if match[2]:
            high = within.high
        else:
            high = int(match[3]) if match[3] else low
        versions = Versions(low, high)
        if low > high or (within and not versions.within(within)):
            self._fail(f"versions {text} are outside {within.low}-{within.high}" if within
                       else f"versions {text} are none")
        return versions

    def _indent(self) -> int:
        line = self.lines[self.at][1]
        return len(line) - len(line.lstrip(" "))

    def _place(self) -> str:
        return f"{self.file}:{self.lines[self.at][0]}"

    def _fail(self, problem: str) -> None:
        at = min(self.at, len(self.lines) - 1)
        raise SchemaError(f"{self.file}:{self.lines[at][0]}", problem)
