"""The table of APIs as C++: api_key.h."""

from __future__ import annotations

from model import Message

HEAD = """\
// Generated from broker/protocol/schema; change that.
//
// Every API that a broker of a ZooKeeper cluster serves, with its versions: the one table for
// dispatch, ApiVersions and headers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace barnabas::protocol {

enum class ApiKey : std::int16_t {
"""

MIDDLE = """\
};

struct ApiInfo {
  ApiKey key;
  std::string_view name;  // Kafka's: "LeaderAndIsr"
  std::int16_t min_version;
  std::int16_t max_version;
  std::int16_t first_flexible_version;  // above max_version: none
};

// In ascending order of keys.
inline constexpr std::array kApis{
"""

TAIL = """\
};

// The API of a key on the wire; nullptr: not one of ours.
constexpr const ApiInfo* find_api(std::int16_t key) {
  for (const ApiInfo& api : kApis) {
    if (static_cast<std::int16_t>(api.key) == key) return &api;
  }
  return nullptr;
}

constexpr const ApiInfo& api_info(ApiKey key) {
  return *find_api(static_cast<std::int16_t>(key));
}

constexpr std::string_view api_name(ApiKey key) {
  return api_info(key).name;
}

constexpr bool is_flexible(ApiKey key, std::int16_t version) {
  return version >= api_info(key).first_flexible_version;
}

}  // namespace barnabas::protocol
"""


def api_table(messages: list[Message]) -> str:
    requests = sorted((m for m in messages if m.kind == "request"), key=lambda m: m.api_key)
    out = HEAD
    for m in requests:
        out += f"  k{m.api_name} = {m.api_key},\n"
    out += MIDDLE
    for m in requests:
        flexible = m.flexible_from if m.flexible_from is not None else 0x7FFF
        out += (f'    ApiInfo{{ApiKey::k{m.api_name}, "{m.api_name}", {m.versions.low}, '
                f"{m.versions.high}, {flexible}}},\n")
    return out + TAIL
