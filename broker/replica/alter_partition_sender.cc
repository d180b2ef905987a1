#include "broker/replica/alter_partition_sender.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/base/logging.h"
#include "broker/protocol/messages/alter_partition.h"

namespace barnabas::replica {

namespace {

using protocol::AlterPartitionRequest;
using protocol::AlterPartitionResponse;

// The last version that names topics, for a topic that has no id.
constexpr std::int16_t kVersionWithNames = 1;
constexpr std::int16_t kVersionWithBrokerEpochs = 3;

}  // namespace

AlterPartitionSender::AlterPartitionSender(Options options, Executor& home,
                                           protocol::Transport& transport,
                                           const MetadataCache& metadata,
                                           const std::atomic<std::int64_t>& broker_epoch)
    : options_(std::move(options)),
      home_(home),
      transport_(transport),
      metadata_(metadata),
      broker_epoch_(broker_epoch),
      alive_(std::make_shared<AlterPartitionSender*>(this)) {}

AlterPartitionSender::~AlterPartitionSender() {
  *alive_ = nullptr;
  home_.cancel(retry_);
}

void AlterPartitionSender::submit(const TopicPartition& tp, const Uuid& topic_id,
                                  IsrProposal proposal, Answer answer) {
  home_.post([alive = alive_, tp,
              item = Item{topic_id, std::move(proposal), std::move(answer)}]() mutable {
    if (*alive) (*alive)->add(tp, std::move(item));
  });
}

void AlterPartitionSender::add(const TopicPartition& tp, Item item) {
  const auto [at, is_new] = items_.try_emplace(tp);
  if (!is_new) {
    // An older one of this partition is still on its way; the leader tries again when it wants to.
    item.answer({ErrorCode::kOperationNotAttempted, {}, {}, {}});
    return;
  }
  at->second = std::move(item);
  send();
}

void AlterPartitionSender::on_controller_changed() {
  if (items_.empty()) return;
  channel_.reset();
  channel_to_.reset();
  outstanding_ = false;
  home_.cancel(std::exchange(retry_, {}));
  send();
}

void AlterPartitionSender::retry_later() {
  if (retry_ != TimerId{}) return;
  retry_ = home_.run_after(options_.retry_back_off, [alive = alive_] {
    if (!*alive) return;
    (*alive)->retry_ = {};
    (*alive)->send();
  });
}

void AlterPartitionSender::send() {
  if (outstanding_ || items_.empty() || retry_ != TimerId{}) return;
  const auto metadata = metadata_.snapshot();
  const BrokerMetadata* controller = metadata->broker(metadata->controller_id);
  const Endpoint* endpoint = controller ? controller->endpoint(options_.listener) : nullptr;
  if (!endpoint) {
    retry_later();
    return;
  }
  if (channel_to_ != *endpoint) {
    channel_ = transport_.open(endpoint->host, endpoint->port,
                               std::to_string(options_.broker_id.value()), home_);
    channel_to_ = *endpoint;
  }

  const bool ids_known = std::none_of(items_.begin(), items_.end(), [](const auto& entry) {
    return entry.second.topic_id.is_zero();
  });
  const std::int16_t version =
      ids_known ? options_.version : std::min(options_.version, kVersionWithNames);
  AlterPartitionRequest request;
  request.broker_id = options_.broker_id;
  request.broker_epoch = broker_epoch_.load();
  const TopicPartition* last = nullptr;
  for (const auto& [tp, item] : items_) {
    if (!last || last->topic != tp.topic) {
      auto& topic = request.topics.emplace_back();
      if (version > kVersionWithNames) {
        topic.topic_id = item.topic_id;
      } else {
        topic.topic_name = tp.topic;
      }
    }
    last = &tp;
    auto& partition = request.topics.back().partitions.emplace_back();
    partition.partition_index = tp.partition.value();
    partition.leader_epoch = item.proposal.leader_epoch.value();
    partition.partition_epoch = item.proposal.partition_epoch.value();
    if (version >= kVersionWithBrokerEpochs) {
      for (const BrokerId id : item.proposal.new_isr) {
        partition.new_isr_with_epochs.emplace_back().broker_id = id;
      }
    } else {
      partition.new_isr = item.proposal.new_isr;
    }
  }
  outstanding_ = true;
  channel_->send(protocol::ApiKey::kAlterPartition, version, request.encode(version),
                 options_.request_timeout,
                 [alive = alive_, version](Result<protocol::ResponseFrame> frame) {
                   if (*alive) (*alive)->on_response(std::move(frame), version);
                 });
}

void AlterPartitionSender::on_response(Result<protocol::ResponseFrame> frame,
                                       std::int16_t version) {
  outstanding_ = false;
  if (!frame) {
    log_warn("[AlterPartition broker={}] The controller did not answer: {}", options_.broker_id,
             error_name(frame.error().code));
    retry_later();
    return;
  }
  const auto response = AlterPartitionResponse::decode(frame->body, version);
  if (!response || response->error_code != ErrorCode::kNone) {
    log_warn("[AlterPartition broker={}] The controller refused: {}", options_.broker_id,
             response ? error_name(response->error_code) : response.error().detail);
    retry_later();
    return;
  }
  std::unordered_map<Uuid, std::string> names;
  for (const auto& [tp, item] : items_) names.emplace(item.topic_id, tp.topic);
  std::vector<std::pair<TopicPartition, AlterPartitionAnswer>> answers;
  for (const auto& topic : response->topics) {
    const std::string name =
        version > kVersionWithNames ? names[topic.topic_id] : std::string(topic.topic_name);
    for (const auto& partition : topic.partitions) {
      const TopicPartition tp{name, PartitionId{partition.partition_index}};
      if (!items_.contains(tp)) continue;
      answers.emplace_back(
          tp, AlterPartitionAnswer{partition.error_code, LeaderEpoch{partition.leader_epoch},
                                   PartitionEpoch{partition.partition_epoch}, partition.isr});
    }
  }
  for (const auto& [tp, answer] : answers) finish(tp, answer);
  // What the answer left out, and what came meanwhile.
  if (answers.empty()) {
    retry_later();
  } else {
    send();
  }
}

void AlterPartitionSender::finish(const TopicPartition& tp, const AlterPartitionAnswer& answer) {
  const auto node = items_.extract(tp);
  if (!node.empty()) node.mapped().answer(answer);
}

}  // namespace barnabas::replica
