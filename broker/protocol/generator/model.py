"""What a schema says: messages, structs, fields and version ranges.

Facts about the protocol only; how they look in C++ is the emitter's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Type -> smallest number of bytes on the wire in (fixed, flexible) versions.
PRIMITIVES = {
    "bool": (1, 1),
    "int8": (1, 1),
    "int16": (2, 2),
    "uint16": (2, 2),
    "int32": (4, 4),
    "int64": (8, 8),
    "float64": (8, 8),
    "uuid": (16, 16),
    "string": (2, 1),
    "bytes": (4, 1),
    "records": (4, 1),
}
ARRAY_BYTES = (4, 1)


class SchemaError(Exception):
    """A mistake in a schema; says the file and the line."""

    def __init__(self, place: str, problem: str):
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True)
class Versions:
    """The versions low..high, both included."""

    low: int
    high: int

    def __contains__(self, version: int) -> bool:
        return self.low <= version <= self.high

    def within(self, other: Versions) -> bool:
        return other.low <= self.low and self.high <= other.high


@dataclass
class Field:
    place: str  # file:line
    name: str
    type: str  # a primitive's name or a struct's
    is_array: bool
    entity: str | None
    versions: Versions
    nullable: Versions | None
    default: str | None  # as written; "null" for null
    tag: int | None
    ignorable: bool
    fixed: bool  # its length is an int16 or int32 in flexible versions too
    struct: Struct | None = None  # of a struct or an array of structs


@dataclass
class Struct:
    place: str
    name: str
    versions: Versions
    fields: list[Field] = field(default_factory=list)

    def min_bytes(self, version: int, flexible: bool) -> int:
        """The least that one such struct takes on the wire in a version."""
        total = 1 if flexible else 0  # the count of tagged fields
        for f in self.fields:
            if version in f.versions and f.tag is None:
                total += field_min_bytes(f, version, flexible)
        return total


@dataclass
class Message:
    kind: str  # request, response, header or data
    api_key: int | None
    api_name: str | None
    flexible_from: int | None
    body: Struct  # its name is the message's
    structs: list[Struct] = field(default_factory=list)  # each after those that it holds

    @property
    def name(self) -> str:
        return self.body.name

    @property
    def versions(self) -> Versions:
        return self.body.versions

    def is_flexible(self, version: int) -> bool:
        return self.flexible_from is not None and version >= self.flexible_from

    def element_min_bytes(self, f: Field) -> int:
        """The least that one element of the array `f` takes, in the version where it is least."""
        sizes = []
        for version in range(f.versions.low, f.versions.high + 1):
            flexible = self.is_flexible(version)
            if f.struct:
                sizes.append(f.struct.min_bytes(version, flexible))
            else:
                sizes.append(PRIMITIVES[f.type][flexible])
        if min(sizes) == 0:
            raise SchemaError(f.place, f"an element of {f.name} may take no bytes at all")
        return min(sizes)


def field_min_bytes(f: Field, version: int, flexible: bool) -> int:
    flexible = flexible and not f.fixed
    if f.is_array:
        return ARRAY_BYTES[flexible]
    if f.struct:
        if f.nullable and version in f.nullable:
            return 1
        return f.struct.min_bytes(version, flexible)
    return PRIMITIVES[f.type][flexible]
