#include "admin/reset_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <regex>

#include "admin/java_hash.h"
#include "admin/java_text.h"
#include "admin/tool.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kParseException = "java.text.ParseException";
constexpr std::string_view kDurationException = "java.time.format.DateTimeParseException";

// Minutes east of UTC; text: Z, +hh, +hh:mm. nullopt: no such zone. What follows it is not looked
// at.
std::optional<int> zone_minutes(const std::string& text) {
  static const std::regex kZone(R"((Z)|([+-])(\d{2})(?::(\d{2}))?[\s\S]*)");
  std::smatch match;
  if (text.starts_with('Z')) return 0;
  if (!std::regex_match(text, match, kZone)) return std::nullopt;
  const int hours = std::stoi(match[3].str());
  const int minutes = match[4].matched ? std::stoi(match[4].str()) : 0;
  if (hours > 23 || minutes > 59) return std::nullopt;
  return (match[2].str() == "-" ? -1 : 1) * (hours * 60 + minutes);
}

std::int64_t seconds_of(const std::ssub_match& part, std::int64_t unit, std::string_view name) {
  if (!part.matched) return 0;
  const auto value = java_number<std::int64_t>(part.str());
  std::int64_t seconds = 0;
  if (!value || __builtin_mul_overflow(*value, unit, &seconds)) {
    throw ResetError(kDurationException,
                     fmt::format("Text cannot be parsed to a Duration: {}", name));
  }
  return seconds;
}

struct CsvColumn {
  std::string text;
  std::size_t start;  // where it begins in its line, from 1
};

std::vector<CsvColumn> csv_columns(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<CsvColumn> columns;
  std::size_t at = 0;
  while (true) {
    CsvColumn column{{}, at + 1};
    if (at < line.size() && line[at] == '"') {
      for (++at; at < line.size(); ++at) {
        if (line[at] == '"') {
          if (at + 1 >= line.size() || line[at + 1] != '"') break;
          ++at;  // two stand for one
        }
        column.text += line[at];
      }
      at = std::min(line.find(',', at), line.size());
    } else {
      const std::size_t end = std::min(line.find(',', at), line.size());
      column.text = line.substr(at, end - at);
      at = end;
    }
    columns.push_back(std::move(column));
    if (at >= line.size()) return columns;
    ++at;
  }
}

// Jackson's way with a line: what is missing is zero, what is too much an error.
class CsvRecord {
 public:
  CsvRecord(std::string_view line, bool with_group)
      : columns_(csv_columns(line)), offset_(with_group ? 1 : 0) {
    const std::size_t expected = offset_ + 3;
    if (line.empty()) {
      throw ResetError("com.fasterxml.jackson.databind.exc.MismatchedInputException",
                       "No content to map due to end-of-input\n at [Source: (StringReader); line: "
                       "UNKNOWN, column: UNKNOWN]");
    }
    group = with_group ? text(0) : "";
    topic = text(offset_);
    partition = number<std::int32_t>(offset_ + 1, "int", "partition");
    offset = number<std::int64_t>(offset_ + 2, "long", "offset");
    if (columns_.size() > expected) {
      throw ResetError(
          "com.fasterxml.jackson.dataformat.csv.CsvReadException",
          fmt::format("Too many entries: expected at most {} (value #{} ({} chars) \"{}\")\n at "
                      "[Source: (StringReader); line: 1, column: {}]",
                      expected, expected, columns_[expected].text.size(), columns_[expected].text,
                      columns_[expected].start));
    }
  }

  std::string group;
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;

 private:
  std::string text(std::size_t index) const {
    return index < columns_.size() ? columns_[index].text : "";
  }

