#include "config/config_alteration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "config/config_key.h"

namespace barnabas::config {
namespace {

// As Java splits: empty pieces at the end are dropped, unless there is nothing else.
std::vector<std::string> split_as_java(std::string_view text) {
  std::vector<std::string> pieces;
  if (text.empty()) return {std::string()};
  while (true) {
    const auto comma = text.find(',');
    pieces.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  while (!pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

std::optional<std::string> alter_list(const ConfigAlteration& alteration, Properties& configs) {
  const bool append = alteration.op == AlterConfigOp::kAppend;
  const ConfigKey* key = find_topic_key(alteration.name);
  if (key == nullptr) return fmt::format("Unknown config name: {}", alteration.name);
  if (key->type != ConfigType::kList) {
    return fmt::format("Config value {} is not allowed for config key: {}",
                       append ? "append" : "subtract", alteration.name);
  }
  const auto set = configs.find(alteration.name);
  const std::string before =
      set != configs.end() ? set->second : std::string(key->default_value.value_or(""));
  std::vector<std::string> values;
  if (!before.empty()) values = split_as_java(before);
  for (std::string& value : split_as_java(alteration.value)) {
    const auto found = std::find(values.begin(), values.end(), value);
    if (append && found == values.end()) values.push_back(std::move(value));
    if (!append && found != values.end()) values.erase(found);
  }
  configs[alteration.name] = fmt::format("{}", fmt::join(values, ","));
  return std::nullopt;
}

}  // namespace

std::optional<std::string> alter_topic_config(const ConfigAlteration& alteration,
                                              Properties& configs) {
  switch (alteration.op) {
    case AlterConfigOp::kSet:
      configs[alteration.name] = alteration.value;
      return std::nullopt;
    case AlterConfigOp::kDelete:
      configs.erase(alteration.name);
      return std::nullopt;
    case AlterConfigOp::kAppend:
    case AlterConfigOp::kSubtract:
      break;
  }
  return alter_list(alteration, configs);
}

}  // namespace barnabas::config
