#include "broker/api/producer_id_manager.h"

#include <limits>

#include "broker/base/logging.h"
#include "broker/protocol/error_code.h"

namespace barnabas::api {
namespace {

constexpr Duration kRetryBackoff = milliseconds(50);

std::int32_t prefetch_at(const ProducerIdBlock& block) {
  return static_cast<std::int32_t>(block.length * std::int64_t{9} / 10);
}

}  // namespace

Result<ProducerId> ProducerIdManager::next() {
  std::optional<ProducerId> id;
  bool has_to_fetch = false;
  {
    MutexLock lock(mu_);
    if (used_ == current_.length && next_block_) {
      current_ = *next_block_;
      used_ = 0;
      next_block_.reset();
    }
    if (used_ < current_.length) {
      id = current_.first + used_;
      ++used_;
    }
    if (!id || used_ > prefetch_at(current_)) has_to_fetch = begin_fetch(clock_.now());
  }
  if (has_to_fetch) fetch();
  if (id) return *id;
  // Not REQUEST_TIMED_OUT: older clients take that one for fatal.
  return {ErrorCode::kCoordinatorLoadInProgress, "waiting for the next block of producer ids"};
}

bool ProducerIdManager::begin_fetch(Time now) {
  if (fetching_ || next_block_ || now < retry_at_) return false;
  fetching_ = true;
  return true;
}

void ProducerIdManager::fetch() {
  fetch_block_([this](const Result<ProducerIdBlock>& block) { on_block(block); });
}

void ProducerIdManager::on_block(const Result<ProducerIdBlock>& block) {
  const Time now = clock_.now();
  std::string problem;
  {
    MutexLock lock(mu_);
    fetching_ = false;
    if (!block) {
      problem = fmt::format("{} {}", error_name(block.error().code), block.error().detail);
    } else if (block->length <= 0 || block->first < ProducerId{0} ||
               block->first.value() > std::numeric_limits<std::int64_t>::max() - block->length ||
               block->first < current_.first + current_.length) {
      problem = fmt::format("a block of {} ids from {}, which is not after the current one",
                            block->length, block->first);
    } else {
      next_block_ = *block;
    }
    if (!problem.empty()) retry_at_ = now + kRetryBackoff;
  }
  if (!problem.empty()) {
    log_warn("[RPC ProducerId Manager] No block of producer ids: {}", problem);
  }
}

}  // namespace barnabas::api
