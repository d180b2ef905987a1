#include "broker/log/checkpoint.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "broker/log/file_names.h"
#include "broker/protocol/error_code.h"

namespace barnabas::log {
namespace {

constexpr int kVersion = 0;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

template <typename Int>
std::optional<Int> number(std::string_view text) {
  Int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Error malformed(const Directory& directory, std::string_view name, std::string_view line) {
  return {ErrorCode::kCorruptMessage,
          fmt::format("{}/{}: malformed checkpoint at '{}'", directory.path(), name, line)};
}

// Calls `entry` with the words of each line; false from it makes the file malformed.
template <typename Entry>
Result<void> read_entries(const Directory& directory, std::string_view name, Entry entry) {
  TRY(const auto content, directory.read_file(std::string(name)));
  if (!content) return {};
  const auto lines = split(*content, '\n');
  if (lines.size() < 2) return malformed(directory, name, *content);
  if (number<int>(lines[0]) != kVersion) return malformed(directory, name, lines[0]);
  const auto count = number<std::int64_t>(lines[1]);
  if (!count || *count != static_cast<std::int64_t>(lines.size()) - 2) {
    return malformed(directory, name, lines[1]);
  }
  for (std::size_t i = 2; i < lines.size(); ++i) {
    if (!entry(split(lines[i], ' '))) return malformed(directory, name, lines[i]);
  }
  return {};
}

}  // namespace

Result<OffsetCheckpoint> read_offset_checkpoint(const Directory& directory, std::string_view name) {
  OffsetCheckpoint offsets;
  TRY_VOID(read_entries(directory, name, [&](const std::vector<std::string_view>& words) {
    if (words.size() != 3) return false;
    const auto partition = number<std::int32_t>(words[1]);
    const auto offset = number<std::int64_t>(words[2]);
    if (!partition || !offset) return false;
    return offsets
        .emplace(TopicPartition{std::string(words[0]), PartitionId(*partition)}, Offset(*offset))
        .second;
  }));
  return offsets;
}

Result<void> write_offset_checkpoint(const Directory& directory, std::string_view name,
                                     const OffsetCheckpoint& offsets) {
  std::string text = fmt::format("{}\n{}\n", kVersion, offsets.size());
  for (const auto& [tp, offset] : offsets) {
    text += fmt::format("{} {} {}\n", tp.topic, tp.partition, offset);
  }
  return directory.replace_file(std::string(name), as_bytes(text), true);
}

Result<LeaderEpochCache> read_leader_epochs(const Directory& directory) {
  LeaderEpochCache epochs;
  TRY_VOID(read_entries(directory, kLeaderEpochCheckpoint,
                        [&](const std::vector<std::string_view>& words) {
                          if (words.size() != 2) return false;
                          const auto epoch = number<std::int32_t>(words[0]);
                          const auto start = number<std::int64_t>(words[1]);
                          if (!epoch || !start || *epoch < 0 || *start < 0) return false;
                          epochs.assign(LeaderEpoch(*epoch), Offset(*start));
                          return true;
                        }));
  return epochs;
}

Result<void> write_leader_epochs(const Directory& directory, const LeaderEpochCache& epochs) {
  std::string text = fmt::format("{}\n{}\n", kVersion, epochs.entries().size());
  for (const EpochEntry& entry : epochs.entries()) {
    text += fmt::format("{} {}\n", entry.epoch, entry.start_offset);
  }
  return directory.replace_file(std::string(kLeaderEpochCheckpoint), as_bytes(text), false);
}

Result<void> sync_leader_epochs(const Directory& directory) {
  if (!directory.exists(std::string(kLeaderEpochCheckpoint))) return {};
  TRY(const File file, directory.open_file(std::string(kLeaderEpochCheckpoint), false));
  TRY_VOID(file.sync());
  return directory.sync();
}

}  // namespace barnabas::log
