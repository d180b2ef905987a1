#include <algorithm>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/api/context.h"
#include "broker/api/handlers.h"
#include "broker/api/leader_hints.h"
#include "broker/base/logging.h"
#include "broker/log/core/record_errors.h"
#include "broker/protocol/legacy_records.h"
#include "broker/protocol/messages/produce.h"
#include "broker/protocol/record_batch.h"
#include "broker/protocol/topic_name.h"
#include "broker/replica/operations.h"
#include "broker/replica/replica_manager.h"
#include "broker/replica/topic_configs.h"

namespace barnabas::api {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;
using replica::Acks;
using replica::AppendEntry;
using replica::AppendOutcome;

constexpr std::int16_t kFirstVersionOfRecordBatches = 3;
constexpr std::int16_t kFirstVersionWithZstd = 7;
constexpr std::int16_t kFirstVersionWithRecordErrors = 8;
constexpr std::int16_t kFirstVersionWithLeaderHints = 10;
// The one client that may write to internal topics.
constexpr std::string_view kAdminClientId = "__admin_client";

bool is_valid_acks(std::int16_t acks) {
  return acks >= -1 && acks <= 1;
}

bool is_told_to_client(ErrorCode error) {
  return error == ErrorCode::kInvalidRecord || error == ErrorCode::kInvalidTimestamp;
}

// Nothing, or the beginning of a message or batch. A message set may be that, and be cut anywhere.
bool holds_nothing_whole(BytesView bytes) {
  constexpr std::size_t kUpToMagic = protocol::kLogOverhead + 5;
  return bytes.size() < kUpToMagic ||
         load_be<std::int32_t>(bytes.data() + 8) >
             static_cast<std::int64_t>(bytes.size() - protocol::kLogOverhead);
}

// Owns one request until it is answered.
class Produce final : public replica::AppendSink {
 public:
  Produce(Context& context, protocol::Request request, protocol::Responder responder,
          ProduceRequest message)
      : context_(context),
        request_(std::move(request)),
        responder_(std::move(responder)),
        message_(std::move(message)) {}

  // The partitions that are to be appended; what the others are answered is kept.
  std::vector<AppendEntry> entries() {
    std::vector<AppendEntry> entries;
    for (const auto& topic : message_.topic_data) {
      for (const auto& partition : topic.partition_data) {
        const MutableBytesView batches = partition.records.mutable_bytes();
        settled_.push_back(settle(topic.name, PartitionId{partition.index}, batches));
        if (settled_.back()) continue;
        entries.push_back(
            {.topic = topic.name, .partition = PartitionId{partition.index}, .batches = batches});
      }
    }
    return entries;
  }

  void parked() override { responder_.work_done(); }

  void done(std::vector<AppendOutcome> outcomes) override {
    ProduceResponse response;
    LeaderHints hints(context_.replicas, context_.metadata, request_.listener);
    std::optional<ErrorCode> failed;
    std::size_t checked = 0;
    std::size_t appended = 0;
    response.responses.reserve(message_.topic_data.size());
    for (const auto& topic : message_.topic_data) {
      auto& topic_response = response.responses.emplace_back();
      topic_response.name = topic.name;
      topic_response.partition_responses.reserve(topic.partition_data.size());
      for (const auto& partition : topic.partition_data) {
        auto& answer = topic_response.partition_responses.emplace_back();
        answer.index = partition.index;
        answer.base_offset = -1;
        if (const auto& settled = settled_[checked++]) {
          answer.error_code = *settled;
        } else {
          fill(answer, outcomes[appended++], topic.name, partition.records.mutable_bytes(), hints);
        }
        if (answer.error_code != ErrorCode::kNone) failed = answer.error_code;
      }
    }
    if (message_.acks == 0) return finish_unanswered(failed);
    hints.fill_endpoints(response.node_endpoints);
    responder_.respond(response.encode(request_.version));
  }

