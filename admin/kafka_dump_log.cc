// kafka-dump-log: what is in the files of a partition's directory, and whether they agree.
//
// Source  Kafka 3.9, DumpLogSegments.scala
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "admin/java_text.h"
#include "admin/log_dump.h"
#include "admin/record_decoder.h"
#include "admin/segment_index.h"
#include "admin/segment_reader.h"
#include "admin/tool.h"
#include "broker/log/file_names.h"

namespace barnabas::admin {
namespace {

constexpr std::string_view kStringDecoder = "org.apache.kafka.tools.api.StringDecoder";
constexpr std::string_view kDumpPurpose =
    "This tool shows what is in the files of a log, to find out why a segment seems to be corrupt.";

OptionParser dump_log_option_parser() {
  const auto required = Argument::kRequired;
  const std::string decoder = std::string(kStringDecoder);
  return OptionParser({
      {"files", "REQUIRED: the files to show, separated by commas.", required, "String",
       "file1, file2, ..."},
      {"print-data-log", "Show keys and values, too; implied by any decoder."},
      {"deep-iteration", "Show every record, not only the batches; implied by --print-data-log."},
      {"skip-record-metadata", "Show keys and values of records only."},
      {"verify-index-only", "Compare the indexes with the log, without showing their entries."},
      {"index-sanity-check", "Check indexes as a broker does when it starts."},
      {"max-message-size", "The size of the largest batch.", required, "Integer", "size",
       "5242880"},
      {"max-bytes", "Read no more than this of each log.", required, "Integer", "size",
       "2147483647"},
      {"key-decoder-class", "How to read keys.", Argument::kOptional, "String", "", decoder},
      {"value-decoder-class", "How to read values.", Argument::kOptional, "String", "", decoder},
      {"offsets-decoder", "Read the records as those of __consumer_offsets."},
      {"transaction-log-decoder", "Read the records as those of __transaction_state."},
      {"cluster-metadata-decoder", "Of KRaft: not supported."},
      {"remote-log-metadata-decoder", "Of tiered storage: not supported."},
  });
}

// Disagreements, told when all files have been read. By file.
struct DumpFindings {
  using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

  std::map<std::string, Pairs> index_mismatches;      // indexed offset, offset in the log
  std::map<std::string, Pairs> timestamp_mismatches;  // indexed, in the log
  std::map<std::string, Pairs> unordered_timestamps;  // indexed, the one before
  std::map<std::string, Pairs> missing_offsets;       // indexed, in the log
  std::map<std::string, Pairs> gaps;                  // an offset, the next one

  void print() const {
    print_one(index_mismatches, "Mismatches in :{}", "  Index offset: {}, log offset: {}");
    print_one(timestamp_mismatches, "Found timestamp mismatch in :{}",
              "  Index timestamp: {}, log timestamp: {}");
    print_one(unordered_timestamps, "Found out of order timestamp in :{}",
              "  Index timestamp: {}, Previously indexed timestamp: {}");
    print_one(missing_offsets, "The following indexed offsets are not found in the log.",
              "Indexed offset: {}, found log offset: {}");
    print_one(gaps, "Non-consecutive offsets in {}", "  {} is followed by {}");
  }

