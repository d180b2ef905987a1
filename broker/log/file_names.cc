#include "broker/log/file_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace barnabas::log {
namespace {

constexpr std::size_t kOffsetDigits = 20;
constexpr std::size_t kMaxNameSize = 255;

template <typename Int>
std::optional<Int> parse_digits(std::string_view text) {
  Int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || text[0] == '-') {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::string segment_file(Offset base_offset, std::string_view suffix) {
  return fmt::format("{:020}{}", base_offset.value(), suffix);
}

std::optional<Offset> offset_of_file(std::string_view name) {
  if (name.size() <= kOffsetDigits || name[kOffsetDigits] != '.') return std::nullopt;
  const auto value = parse_digits<std::int64_t>(name.substr(0, kOffsetDigits));
  if (!value) return std::nullopt;
  return Offset(*value);
}

std::optional<TopicPartition> parse_partition_directory(std::string_view name) {
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size()) return std::nullopt;
  const auto partition = parse_digits<std::int32_t>(name.substr(dash + 1));
  if (!partition) return std::nullopt;
  return TopicPartition{std::string(name.substr(0, dash)), PartitionId(*partition)};
}

std::string delete_directory(const TopicPartition& tp, const Uuid& unique) {
  std::string suffix = fmt::format("-{}.", tp.partition);
  for (const std::uint8_t byte : unique.bytes) suffix += fmt::format("{:02x}", byte);
  suffix += kDeleteDirSuffix;
  return tp.topic.substr(0, std::min(tp.topic.size(), kMaxNameSize - suffix.size())) + suffix;
}

}  // namespace barnabas::log
