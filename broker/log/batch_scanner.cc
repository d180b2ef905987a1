#include "broker/log/batch_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "broker/protocol/error_code.h"
#include "broker/protocol/legacy_records.h"

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

Result<void> BatchScanner::refuse_old_message() const {
  std::array<std::uint8_t, 17> front{};  // up to the magic, which is where a batch has it
  if (position_ + static_cast<std::int64_t>(front.size()) > end_) return {};
  TRY(const std::size_t there, file_.read_at(position_, front));
  if (there < front.size() || !protocol::begins_with_legacy_message(front)) return {};
  const std::int64_t size =
      static_cast<std::int64_t>(protocol::kLogOverhead) + load_be<std::int32_t>(front.data() + 8);
  if (size < static_cast<std::int64_t>(front.size()) || position_ + size > end_) return {};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  TRY(const std::size_t read, file_.read_at(position_, bytes));
  // A batch that is torn between its length and its magic looks like one; its CRC does not match.
  const auto message = protocol::LegacyMessageReader(BytesView(bytes).first(read)).next();
  if (!message || !message->crc_matches()) return {};
  return Error{ErrorCode::kUnsupportedForMessageFormat,
               fmt::format("{} has at position {} a record of message format {}, from before Kafka "
                           "0.11: message formats 0 and 1 are not supported. The file was left as "
                           "it is",
                           file_.name(), position_, int{message->magic})};
}

}  // namespace barnabas::log
