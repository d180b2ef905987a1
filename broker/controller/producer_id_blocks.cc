#include "broker/controller/producer_id_blocks.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "broker/protocol/error_code.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::controller {
namespace {

constexpr std::int32_t kBlockLength = 1000;
const std::string kPath(zk::paths::kLatestProducerIdBlock);

// The block after the one that the znode holds; none yet: the first.
Result<ProducerIdBlock> next_block(const std::string& data) {
  if (data.empty()) return ProducerIdBlock{ProducerId{0}, kBlockLength};
  TRY(const auto latest, zk::ProducerIdBlockZnode::decode(data));
  if (latest.block_end.value() > std::numeric_limits<std::int64_t>::max() - kBlockLength) {
    return Error{ErrorCode::kUnknownServerError, "Have exhausted all producerIds"};
  }
  return ProducerIdBlock{latest.block_end + 1, kBlockLength};
}

Error failure(zk::ZkError error) {
  const bool expired = error == zk::ZkError::kSessionExpired;
  return {expired ? ErrorCode::kNotController : ErrorCode::kUnknownServerError,
          fmt::format("{}: {}", kPath, zk::to_string(error))};
}

}  // namespace

void ProducerIdBlocks::allocate(BrokerId broker, Callback done) {
  requests_.push_back({broker, std::move(done)});
  next();
}

void ProducerIdBlocks::stop() {
  alive_.renew();
  for (Request& request : std::exchange(requests_, {})) {
    request.done(Error{ErrorCode::kNotController, {}});
  }
}

void ProducerIdBlocks::next() {
  if (busy_ || requests_.empty()) return;
  busy_ = true;
  read({});
}

void ProducerIdBlocks::read(const std::string& ours) {
  zookeeper_.get_data(kPath, false, alive_.guard([this, ours](const zk::DataAnswer& answer) {
    if (!answer.ok()) return finish(failure(answer.error));
    if (!ours.empty() && answer.data == ours) {
      const auto block = zk::ProducerIdBlockZnode::decode(ours);
      return finish(ProducerIdBlock{block->block_start, kBlockLength});
    }
    auto block = next_block(answer.data);
    if (!block) return finish(Error{ErrorCode::kUnknownServerError, block.error().detail});
    write(*block, answer.stat.version);
  }));
}

void ProducerIdBlocks::write(ProducerIdBlock block, std::int32_t version) {
  const std::string data = zk::ProducerIdBlockZnode{requests_.front().broker, block.first,
                                                    block.first + (block.length - 1)}
                               .encode();
  write_(zk::Op::set_data(kPath, data, version),
         alive_.guard([this, block, data](const zk::Answer& answer) {
           if (answer.ok()) return finish(block);
           if (answer.error == zk::ZkError::kBadVersion) {
             return read(answer.resent ? data : std::string());
           }
           finish(failure(answer.error));
         }));
}

void ProducerIdBlocks::finish(Result<ProducerIdBlock> result) {
  Request request = std::move(requests_.front());
  requests_.pop_front();
  busy_ = false;
  next();
  request.done(std::move(result));
}

}  // namespace barnabas::controller