 private:
  static void print_one(const std::map<std::string, Pairs>& findings, std::string_view title,
                        std::string_view line) {
    for (const auto& [file, pairs] : findings) {
      fmt::print(stderr, "{}\n", fmt::format(fmt::runtime(title), file));
      for (const auto& [first, second] : pairs) {
        fmt::print(stderr, "{}\n", fmt::format(fmt::runtime(line), first, second));
      }
    }
  }
};

// As java.io.File writes a path.
std::string java_path(std::string_view text) {
  std::string path;
  for (const char c : text) {
    if (c != '/' || path.empty() || path.back() != '/') path += c;
  }
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

class LogDumper {
 public:
  explicit LogDumper(const Options& options)
      : options_(options),
        contents_(options.has("print-data-log") || options.has("offsets-decoder") ||
                  options.has("transaction-log-decoder") || options.has("key-decoder-class") ||
                  options.has("value-decoder-class")),
        records_(options.has("deep-iteration") || contents_),
        verify_only_(options.has("verify-index-only")),
        sanity_only_(options.has("index-sanity-check")) {
    for (const char* name : {"cluster-metadata-decoder", "remote-log-metadata-decoder"}) {
      if (options.has(name)) {
        throw std::runtime_error(fmt::format("--{} is not supported: there is no such log", name));
      }
    }
  }

  void dump(std::string_view file) {
    path_ = java_path(file);
    fmt::print("Dumping {}\n", path_);
    const std::string suffix = std::filesystem::path(path_).extension();
    if (suffix == log::kLogSuffix) {
      dump_log();
    } else if (suffix == log::kIndexSuffix) {
      dump_offset_index();
    } else if (suffix == log::kTimeIndexSuffix) {
      dump_time_index();
    } else if (suffix == log::kSnapshotSuffix) {
      dump_snapshot();
    } else if (suffix == log::kTxnIndexSuffix) {
      fmt::print("{}", transaction_index_lines(read_whole_file(path_)));
    } else if (suffix.empty()) {
      throw std::runtime_error(fmt::format("{} is none of the files of a segment", path_));
    } else {
      fmt::print(stderr, "Ignoring unknown file {}\n", path_);
    }
  }

  const DumpFindings& findings() const { return findings_; }

 private:
  FieldDecoder chosen_decoder(std::string_view name) const {
    const std::string class_name = *options_.value(name);
    if (const auto warning = field_decoder_warning(class_name)) fmt::print("{}\n", *warning);
    return field_decoder(class_name);
  }
  RecordDecoder decoder() const {
    using Records = RecordDecoder::Records;
    if (options_.has("offsets-decoder")) return {.records = Records::kConsumerOffsets};
    if (options_.has("transaction-log-decoder")) return {.records = Records::kTransactionState};
    RecordDecoder plain;
    plain.value = chosen_decoder("value-decoder-class");
    plain.key = chosen_decoder("key-decoder-class");
    return plain;
  }

  std::int64_t base_offset() const {
    const std::string name = std::filesystem::path(path_).filename();
    const std::string digits = name.substr(0, name.find('.'));
    const auto offset = java_number<std::int64_t>(digits);
    if (!offset) throw std::runtime_error(fmt::format("For input string: \"{}\"", digits));
    return *offset;
  }
  std::string absolute_path() const { return std::filesystem::absolute(path_); }
  // A file of the same segment.
  std::string beside(std::string_view suffix) const {
    const std::filesystem::path path(absolute_path());
    const std::string name = path.filename();
    return path.parent_path() / (name.substr(0, name.find('.')) + std::string(suffix));
  }

  void dump_log() {
    // Options count where they are first needed: a file is named before they are found wrong.
    RecordLines lines({.metadata = !options_.has("skip-record-metadata"),
                       .contents = contents_,
                       .decoder = decoder()});
    const std::int64_t max_bytes = *options_.int_value("max-bytes");
    fmt::print("Log starting offset: {}\n", base_offset());
    SegmentReader log(path_);
    std::int64_t position = 0;
    while (const auto batch = log.batch_at(position, max_bytes)) {
      fmt::print("{}\n", batch_line(*batch, position));
      if (records_) {
        std::string text;
        lines.append(*batch, text);
        fmt::print("{}", text);
      }
      position += static_cast<std::int64_t>(batch->size_bytes());
    }
    if (!lines.gaps().empty()) findings_.gaps[absolute_path()] = lines.gaps();
    if (position < log.size_bytes() && max_bytes == std::numeric_limits<std::int32_t>::max()) {
      fmt::print("Found {} invalid bytes at the end of {}\n", log.size_bytes() - position,
                 std::string(std::filesystem::path(path_).filename()));
    }
  }

  void dump_offset_index() {
    const std::int64_t max_message_size = *options_.int_value("max-message-size");
    const std::int64_t base = base_offset();
    SegmentReader log(beside(log::kLogSuffix));
    const auto index = read_whole_file(path_);
    const auto entries = offset_index_entries(index, base);
    if (entries.empty()) {
      fmt::print("{} is empty.\n", path_);
      return;
    }
    if (sanity_only_) {
      check_offset_index(index, base, absolute_path());
      fmt::print("{} passed sanity check.\n", path_);
      return;
    }
    for (const OffsetIndexEntry& entry : entries) {
      const auto batch =
          log.batch_at(entry.position_bytes, entry.position_bytes + max_message_size);
      if (!batch) {
        throw std::runtime_error(fmt::format("No batch of at most {} bytes is at position {} of {}",
                                             max_message_size, entry.position_bytes,
                                             beside(log::kLogSuffix)));
      }
      if (const std::int64_t last = batch->last_offset().value(); last != entry.offset) {
        auto& mismatches = findings_.index_mismatches[absolute_path()];
        mismatches.insert(mismatches.begin(), {entry.offset, last});
      }
      if (!verify_only_) {
        fmt::print("offset: {} position: {}\n", entry.offset, entry.position_bytes);
      }
    }
  }

  void dump_time_index() {
    const std::int64_t base = base_offset();
    SegmentReader log(beside(log::kLogSuffix));
    const auto positions = offset_index_entries(read_whole_file(beside(log::kIndexSuffix)), base);
    const auto index = read_whole_file(path_);
    if (sanity_only_) {
      check_time_index(index, base, absolute_path());
      fmt::print("{} passed sanity check.\n", path_);
      return;
    }
    Timestamp previous = kNoTimestamp;
    for (const TimeIndexEntry& entry : time_index_entries(index, base)) {
      check_time_entry(entry, previous, log, position_of(positions, entry.offset));
      if (!verify_only_) {
        fmt::print("timestamp: {} offset: {}\n", entry.timestamp, entry.offset);
      }
      previous = entry.timestamp;
    }
  }

  void check_time_entry(const TimeIndexEntry& entry, Timestamp previous, SegmentReader& log,
                        std::int64_t position) {
    std::optional<protocol::RecordBatchView> batch;
    while ((batch = log.batch_at(position, log.size_bytes()))) {
      if (batch->last_offset().value() >= entry.offset) break;
      position += static_cast<std::int64_t>(batch->size_bytes());
    }
    const std::int64_t last = batch ? batch->last_offset().value() : -1;
    if (last != entry.offset) {
      findings_.missing_offsets[path_].emplace_back(entry.offset, last);
      return;
    }
    Timestamp max_timestamp = kNoTimestamp;
    BatchRecords records(*batch);
    protocol::RecordView record;
    while (records.next(record)) {
      max_timestamp = std::max(max_timestamp, record_timestamp(*batch, record));
    }
    if (max_timestamp != entry.timestamp) {
      findings_.timestamp_mismatches[absolute_path()].emplace_back(entry.timestamp, max_timestamp);
    }
    if (previous >= entry.timestamp) {
      findings_.unordered_timestamps[absolute_path()].emplace_back(entry.timestamp, previous);
    }
  }

  void dump_snapshot() const {
    const auto snapshot = read_whole_file(path_);
    try {
      fmt::print("{}", producer_snapshot_lines(snapshot));
    } catch (const std::runtime_error& error) {
      // A broker does without a snapshot that a crash has spoilt.
      fmt::print(stderr, "{}\n", error.what());
    }
  }

  // Fixed at construction
  const Options& options_;
  const bool contents_;
  const bool records_;
  const bool verify_only_;
  const bool sanity_only_;

  std::string path_;
  DumpFindings findings_;
};

}  // namespace

int kafka_dump_log(const Arguments& arguments) {
  const OptionParser parser = dump_log_option_parser();
  try {
    const Options options = parser.parse(arguments);
    if (const auto done = help_or_version(parser, arguments, options, kDumpPurpose)) return *done;
    require_options(options, {"files"});
    LogDumper dumper(options);
    const std::string files = *options.value("files");
    for (const std::string_view file : java_split(files, ',')) dumper.dump(file);
    dumper.findings().print();
    return 0;
  } catch (const UsageError& error) {
    return print_usage(parser, error.what());
  }
}

}  // namespace barnabas::admin
