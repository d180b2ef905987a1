#include "admin/offset_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <regex>
#include <stdexcept>
#include <utility>

#include "admin/java_text.h"

namespace barnabas::admin {
namespace {

constexpr std::int32_t kNoEnd = std::numeric_limits<std::int32_t>::max();

std::int32_t partition_number(const std::string& digits) {
  const auto number = java_number<std::int32_t>(digits);
  if (!number) throw std::runtime_error(fmt::format("For input string: \"{}\"", digits));
  return *number;
}

}  // namespace

std::int64_t parse_offset_time(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kNames{
      {{"latest", -1},
       {"earliest", -2},
       {"max-timestamp", -3},
       {"earliest-local", -4},
       {"latest-tiered", -5}}};
  for (const auto& [name, question] : kNames) {
    if (name == text) return question;
  }
  const auto timestamp = java_number<std::int64_t>(text);
  if (!timestamp) {
    throw std::runtime_error(fmt::format(
        "Malformed time argument {}. Please use -1 or latest / -2 or earliest / -3 or "
        "max-timestamp / -4 or earliest-local / -5 or latest-tiered, or a specified long format "
        "timestamp",
        text));
  }
  return *timestamp;
}

PartitionSelection PartitionSelection::from_patterns(std::string_view patterns) {
  static const std::regex kPattern("([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?");
  PartitionSelection selection;
  for (const std::string_view part : java_split(patterns, ',')) {
    const std::string text(part);
    std::smatch groups;
    if (!std::regex_match(text, groups, kPattern)) {
      throw std::runtime_error(
          "org.apache.kafka.tools.TerseException: Invalid rule specification: " + text);
    }
    const auto group = [&](std::size_t n) { return groups[n].str(); };
    Rule rule{.topic = TopicFilter(group(1).empty() ? ".*" : group(1)), .end = kNoEnd};
    if (!group(2).empty()) {
      rule.only = {partition_number(group(2))};
    } else {
      if (!group(3).empty()) rule.first = partition_number(group(3));
      if (!group(4).empty()) rule.end = partition_number(group(4));
    }
    selection.rules_.push_back(std::move(rule));
  }
  return selection;
}

PartitionSelection PartitionSelection::from_topic(const std::optional<std::string>& topic,
                                                  const std::optional<std::string>& partitions) {
  Rule rule{.topic = TopicFilter(topic.value_or(".*")), .end = kNoEnd};
  if (partitions && !partitions->empty()) {
    for (const std::string_view part : java_split(*partitions, ',')) {
      const auto number = java_number<std::int32_t>(part);
      if (!number) {
        throw std::runtime_error(
            "--partitions expects a comma separated list of numeric partition ids, but received: " +
            *partitions);
      }
      rule.only.insert(*number);
    }
  }
  PartitionSelection selection;
  selection.rules_.push_back(std::move(rule));
  return selection;
}

bool PartitionSelection::may_match(const std::string& topic) const {
  return std::ranges::any_of(rules_, [&](const Rule& rule) { return rule.topic.matches(topic); });
}

bool PartitionSelection::matches(const TopicPartition& partition) const {
  const std::int32_t number = partition.partition.value();
  return std::ranges::any_of(rules_, [&](const Rule& rule) {
    return rule.topic.matches(partition.topic) && rule.first <= number && number < rule.end &&
           (rule.only.empty() || rule.only.contains(number));
  });
}

}  // namespace barnabas::admin