 private:
  // The answer that a partition has before anything is appended; nullopt: it is to be appended.
  std::optional<ErrorCode> settle(std::string_view topic, PartitionId partition,
                                  BytesView batches) const {
    if (!is_valid_acks(message_.acks)) return ErrorCode::kInvalidRequiredAcks;
    if (protocol::is_internal_topic(topic) && request_.client_id != kAdminClientId) {
      return ErrorCode::kInvalidTopicException;
    }
    // Before there were record batches nothing was asked of what comes, not even that something
    // does.
    if (request_.version < kFirstVersionOfRecordBatches) {
      if (holds_nothing_whole(batches)) return check_leader(topic, partition);
      return std::nullopt;
    }
    if (protocol::begins_with_legacy_message(batches)) return ErrorCode::kInvalidRecord;
    if (request_.version < kFirstVersionWithZstd) {
      const auto batch = protocol::BatchReader(batches).next();
      if (batch && batch->codec() == static_cast<std::uint8_t>(protocol::Compression::kZstd)) {
        return ErrorCode::kUnsupportedCompressionType;
      }
    }
    return std::nullopt;
  }

  ErrorCode check_leader(std::string_view topic, PartitionId partition) const {
    const auto found = context_.replicas.partition_or_error(topic, partition);
    if (!found) return found.error().code;
    const bool leads =
        context_.replicas.current_leader(topic, partition).leader == context_.broker_id;
    return leads ? ErrorCode::kNone : ErrorCode::kNotLeaderOrFollower;
  }

  void fill(ProduceResponse::PartitionProduceResponse& answer, const AppendOutcome& outcome,
            std::string_view topic, BytesView batch, LeaderHints& hints) {
    answer.error_code = outcome.error;
    answer.base_offset = outcome.base_offset.value();
    answer.log_append_time_ms = outcome.log_append_time;
    answer.log_start_offset = outcome.log_start_offset.value();
    if (is_told_to_client(outcome.error) && !outcome.detail.empty()) {
      answer.error_message = outcome.detail;
      tell_records(answer, topic, batch);
    }
    if (outcome.error == ErrorCode::kNotLeaderOrFollower &&
        request_.version >= kFirstVersionWithLeaderHints) {
      const auto leader = hints.leader_of(topic, PartitionId{answer.index});
      answer.current_leader.leader_id = leader.leader;
      answer.current_leader.leader_epoch = leader.epoch.value();
    }
  }

  // Which records are to blame, where single ones are.
  void tell_records(ProduceResponse::PartitionProduceResponse& answer, std::string_view topic,
                    BytesView batch) {
    if (request_.version < kFirstVersionWithRecordErrors) return;
    const auto errors =
        log::record_errors(batch, {std::string(topic), PartitionId{answer.index}},
                           context_.topic_configs.get(topic), context_.clock.wall_clock_ms());
    if (errors.empty()) return;
    answer.error_message = texts_.emplace_back(log::summary_of(errors));
    for (const log::RecordError& error : errors) {
      auto& told = answer.record_errors.emplace_back();
      told.batch_index = error.index;
      told.batch_index_error_message = texts_.emplace_back(error.message);
    }
  }

  // A producer that wants no answer learns of an error by losing its connection.
  void finish_unanswered(std::optional<ErrorCode> failed) {
    if (!failed) return responder_.respond_nothing();
    log_info("[KafkaApi-{}] Closing the connection of {} after {} in a produce with acks=0",
             context_.broker_id, request_.client_address, error_name(*failed));
    responder_.close_connection();
  }

  Context& context_;
  const protocol::Request request_;
  protocol::Responder responder_;
  const ProduceRequest message_;
  std::list<std::string> texts_;                   // that the answer shows
  std::vector<std::optional<ErrorCode>> settled_;  // of every partition, in the request's order
};

}  // namespace

void handle_produce(Context& context, protocol::Request request, protocol::Responder responder) {
  auto message = ProduceRequest::decode(request.body, request.version);
  if (!message) return responder.close_connection();
  const auto acks = static_cast<Acks>(message->acks);
  const Duration timeout = milliseconds(message->timeout_ms);
  auto produce = std::make_unique<Produce>(context, std::move(request), std::move(responder),
                                           std::move(*message));
  auto entries = produce->entries();
  context.replicas.append(std::move(entries), acks, timeout, log::AppendOrigin::kClient,
                          std::move(produce));
}

}  // namespace barnabas::api
