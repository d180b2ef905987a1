#include "broker/log/batch_scanner.h"

#include <algorithm>

namespace barnabas::log {
namespace {

constexpr std::int64_t kHeaderChunk = 4096;
constexpr std::int64_t kWholeChunk = 256 * 1024;

}  // namespace

Result<const std::uint8_t*> BatchScanner::load(std::int64_t size) {
  if (position_ + size > end_) return nullptr;
  if (position_ < buffer_start_ || position_ + size > buffer_start_ + buffer_size_) {
    const std::int64_t chunk = read_ == Read::kHeaders ? kHeaderChunk : kWholeChunk;
    const std::int64_t wanted = std::min(std::max(size, chunk), end_ - position_);
    if (static_cast<std::int64_t>(buffer_.size()) < wanted) {
      buffer_.resize(static_cast<std::size_t>(wanted));
    }
    TRY(const auto read,
        file_.read_at(position_, {buffer_.data(), static_cast<std::size_t>(wanted)}));
    buffer_start_ = position_;
    buffer_size_ = static_cast<std::int64_t>(read);
    if (buffer_size_ < size) return nullptr;
  }
  return buffer_.data() + (position_ - buffer_start_);
}

Result<std::optional<BatchScanner::Batch>> BatchScanner::next() {
  constexpr std::int64_t kHeader = protocol::kBatchOverhead;
  TRY(const std::uint8_t* header, load(kHeader));
  if (header == nullptr) return std::optional<Batch>();
  protocol::RecordBatchView batch(header);
  if (batch.magic() != protocol::kMagicV2 ||
      batch.length() < kHeader - static_cast<std::int64_t>(protocol::kLogOverhead)) {
    return std::optional<Batch>();
  }
  const auto size = static_cast<std::int64_t>(batch.size_bytes());
  if (position_ + size > end_) return std::optional<Batch>();
  if (read_ == Read::kWhole || batch.is_control()) {
    TRY(const std::uint8_t* whole, load(size));
    if (whole == nullptr) return std::optional<Batch>();
    batch = protocol::RecordBatchView(whole);
  }
  const Batch found{position_, batch};
  position_ += size;
  return std::optional<Batch>(found);
}

}  // namespace barnabas::log
