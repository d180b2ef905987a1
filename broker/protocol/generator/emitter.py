"""Turns the model into C++: a header and a source file for each schema file.

C++ types follow from the type and the entity of a field, never from a table of messages. The
version is an argument at run time.
"""

from __future__ import annotations

import re

from model import Field, Message, Struct, Versions

NOTICE = "// Generated from broker/protocol/schema/{file}; change that.\n"
CPP_TYPES = {
    "bool": "bool",
    "int8": "std::int8_t",
    "int16": "std::int16_t",
    "uint16": "std::uint16_t",
    "int32": "std::int32_t",
    "int64": "std::int64_t",
    "float64": "double",
    "uuid": "Uuid",
    "string": "std::string_view",
    "bytes": "BytesView",
    "records": "Records",
}
ENTITY_TYPES = {("int32", "brokerId"): "BrokerId", ("int64", "producerId"): "ProducerId"}
KEYWORDS = {"operator", "default", "delete", "namespace", "class", "new", "public", "private"}


def snake_case(name: str) -> str:
    """IsKRaftController -> is_k_raft_controller."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return snake + "_" if snake in KEYWORDS else snake


def element_type(f: Field) -> str:
    if f.struct:
        return f.type
    if f.type == "int16" and f.name.lower().endswith("errorcode"):
        return "ErrorCode"
    return ENTITY_TYPES.get((f.type, f.entity), CPP_TYPES[f.type])


def is_optional(f: Field) -> bool:
    return f.nullable is not None and (f.is_array or f.type != "records")


def cpp_type(f: Field) -> str:
    plain = f"std::vector<{element_type(f)}>" if f.is_array else element_type(f)
    return f"std::optional<{plain}>" if is_optional(f) else plain


def is_text_or_bytes(f: Field) -> bool:
    return not f.is_array and f.type in ("string", "bytes")


def default_value(f: Field) -> str:
    """The number that the field has by default, as C++."""
    return f.default if f.default is not None else ("false" if f.type == "bool" else "0")


def declaration(f: Field) -> str:
    name, kind = snake_case(f.name), cpp_type(f)
    if is_optional(f):
        # Kafka's default of what may be null is still empty, unless the schema says null.
        if f.default == "null":
            return f"{kind} {name};"
        if f.type == "string" and not f.is_array:
            return f'{kind} {name} = "{f.default or ""}";'
        return f"{kind} {name}{{std::in_place}};"
    if f.is_array or f.struct or f.type in ("uuid", "bytes", "records"):
        return f"{kind} {name};"
    if f.type == "string":
        return f'{kind} {name} = "{f.default}";' if f.default else f"{kind} {name};"
    if kind == "ErrorCode":
        return f"{kind} {name} = ErrorCode::kNone;"
    if kind in ENTITY_TYPES.values():
        return f"{kind} {name}{{{default_value(f)}}};"
    return f"{kind} {name} = {default_value(f)};"


def is_default(f: Field) -> str:
    """A C++ condition: the field has its default value."""
    name, kind = snake_case(f.name), cpp_type(f)
    if is_optional(f):
        if f.default == "null":
            return f"!{name}"
        if f.struct and not f.is_array:
            return f"({name} && {name}->is_default())"
        return f"({name} && {name}->empty())"
    if f.is_array or f.type == "bytes":
        return f"{name}.empty()"
    if f.struct:
        return f"{name}.is_default()"
    if f.type == "string":
        return f'{name} == "{f.default}"' if f.default else f"{name}.empty()"
    if f.type == "records":
        return f"{name}.is_null()"
    if f.type == "uuid":
        return f"{name}.is_zero()"
    if kind == "ErrorCode":
        return f"{name} == ErrorCode::kNone"
    if kind in ENTITY_TYPES.values():
        return f"{name} == {kind}{{{default_value(f)}}}"
    if f.type == "bool":
        return name if default_value(f) == "true" else f"!{name}"
    return f"{name} == {default_value(f)}"


def condition(versions: Versions, within: Versions) -> str | None:
    """A C++ condition on `version`; None where it always holds."""
    low = f"version >= {versions.low}" if versions.low > within.low else None
    high = f"version <= {versions.high}" if versions.high < within.high else None
    if low and high and versions.low == versions.high:
        return f"version == {versions.low}"
    return " && ".join(c for c in (low, high) if c) or None


def guarded(test: str | None, lines: list[str], otherwise: list[str] | None = None) -> list[str]:
    if test is None:
        return lines
    out = [f"if ({test}) {{", *("  " + line for line in lines)]
    if otherwise:
        out += ["} else {", *("  " + line for line in otherwise)]
    return out + ["}"]


def all_structs(message: Message) -> list[Struct]:
    return [*message.structs, message.body]


class Emitter:
    def __init__(self, file: str, messages: list[Message]):
        self.file = file
        self.messages = messages
        self.stem = file.removesuffix(".msg")

    # --- the header ---------------------------------------------------------------------------

    def header(self) -> str:
        fields = [f for m in self.messages for s in all_structs(m) for f in s.fields]
        kinds = {element_type(f) for f in fields}
        std = ["cstdint"]
        if any(is_optional(f) for f in fields):
            std.append("optional")
        if "std::string_view" in kinds:
            std.append("string_view")
        if any(is_optional(f) for f in fields):
            std.append("utility")
        if any(f.is_array for f in fields):
            std.append("vector")
        own = ["broker/base/bytes.h", "broker/base/result.h"]
        if "Uuid" in kinds:
            own.append("broker/base/uuid.h")
        if self.messages[0].api_name:
            own.append("broker/protocol/api_key.h")
        own.append("broker/protocol/error_code.h")
        if kinds & set(ENTITY_TYPES.values()):
            own.append("broker/protocol/ids.h")
        own.append("broker/protocol/payload.h")
        if "Records" in kinds:
            own.append("broker/protocol/records.h")
        out = [NOTICE.format(file=self.file) + "#pragma once\n"]
        out += [f"#include <{name}>" for name in std] + [""]
        out += [f'#include "{name}"' for name in own]
        out += ["\nnamespace barnabas::protocol {\n", "class Reader;", "class Writer;"]
        for message in self.messages:
            out += ["", *self._message_declaration(message)]
        return "\n".join([*out, "\n}  // namespace barnabas::protocol\n"])

    def _message_declaration(self, message: Message) -> list[str]:
        out = [f"struct {message.name} {{"]
        if message.api_name:
            out.append(f"  static constexpr ApiKey kApiKey = ApiKey::k{message.api_name};")
        out += [
            f"  static constexpr std::int16_t kMinVersion = {message.versions.low};",
            f"  static constexpr std::int16_t kMaxVersion = {message.versions.high};",
        ]
        for struct in message.structs:
            out += ["", f"  struct {struct.name} {{"]
            out += [("    " + line).rstrip() for line in self._members(struct, message)]
            out += ["  };"]
        out += ["", *(("  " + line).rstrip() for line in self._members(message.body, message))]
        out += ["", f"  static Result<{message.name}> decode(BytesView body, std::int16_t version);"]
        if self._has_records(message):
            out += [
                "  // The records can then be written to.",
                f"  static Result<{message.name}> decode(MutableBytesView body, std::int16_t version);",
            ]
        out += ["  Payload encode(std::int16_t version) const;", "};"]
        return out

    def _members(self, struct: Struct, message: Message) -> list[str]:
        out = [declaration(f) for f in struct.fields]
        out += [""] if out else []
        out += [
            "void read(Reader& reader, std::int16_t version);",
            "void write(Writer& writer, std::int16_t version) const;",
        ]
        if self._needs_is_default(struct, message):
            out.append("bool is_default() const;")
        return out

    def _has_records(self, message: Message) -> bool:
        return any(f.type == "records" for s in all_structs(message) for f in s.fields)

    def _needs_is_default(self, struct: Struct, message: Message) -> bool:
        return any(f.struct is struct and not f.is_array
                   for s in all_structs(message) for f in s.fields)

    # --- the source ---------------------------------------------------------------------------

    def source(self) -> str:
        out = [NOTICE.format(file=self.file) + f'#include "broker/protocol/messages/{self.stem}.h"\n']
        out += ['#include "broker/protocol/codec.h"\n', "namespace barnabas::protocol {"]
        for message in self.messages:
            for struct in all_structs(message):
                out += ["", *self._read(struct, message), "", *self._write(struct, message)]
                if self._needs_is_default(struct, message):
                    out += ["", *self._is_default(struct, message)]
            out += ["", *self._decode_and_encode(message)]
        return "\n".join([*out, "\n}  // namespace barnabas::protocol\n"])

    def _scope(self, struct: Struct, message: Message) -> str:
        return message.name if struct is message.body else f"{message.name}::{struct.name}"

    def _field_name(self, f: Field, struct: Struct, message: Message) -> str:
        return f"{self._scope(struct, message).replace('::', '.')}.{f.name}"

    def _encoding(self, message: Message) -> list[str]:
        if message.flexible_from is None:
            return ["[[maybe_unused]] constexpr Encoding encoding = Encoding::kFixed;"]
        return ["[[maybe_unused]] const Encoding encoding = "
                f"encoding_of(version, {message.flexible_from});"]

    def _is_flexible(self, struct: Struct, message: Message) -> bool:
        return message.flexible_from is not None and message.flexible_from <= struct.versions.high

    def _read(self, struct: Struct, message: Message) -> list[str]:
        body = self._encoding(message)
        for f in struct.fields:
            if f.tag is None:
                body += guarded(condition(f.versions, struct.versions), self._read_field(f, message))
        if self._is_flexible(struct, message):
            body += guarded("encoding == Encoding::kFlexible", self._read_tagged(struct, message))
        return [f"void {self._scope(struct, message)}::read([[maybe_unused]] Reader& reader, "
                "[[maybe_unused]] std::int16_t version) {", *("  " + line for line in body), "}"]

    def _read_tagged(self, struct: Struct, message: Message) -> list[str]:
        tagged = [f for f in struct.fields if f.tag is not None]
        if not tagged:
            return ["reader.skip_tagged_fields();"]
        out = ["for (auto left = reader.read_tagged_field_count(); left > 0 && reader.ok(); --left) {",
               "  const Reader::TaggedField field = reader.begin_tagged_field();"]
        for f in tagged:
            test = condition(f.versions, struct.versions)
            test = f"field.tag == {f.tag}" + (f" && {test}" if test else "")
            out += ["  " + line for line in guarded(test, self._read_field(f, message))]
        return out + ["  reader.end_tagged_field(field);", "}"]

    def _read_field(self, f: Field, message: Message) -> list[str]:
        name, kind = snake_case(f.name), element_type(f)
        encoding = "Encoding::kFixed" if f.fixed else "encoding"
        null = "nullable_" if f.nullable else ""
        if f.is_array:
            out = [f"read_array(reader, version, {encoding}, {message.element_min_bytes(f)}, {name});"]
        elif f.struct and f.nullable:
            out = ["if (reader.read_presence()) {", f"  {name}.emplace().read(reader, version);",
                   "} else {", f"  {name}.reset();", "}"]
        elif f.struct:
            out = [f"{name}.read(reader, version);"]
        elif f.type in ("string", "bytes", "records"):
            out = [f"{name} = reader.read_{null}{f.type}({encoding});"]
        elif f.type in ("bool", "float64", "uuid"):
            out = [f"{name} = reader.read_{f.type}();"]
        elif kind == "ErrorCode":
            out = [f"{name} = reader.read_error_code();"]
        elif kind in ENTITY_TYPES.values():
            out = [f"{name} = {kind}(reader.read<{CPP_TYPES[f.type]}>());"]
        else:
            out = [f"{name} = reader.read<{kind}>();"]
        if f.nullable and f.nullable != f.versions:
            test = condition(f.nullable, f.versions)
            absent = f"!{name}" if is_optional(f) else f"{name}.is_null()"
            out.append(f'if ({absent} && !({test})) reader.fail("null where it must not be");')
        return out

    def _write(self, struct: Struct, message: Message) -> list[str]:
        body = self._encoding(message)
        for f in struct.fields:
            test = condition(f.versions, struct.versions)
            otherwise = None
            if not f.ignorable:
                otherwise = [f"check_unset({is_default(f)}, "
                             f'"{self._field_name(f, struct, message)}", version);']
            if f.tag is None:
                body += guarded(test, self._write_field(f, message, struct), otherwise)
            elif test and otherwise:
                body += guarded(f"!({test})", otherwise)
        if self._is_flexible(struct, message):
            body += guarded("encoding == Encoding::kFlexible", self._write_tagged(struct, message))
        return [f"void {self._scope(struct, message)}::write([[maybe_unused]] Writer& writer, "
                "[[maybe_unused]] std::int16_t version) const {", *("  " + line for line in body), "}"]

    def _write_tagged(self, struct: Struct, message: Message) -> list[str]:
        tagged = sorted((f for f in struct.fields if f.tag is not None), key=lambda f: f.tag)
        if not tagged:
            return ["writer.write_unsigned_varint(0);"]
        out, terms, writes = [], [], []
        for f in tagged:
            test = condition(f.versions, struct.versions)
            present = f"has_{snake_case(f.name)}"
            tests = ([test] if test else []) + [f"!({is_default(f)})"]
            out.append(f"const bool {present} = {' && '.join(tests)};")
            terms.append(f"{present}")
            writes += guarded(present, [
                f"const auto start = writer.begin_tagged_field({f.tag});",
                *self._write_field(f, message, struct), "writer.end_tagged_field(start);"])
        out.append("writer.write_unsigned_varint(static_cast<std::uint32_t>("
                   f"{' + '.join(terms)}));")
        return out + writes

    def _write_field(self, f: Field, message: Message, struct: Struct) -> list[str]:
        name, kind = snake_case(f.name), element_type(f)
        encoding = "Encoding::kFixed" if f.fixed else "encoding"
        out = []
        if f.nullable != f.versions and (f.nullable or f.type == "records"):
            test = condition(f.nullable, f.versions) if f.nullable else None
            present = name if is_optional(f) else f"!{name}.is_null()"
            present = f"{present}.has_value()" if is_optional(f) else present
            out.append(f"check_not_null({present}{f' || ({test})' if test else ''}, "
                       f'"{self._field_name(f, struct, message)}", version);')
        null = "nullable_" if f.nullable else ""
        if f.is_array:
            out.append(f"write_array(writer, version, {encoding}, {name});")
        elif f.struct and f.nullable:
            out += [f"writer.write_presence({name}.has_value());",
                    f"if ({name}) {name}->write(writer, version);"]
        elif f.struct:
            out.append(f"{name}.write(writer, version);")
        elif f.type == "records":
            out.append(f"writer.write_records({name}, {encoding});")
        elif f.type in ("string", "bytes"):
            out.append(f"writer.write_{null}{f.type}({name}, {encoding});")
        elif f.type in ("bool", "float64", "uuid"):
            out.append(f"writer.write_{f.type}({name});")
        elif kind == "ErrorCode":
            out.append(f"writer.write_error_code({name});")
        elif kind in ENTITY_TYPES.values():
            out.append(f"writer.write<{CPP_TYPES[f.type]}>({name}.value());")
        else:
            out.append(f"writer.write<{kind}>({name});")
        return out

    def _is_default(self, struct: Struct, message: Message) -> list[str]:
        tests = " && ".join(is_default(f) for f in struct.fields) or "true"
        return [f"bool {self._scope(struct, message)}::is_default() const {{",
                f"  return {tests};", "}"]

    def _decode_and_encode(self, message: Message) -> list[str]:
        name = message.name
        out = []
        for view in ["BytesView"] + (["MutableBytesView"] if self._has_records(message) else []):
            out += [
                f"Result<{name}> {name}::decode({view} body, std::int16_t version) {{",
                f'  return decode_message<{name}>(body, version, "{name}");',
                "}",
                "",
            ]
        return out + [
            f"Payload {name}::encode(std::int16_t version) const {{",
            f'  return encode_message(*this, version, "{name}");',
            "}",
        ]
