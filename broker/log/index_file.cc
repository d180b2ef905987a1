#include "broker/log/index_file.h"

#include <algorithm>
#include <cstring>

#include "broker/base/check.h"

namespace barnabas::log {
namespace {

constexpr std::size_t kMaxPendingBytes = 1024;
constexpr std::size_t kSearchBlockBytes = 4096;

// The last of `count` entries at `data` whose key is at most `target`; count: none.
std::size_t search(const std::uint8_t* data, std::size_t count, std::size_t entry_size,
                   IndexFile::Key key, std::int64_t target) {
  std::size_t low = 0, high = count;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (key(data + middle * entry_size) <= target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? count : low - 1;
}

}  // namespace

Result<void> IndexFile::create() {
  MutexLock lock(mu_);
  TRY(const File file, directory_->open_file(name_, true));
  in_file_ = 0;
  pending_.clear();
  return file.truncate(0);
}

Result<bool> IndexFile::load() {
  MutexLock lock(mu_);
  TRY(const File file, directory_->open_file(name_, false));
  TRY(const auto size, file.size_bytes());
  in_file_ = static_cast<std::size_t>(size) / entry_size_;
  pending_.clear();
  return static_cast<std::size_t>(size) % entry_size_ == 0;
}

std::size_t IndexFile::count() const {
  MutexLock lock(mu_);
  return in_file_ + pending_.size() / entry_size_;
}

Result<IndexFile::Entry> IndexFile::at(std::size_t index) const {
  MutexLock lock(mu_);
  Entry entry{};
  if (index >= in_file_) {
    CHECK((index - in_file_ + 1) * entry_size_ <= pending_.size(), "entry {} of {}", index, name_);
    std::memcpy(entry.data(), pending_.data() + (index - in_file_) * entry_size_, entry_size_);
    return entry;
  }
  TRY(const File file, directory_->open_file(name_, false));
  TRY_VOID(
      file.read_at(static_cast<std::int64_t>(index * entry_size_), {entry.data(), entry_size_}));
  return entry;
}

Result<std::optional<IndexFile::Found>> IndexFile::floor(Key key, std::int64_t target) const {
  std::size_t low = 0;
  std::size_t high = 0;
  {
    MutexLock lock(mu_);
    const std::size_t waiting = pending_.size() / entry_size_;
    const std::size_t hit = search(pending_.data(), waiting, entry_size_, key, target);
    if (hit != waiting) {
      Found found{in_file_ + hit, {}};
      std::memcpy(found.entry.data(), pending_.data() + hit * entry_size_, entry_size_);
      return std::optional<Found>(found);
    }
    high = in_file_;
  }
  if (high == 0) return std::optional<Found>();
  // Entries in the file stay as they are but for truncation: no lock while the disk is read.
  TRY(const File file, directory_->open_to_read(name_));
  Entry entry{};
  while ((high - low) * entry_size_ > kSearchBlockBytes) {
    const std::size_t middle = low + (high - low) / 2;
    TRY_VOID(
        file.read_at(static_cast<std::int64_t>(middle * entry_size_), {entry.data(), entry_size_}));
    if (key(entry.data()) <= target) {
      low = middle;
    } else {
      high = middle;
    }
  }
  std::array<std::uint8_t, kSearchBlockBytes> block;
  TRY(const auto read, file.read_at(static_cast<std::int64_t>(low * entry_size_),
                                    {block.data(), (high - low) * entry_size_}));
  const std::size_t there = read / entry_size_;
  const std::size_t hit = search(block.data(), there, entry_size_, key, target);
  if (hit == there) return std::optional<Found>();
  Found found{low + hit, {}};
  std::memcpy(found.entry.data(), block.data() + hit * entry_size_, entry_size_);
  return std::optional<Found>(found);
}

Result<void> IndexFile::append(BytesView entry) {
  CHECK(entry.size() == entry_size_, "an entry of {} bytes", entry.size());
  MutexLock lock(mu_);
  pending_.insert(pending_.end(), entry.begin(), entry.end());
  if (pending_.size() >= kMaxPendingBytes) return write_pending();
  return {};
}

Result<void> IndexFile::truncate(std::size_t count) {
  MutexLock lock(mu_);
  if (count >= in_file_) {
    pending_.resize(std::min(pending_.size(), (count - in_file_) * entry_size_));
    return {};
  }
  pending_.clear();
  in_file_ = count;
  TRY(const File file, directory_->open_file(name_, false));
  return file.truncate(static_cast<std::int64_t>(count * entry_size_));
}

Result<void> IndexFile::flush(bool sync) {
  MutexLock lock(mu_);
  TRY_VOID(write_pending());
  if (!sync) return {};
  TRY(const File file, directory_->open_file(name_, false));
  return file.sync();
}

Result<void> IndexFile::write_pending() {
  if (pending_.empty()) return {};
  TRY(const File file, directory_->open_file(name_, false));
  TRY_VOID(file.write_at(static_cast<std::int64_t>(in_file_ * entry_size_), pending_));
  in_file_ += pending_.size() / entry_size_;
  pending_.clear();
  return {};
}

}  // namespace barnabas::log
