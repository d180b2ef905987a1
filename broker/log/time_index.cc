#include "broker/log/time_index.h"

#include <array>

#include "broker/log/file_names.h"

namespace barnabas::log {
namespace {

std::int64_t timestamp_of(const std::uint8_t* entry) {
  return load_be<std::int64_t>(entry);
}
std::int64_t relative_offset_of(const std::uint8_t* entry) {
  return load_be<std::int32_t>(entry + 8);
}

}  // namespace

TimeIndex::TimeIndex(std::shared_ptr<Directory> directory, Offset base_offset,
                     std::int32_t max_bytes)
    : base_offset_(base_offset),
      max_entries_(static_cast<std::size_t>(max_bytes) / kEntrySize),
      file_(std::move(directory), segment_file(base_offset, kTimeIndexSuffix), kEntrySize),
      last_{kNoTimestamp, base_offset} {}

TimeIndex::Entry TimeIndex::decode(const IndexFile::Entry& entry) const {
  return {timestamp_of(entry.data()), base_offset_ + relative_offset_of(entry.data())};
}

Result<void> TimeIndex::create() {
  last_ = {kNoTimestamp, base_offset_};
  return file_.create();
}

Result<bool> TimeIndex::load() {
  TRY(const bool whole_entries, file_.load());
  TRY_VOID(read_last());
  if (!whole_entries) return false;
  if (file_.count() == 0) return true;
  TRY(const auto first, file_.at(0));
  return last_.timestamp >= timestamp_of(first.data()) && last_.offset >= base_offset_;
}

Result<void> TimeIndex::read_last() {
  const std::size_t count = file_.count();
  last_ = {kNoTimestamp, base_offset_};
  if (count == 0) return {};
  TRY(const auto entry, file_.at(count - 1));
  last_ = decode(entry);
  return {};
}

Result<void> TimeIndex::maybe_append(Timestamp timestamp, Offset offset, bool force) {
  if (timestamp <= last_.timestamp || (is_full() && !force)) return {};
  std::array<std::uint8_t, kEntrySize> entry;
  store_be(entry.data(), timestamp);
  store_be(entry.data() + 8, static_cast<std::int32_t>(offset - base_offset_));
  last_ = {timestamp, offset};
  return file_.append(entry);
}

Result<TimeIndex::Entry> TimeIndex::lookup(Timestamp timestamp) const {
  TRY(const auto found, file_.floor(timestamp_of, timestamp));
  if (!found) return Entry{kNoTimestamp, base_offset_};
  return decode(found->entry);
}

Result<void> TimeIndex::truncate_to(Offset offset) {
  TRY(const auto below, file_.floor(relative_offset_of, offset - base_offset_ - 1));
  TRY_VOID(file_.truncate(below ? below->index + 1 : 0));
  return read_last();
}

}  // namespace barnabas::log
