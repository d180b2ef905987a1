#include "tests/sim/cluster_view.h"

#include <utility>

#include "broker/base/check.h"
#include "broker/protocol/messages/metadata.h"

namespace barnabas::sim {
namespace {

constexpr Duration kMetadataTimeout = seconds(2);

}  // namespace

ClusterView::ClusterView(Process& process, protocol::Transport& transport, Random& random,
                         std::vector<Address> brokers, std::string client_id)
    : process_(process),
      transport_(transport),
      random_(random),
      brokers_(std::move(brokers)),
      client_id_(std::move(client_id)) {}

protocol::Channel& ClusterView::channel(Address broker) {
  auto& channel = channels_[broker];
  if (!channel) channel = transport_.open(host_of(broker), broker, client_id_, process_);
  return *channel;
}

void ClusterView::refresh() {
  if (asking_) return;
  asking_ = true;
  protocol::MetadataRequest request;
  request.topics = std::nullopt;  // all
  request.allow_auto_topic_creation = false;
  constexpr auto kVersion = protocol::MetadataRequest::kMaxVersion;
  channel(any_broker())
      .send(protocol::ApiKey::kMetadata, kVersion, request.encode(kVersion), kMetadataTimeout,
            [this](Result<protocol::ResponseFrame> answer) { on_metadata(std::move(answer)); });
}

void ClusterView::on_metadata(Result<protocol::ResponseFrame> answer) {
  asking_ = false;
  if (!answer) return;
  auto response =
      protocol::MetadataResponse::decode(answer->body, protocol::MetadataRequest::kMaxVersion);
  CHECK(response.has_value(), "{}", response.error().detail);
  controller_ = response->controller_id;
  for (const auto& topic : response->topics) {
    if (topic.error_code != ErrorCode::kNone || !topic.name) continue;
    topic_ids_[std::string(*topic.name)] = topic.topic_id;
    for (const auto& partition : topic.partitions) {
      auto& known = leaders_[{std::string(*topic.name), PartitionId(partition.partition_index)}];
      // A broker that lags must not send the client back to an old leader.
      if (LeaderEpoch(partition.leader_epoch) < known.epoch) continue;
      known = {partition.leader_id, LeaderEpoch(partition.leader_epoch)};
    }
  }
}

ClusterView::PartitionLeader ClusterView::leader(const TopicPartition& tp) const {
  const auto it = leaders_.find(tp);
  return it == leaders_.end() ? PartitionLeader{} : it->second;
}

Uuid ClusterView::topic_id(const std::string& topic) const {
  const auto it = topic_ids_.find(topic);
  return it == topic_ids_.end() ? Uuid{} : it->second;
}

}  // namespace barnabas::sim
