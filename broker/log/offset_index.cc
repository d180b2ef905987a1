#include "broker/log/offset_index.h"

#include <array>

#include "broker/log/file_names.h"

namespace barnabas::log {
namespace {

std::int64_t relative_offset(const std::uint8_t* entry) {
  return load_be<std::int32_t>(entry);
}

std::int64_t position_of(const std::uint8_t* entry) {
  return load_be<std::int32_t>(entry + 4);
}

}  // namespace

OffsetIndex::OffsetIndex(std::shared_ptr<Directory> directory, Offset base_offset,
                         std::int32_t max_bytes)
    : base_offset_(base_offset),
      max_entries_(static_cast<std::size_t>(max_bytes) / kEntrySize),
      file_(std::move(directory), segment_file(base_offset, kIndexSuffix), kEntrySize),
      last_offset_(base_offset) {}

Result<void> OffsetIndex::create() {
  last_offset_ = base_offset_;
  return file_.create();
}

Result<bool> OffsetIndex::load() {
  TRY(const bool whole_entries, file_.load());
  TRY_VOID(read_last());
  return whole_entries && (file_.count() == 0 || last_offset_ > base_offset_);
}

Result<void> OffsetIndex::read_last() {
  const std::size_t count = file_.count();
  last_offset_ = base_offset_;
  if (count == 0) return {};
  TRY(const auto entry, file_.at(count - 1));
  last_offset_ = base_offset_ + relative_offset(entry.data());
  return {};
}

Result<void> OffsetIndex::append(Offset offset, std::int64_t position_bytes) {
  if (is_full() || (file_.count() > 0 && offset <= last_offset_)) return {};
  std::array<std::uint8_t, kEntrySize> entry;
  store_be(entry.data(), static_cast<std::int32_t>(offset - base_offset_));
  store_be(entry.data() + 4, static_cast<std::int32_t>(position_bytes));
  last_offset_ = offset;
  return file_.append(entry);
}

Result<std::int64_t> OffsetIndex::lookup(Offset offset) const {
  TRY(const auto found, file_.floor(relative_offset, offset - base_offset_));
  if (!found) return 0;
  return position_of(found->entry.data());
}

Result<std::int64_t> OffsetIndex::floor_position(std::int64_t position_bytes) const {
  TRY(const auto found, file_.floor(position_of, position_bytes));
  if (!found) return 0;
  return position_of(found->entry.data());
}

Result<std::int64_t> OffsetIndex::last_position() const {
  const std::size_t count = file_.count();
  if (count == 0) return 0;
  TRY(const auto entry, file_.at(count - 1));
  return position_of(entry.data());
}

Result<void> OffsetIndex::truncate_to(Offset offset) {
  TRY(const auto below, file_.floor(relative_offset, offset - base_offset_ - 1));
  TRY_VOID(file_.truncate(below ? below->index + 1 : 0));
  return read_last();
}

}  // namespace barnabas::log
