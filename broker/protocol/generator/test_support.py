"""What only tests need of the messages: a way to visit every field, and a list of all messages."""

from __future__ import annotations

from emitter import NOTICE, all_structs, element_type, snake_case
from model import Field, Message

NAMESPACE = "barnabas::protocol::testing"


def test_support(parsed: list[tuple[str, list[Message]]]) -> dict[str, str]:
    files = {}
    stems = []
    for file, messages in parsed:
        stem = file.removesuffix(".msg")
        stems.append(stem)
        files[f"visit_{stem}.cc"] = _visits(file, stem, messages)
    files["all_messages.cc"] = _all_messages(stems)
    return files


def _visits(file: str, stem: str, messages: list[Message]) -> str:
    out = [NOTICE.format(file=file) + '#include "tests/unit/protocol/any_message.h"']
    out += [f'#include "broker/protocol/messages/{stem}.h"\n', f"namespace {NAMESPACE} {{"]
    for message in messages:
        for struct in all_structs(message):
            scope = message.name if struct is message.body else f"{message.name}::{struct.name}"
            out += ["", f"void visit_fields([[maybe_unused]] FieldVisitor& visitor, "
                        f"[[maybe_unused]] {scope}& x) {{"]
            for f in struct.fields:
                null = f"{f.nullable.low}, {f.nullable.high}" if f.nullable else "0, -1"
                out.append(f'  visit_field(visitor, {{"{f.name}", {f.versions.low}, '
                           f"{f.versions.high}, {null}}}, x.{snake_case(f.name)});")
            out.append("}")
    out += ["", f"void add_{stem}(std::vector<AnyMessageType>& types) {{"]
    for message in messages:
        growth = ", ".join(["std::size_t{1}", *_growths(message)])
        out.append(f'  types.push_back(message_type<{message.name}>("{message.name}", {{{growth}}}));')
    return "\n".join([*out, "}", f"\n}}  // namespace {NAMESPACE}\n"])


def _growths(message: Message) -> list[str]:
    """For every array: how many times an element is larger in memory than it may be on the wire."""
    return [f"sizeof({_element_type(f, message)}) / {message.element_min_bytes(f)}"
            for struct in all_structs(message) for f in struct.fields if f.is_array]


def _element_type(f: Field, message: Message) -> str:
    return f"{message.name}::{f.type}" if f.struct else element_type(f)


def _all_messages(stems: list[str]) -> str:
    out = ['#include "tests/unit/protocol/any_message.h"\n', f"namespace {NAMESPACE} {{\n"]
    out += [f"void add_{stem}(std::vector<AnyMessageType>& types);" for stem in stems]
    out += ["\nstd::vector<AnyMessageType> all_message_types() {",
            "  std::vector<AnyMessageType> types;"]
    out += [f"  add_{stem}(types);" for stem in stems]
    return "\n".join([*out, "  return types;", "}", f"\n}}  // namespace {NAMESPACE}\n"])
