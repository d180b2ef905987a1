#include "broker/controller/core/request_batch.h"

namespace barnabas::controller {

void RequestBatch::add_leader_and_isr(const ControllerContext& context, const BrokerIds& brokers,
                                      const TopicPartition& partition, bool is_new) {
  for (BrokerId broker : brokers) {
    bool& sticky = leader_and_isr_[broker][partition];
    sticky = sticky || is_new;
  }
  add_update_metadata(context, {partition});
}

void RequestBatch::add_update_metadata(const BrokerIds& brokers,
                                       const std::vector<TopicPartition>& partitions) {
  update_metadata_brokers_.insert(brokers.begin(), brokers.end());
  update_metadata_partitions_.insert(partitions.begin(), partitions.end());
}

void RequestBatch::add_update_metadata(const ControllerContext& context,
                                       const std::vector<TopicPartition>& partitions) {
  for (const auto& [id, broker] : context.brokers()) update_metadata_brokers_.insert(id);
  update_metadata_partitions_.insert(partitions.begin(), partitions.end());
}

void RequestBatch::add_stop_replica(const ControllerContext& context, BrokerId broker,
                                    const TopicPartition& partition, bool delete_partition) {
  const BrokerInfo* receiver = context.broker(broker);
  if (!receiver) return;
  bool& sticky = stop_replica_[{broker, receiver->epoch}][partition];
  sticky = sticky || delete_partition;
}

void RequestBatch::send(const ControllerContext& context, Effects& out) {
  send_leader_and_isr(context, out);
  send_update_metadata(context, out);
  send_stop_replica(context, out);
}

void RequestBatch::send_leader_and_isr(const ControllerContext& context, Effects& out) {
  for (const auto& [id, partitions] : leader_and_isr_) {
    const BrokerInfo* receiver = context.broker(id);
    if (!receiver) continue;
    auto data = std::make_shared<LeaderAndIsrData>();
    std::set<BrokerId> leaders;
    for (const auto& [tp, is_new] : partitions) {
      const Partition* partition = context.partition(tp);
      if (!partition || !partition->leadership) continue;
      // A replica that was told to delete itself would come into being again.
      if (context.topics_with_deletion_started.contains(tp.topic)) continue;
      data->partitions.push_back({tp, *partition->leadership, partition->assignment, is_new, {}});
      data->topic_ids[tp.topic] = context.topic_id(tp.topic);
      leaders.insert(partition->leadership->state.leader);
    }
    if (data->partitions.empty()) continue;
    for (BrokerId leader : leaders) {
      if (const BrokerInfo* live = context.broker(leader)) data->live_leaders.push_back(*live);
    }
    out.push_back(SendLeaderAndIsr{id, receiver->epoch, std::move(data)});
  }
  leader_and_isr_.clear();
}

void RequestBatch::send_update_metadata(const ControllerContext& context, Effects& out) {
  if (!update_metadata_brokers_.empty()) {
    auto data = std::make_shared<UpdateMetadataData>();
    for (const TopicPartition& tp : update_metadata_partitions_) {
      const Partition* partition = context.partition(tp);
      if (!partition || !partition->leadership) continue;
      PartitionStateEntry entry{tp, *partition->leadership, partition->assignment, false, {}};
      entry.offline_replicas = without(partition->assignment.replicas, [&](BrokerId id) {
        return context.is_replica_online(id, tp);
      });
      if (context.is_queued_for_deletion(tp.topic)) {
        entry.leadership.state = {.leader = kLeaderDuringDelete, .isr = entry.leadership.state.isr};
      }
      if (const Uuid id = context.topic_id(tp.topic); !id.is_zero()) {
        data->topic_ids[tp.topic] = id;
      }
      data->partitions.push_back(std::move(entry));
    }
    for (const auto& [id, broker] : context.brokers()) data->live_brokers.push_back(broker);
    for (BrokerId id : update_metadata_brokers_) {
      if (const BrokerInfo* receiver = context.broker(id)) {
        out.push_back(SendUpdateMetadata{id, receiver->epoch, data});
      }
    }
  }
  update_metadata_brokers_.clear();
  update_metadata_partitions_.clear();
}

void RequestBatch::send_stop_replica(const ControllerContext& context, Effects& out) {
  for (const auto& [registration, partitions] : stop_replica_) {
    const BrokerInfo* receiver = context.broker(registration.first);
    if (!receiver || receiver->epoch != registration.second) continue;
    auto data = std::make_shared<StopReplicaData>();
    for (const auto& [tp, delete_partition] : partitions) {
      LeaderEpoch epoch = kNoLeaderEpoch;
      if (context.is_queued_for_deletion(tp.topic)) {
        epoch = kEpochDuringDelete;
      } else if (const Leadership* leadership = context.leadership(tp)) {
        epoch = leadership->state.leader_epoch;
      }
      data->partitions.push_back({tp, epoch, delete_partition});
    }
    out.push_back(SendStopReplica{receiver->id, receiver->epoch, std::move(data)});
  }
  stop_replica_.clear();
}

}  // namespace barnabas::controller
