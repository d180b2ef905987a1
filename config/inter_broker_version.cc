#include "config/inter_broker_version.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace barnabas::config {
namespace {

// From the oldest to the newest.
constexpr std::string_view kVersions[] = {
    "0.8.0",      "0.8.1",      "0.8.2",      "0.9.0",      "0.10.0-IV0", "0.10.0-IV1",
    "0.10.1-IV0", "0.10.1-IV1", "0.10.1-IV2", "0.10.2-IV0", "0.11.0-IV0", "0.11.0-IV1",
    "0.11.0-IV2", "1.0-IV0",    "1.1-IV0",    "2.0-IV0",    "2.0-IV1",    "2.1-IV0",
    "2.1-IV1",    "2.1-IV2",    "2.2-IV0",    "2.2-IV1",    "2.3-IV0",    "2.3-IV1",
    "2.4-IV0",    "2.4-IV1",    "2.5-IV0",    "2.6-IV0",    "2.7-IV0",    "2.7-IV1",
    "2.7-IV2",    "2.8-IV0",    "2.8-IV1",    "3.0-IV0",    "3.0-IV1",    "3.1-IV0",
    "3.2-IV0",    "3.3-IV0",    "3.3-IV1",    "3.3-IV2",    "3.3-IV3",    "3.4-IV0",
    "3.5-IV0",    "3.5-IV1",    "3.5-IV2",    "3.6-IV0",    "3.6-IV1",    "3.6-IV2",
    "3.7-IV0",    "3.7-IV1",    "3.7-IV2",    "3.7-IV3",    "3.7-IV4",    "3.8-IV0",
    "3.9-IV0",    "4.0-IV0",    "4.0-IV1",
};
constexpr std::string_view kOldest = "2.8-IV0";
constexpr std::string_view kNewest = "3.9-IV0";

// What of 3.9.1 names the release: two numbers, or three of those that begin with 0.
std::string_view release_of(std::string_view text) {
  std::size_t end = 0;
  for (int numbers = text.starts_with("0.") ? 3 : 2; numbers > 0; --numbers) {
    end = text.find('.', end);
    if (end == std::string_view::npos) return text;
    if (numbers > 1) ++end;
  }
  return text.substr(0, end);
}

std::size_t rank(std::string_view version) {
  return static_cast<std::size_t>(std::ranges::find(kVersions, version) - std::begin(kVersions));
}

}  // namespace

std::optional<std::string_view> inter_broker_version(std::string_view text) {
  const std::string_view name = release_of(text);
  std::optional<std::string_view> last;
  for (const std::string_view version : kVersions) {
    if (version == name || version.substr(0, version.find('-')) == name) last = version;
  }
  return last;
}

std::optional<std::string> inter_broker_version_problem(std::string_view text) {
  const auto version = inter_broker_version(text);
  if (!version) return fmt::format("Version {} is not a valid version", text);
  if (rank(*version) < rank(kOldest)) {
    return "must be at least 2.8: brokers older than 2.8 cannot be in one cluster with this one. "
           "Upgrade all brokers to Kafka 2.8 or later first, and set inter.broker.protocol.version "
           "to their release";
  }
  if (rank(*version) > rank(kNewest)) {
    return "must be at most 3.9, the release whose protocol this broker speaks";
  }
  return std::nullopt;
}

}  // namespace barnabas::config