  template <typename T>
  T number(std::size_t index, std::string_view type, std::string_view field) const {
    const std::string whole = text(index);
    const std::string_view digits = java_trim(whole);
    if (digits.empty()) return 0;
    const auto value = java_number<T>(digits);
    if (!value) {
      throw ResetError(
          "com.fasterxml.jackson.databind.exc.InvalidFormatException",
          fmt::format("Cannot deserialize value of type `{0}` from String \"{1}\": not a valid "
                      "`{0}` value\n at [Source: (StringReader); line: 1, column: {2}] (through "
                      "reference chain: org.apache.kafka.tools.consumer.group.CsvUtils$CsvRecord{3}"
                      "[\"{4}\"])",
                      type, whole, columns_[index].start, offset_ == 1 ? "WithGroup" : "NoGroup",
                      field));
    }
    return *value;
  }

  std::vector<CsvColumn> columns_;
  std::size_t offset_;
};

// Jackson does not look at long texts before it quotes them.
std::string csv_text(const std::string& text) {
  constexpr std::size_t kMaxChecked = 24;
  constexpr char kFirstSafe = ',' + 1;
  const auto is_safe = [](char c) {
    return static_cast<unsigned char>(c) >= static_cast<unsigned char>(kFirstSafe);
  };
  if (text.size() <= kMaxChecked && std::ranges::all_of(text, is_safe)) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::int64_t parse_datetime(std::string_view text) {
  const auto parts = java_split(text, 'T');
  if (parts.size() < 2) {
    throw ResetError(
        kParseException,
        "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format");
  }
  std::string full(text);
  if (parts[1].find_first_of("+-Z") == std::string_view::npos) full += 'Z';

  const auto unparseable = [&] {
    return ResetError(kParseException, fmt::format("Unparseable date: \"{}\"", full));
  };
  static const std::regex kShape(
      R"(\s*(\d{1,9})-\s*(\d{1,2})-\s*(\d{1,2})T\s*(\d{1,2}):\s*(\d{1,2}):\s*(\d{1,2})\.\s*(\d{1,9})([\s\S]*))");
  std::smatch match;
  if (!std::regex_match(full, match, kShape)) throw unparseable();
  const auto part = [&](std::size_t index) { return std::stoi(match[index].str()); };
  const auto zone = zone_minutes(match[8].str());
  const std::chrono::year_month_day date(std::chrono::year(std::min(part(1), 32767)),
                                         std::chrono::month(static_cast<unsigned>(part(2))),
                                         std::chrono::day(static_cast<unsigned>(part(3))));
  if (!zone || !date.ok() || part(1) < 1 || part(4) > 23 || part(5) > 59 || part(6) > 59 ||
      part(7) > 999) {
    throw unparseable();
  }
  const std::chrono::milliseconds since_epoch =
      std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(part(4)) +
      std::chrono::minutes(part(5) - *zone) + std::chrono::seconds(part(6)) +
      std::chrono::milliseconds(part(7));
  return since_epoch.count();
}

std::int64_t time_before(std::int64_t now_ms, std::string_view duration) {
  static const std::regex kDuration(
      R"(([-+]?)P(?:([-+]?\d+)D)?(T(?:([-+]?\d+)H)?(?:([-+]?\d+)M)?(?:([-+]?\d+)(?:[.,](\d{0,9}))?S)?)?)",
      std::regex::icase);
  const std::string text(duration);
  std::smatch match;
  const bool fits = std::regex_match(text, match, kDuration);
  const bool has_part =
      fits && (match[2].matched || match[4].matched || match[5].matched || match[6].matched);
  if (!has_part || match[3].length() == 1) {
    throw ResetError(kDurationException, "Text cannot be parsed to a Duration");
  }
  const auto overflow = [] {
    return ResetError(kDurationException, "Text cannot be parsed to a Duration: overflow");
  };
  std::int64_t seconds = seconds_of(match[2], 86400, "days");
  for (const std::int64_t more :
       {seconds_of(match[4], 3600, "hours"), seconds_of(match[5], 60, "minutes"),
        seconds_of(match[6], 1, "seconds")}) {
    if (__builtin_add_overflow(seconds, more, &seconds)) throw overflow();
  }
  std::int64_t nanos = 0;
  if (match[7].matched && match[7].length() > 0) {
    std::string digits = match[7].str();
    digits.resize(9, '0');
    nanos = *java_number<std::int64_t>(digits);
    if (match[6].str().starts_with('-')) nanos = -nanos;
  }
  if (match[1].str() == "-") {
    if (seconds == std::numeric_limits<std::int64_t>::min()) throw overflow();
    seconds = -seconds;
    nanos = -nanos;
  }
  std::int64_t ms = 0;
  if (__builtin_mul_overflow(seconds, std::int64_t{1000}, &ms) ||
      __builtin_sub_overflow(now_ms, ms, &ms)) {
    throw ResetError("java.lang.ArithmeticException", "long overflow");
  }
  // Java cuts a moment down to its millisecond.
  return ms - (nanos > 0 ? (nanos + 999'999) / 1'000'000 : nanos / 1'000'000);
}

std::map<std::string, OffsetMap> parse_reset_csv(std::string_view text,
                                                 const std::string* single_group) {
  const auto lines = java_split(text, '\n');
  bool without_group = true;
  try {
    if (!lines.empty()) static_cast<void>(CsvRecord(lines.front(), false));
  } catch (const ResetError&) {
    without_group = false;
  }
  const bool with_group = !(single_group != nullptr && without_group);
  std::map<std::string, OffsetMap> plans;
  for (const std::string_view line : lines) {
    const CsvRecord record(line, with_group);
    plans[with_group ? record.group : *single_group]
         [{record.topic, PartitionId(record.partition)}] = record.offset;
  }
  return plans;
}

std::string reset_csv(const GroupPlans& plans, bool name_groups) {
  std::string out;
  for (const auto& [group, offsets] : plans) {
    for (const auto& [partition, offset] : offsets) {
      if (name_groups) out += csv_text(group) + ',';
      out +=
          fmt::format("{},{},{}\n", csv_text(partition.topic), partition.partition.value(), offset);
    }
  }
  return out;
}

PlannedOffsets planned(PlannedOffsets offsets) {
  std::map<TopicPartition, std::int64_t> seen;
  for (const auto& [partition, offset] : offsets) {
    const auto [before, is_new] = seen.emplace(partition, offset);
    if (!is_new) {
      throw ResetError("java.lang.IllegalStateException",
                       fmt::format("Duplicate key {} (attempted merging values {} and {})",
                                   partition, before->second, offset));
    }
  }
  return in_java_hash_order(std::move(offsets),
                            [](const auto& entry) { return java_partition_hash(entry.first); });
}

PlannedOffsets within_bounds(const PlannedOffsets& requested,
                             const std::map<TopicPartition, LogBounds>& bounds,
                             std::vector<std::string>& warnings) {
  PlannedOffsets within;
  for (const auto& [partition, offset] : requested) {
    const LogBounds& log = bounds.at(partition);
    const std::int64_t moved = std::min(std::max(offset, log.start), log.end);
    if (moved != offset) {
      warnings.push_back(
          fmt::format("New offset ({}) is {} than {} offset for topic partition {}. Value will be "
                      "set to {}",
                      offset, moved < offset ? "higher" : "lower",
                      moved < offset ? "latest" : "earliest", partition, moved));
    }
    within.emplace_back(partition, moved);
  }
  return planned(std::move(within));
}

PlannedOffsets shifted(const std::vector<TopicPartition>& partitions,
                       const CommittedOffsets& committed, std::int64_t shift) {
  PlannedOffsets requested;
  for (const TopicPartition& partition : partitions) {
    const auto found = std::ranges::find(
        committed, partition, [](const auto& entry) -> const auto& { return entry.first; });
    if (found == committed.end() || !found->second) {
      throw UsageError(
          fmt::format("Cannot shift offset for partition {} since there is no current committed "
                      "offset",
                      partition));
    }
    // Java's numbers wrap around, and so does this.
    requested.emplace_back(partition,
                           static_cast<std::int64_t>(static_cast<std::uint64_t>(*found->second) +
                                                     static_cast<std::uint64_t>(shift)));
  }
  return planned(std::move(requested));
}

}  // namespace barnabas::admin
