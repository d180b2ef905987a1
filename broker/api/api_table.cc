#include "broker/api/api_table.h"

#include <algorithm>
#include <array>

namespace barnabas::api {
namespace {

using protocol::ApiKey;

consteval Api every_version(ApiKey key, Handler handler, RunsOn runs_on) {
  const auto& apis = protocol::kApis;
  const auto it = std::find_if(apis.begin(), apis.end(),
                               [key](const protocol::ApiInfo& info) { return info.key == key; });
  return {key, it->min_version, it->max_version, handler, runs_on};
}

constexpr std::array kServed{
    every_version(ApiKey::kProduce, handle_produce, RunsOn::kReactor),
    every_version(ApiKey::kFetch, handle_fetch, RunsOn::kReactor),
    every_version(ApiKey::kListOffsets, handle_list_offsets, RunsOn::kReactor),
    every_version(ApiKey::kMetadata, handle_metadata, RunsOn::kReactor),
    every_version(ApiKey::kLeaderAndIsr, handle_leader_and_isr, RunsOn::kCoordination),
    every_version(ApiKey::kStopReplica, handle_stop_replica, RunsOn::kCoordination),
    every_version(ApiKey::kUpdateMetadata, handle_update_metadata, RunsOn::kCoordination),
    every_version(ApiKey::kControlledShutdown, handle_controlled_shutdown, RunsOn::kCoordination),
    every_version(ApiKey::kOffsetCommit, handle_offset_commit, RunsOn::kReactor),
    every_version(ApiKey::kOffsetFetch, handle_offset_fetch, RunsOn::kReactor),
    every_version(ApiKey::kFindCoordinator, handle_find_coordinator, RunsOn::kReactor),
    every_version(ApiKey::kJoinGroup, handle_join_group, RunsOn::kReactor),
    every_version(ApiKey::kHeartbeat, handle_heartbeat, RunsOn::kReactor),
    every_version(ApiKey::kLeaveGroup, handle_leave_group, RunsOn::kReactor),
    every_version(ApiKey::kSyncGroup, handle_sync_group, RunsOn::kReactor),
    every_version(ApiKey::kDescribeGroups, handle_describe_groups, RunsOn::kReactor),
    every_version(ApiKey::kListGroups, handle_list_groups, RunsOn::kReactor),
    every_version(ApiKey::kApiVersions, handle_api_versions, RunsOn::kReactor),
    every_version(ApiKey::kCreateTopics, handle_create_topics, RunsOn::kCoordination),
    every_version(ApiKey::kDeleteTopics, handle_delete_topics, RunsOn::kCoordination),
    every_version(ApiKey::kDeleteRecords, handle_delete_records, RunsOn::kReactor),
    every_version(ApiKey::kInitProducerId, handle_init_producer_id, RunsOn::kReactor),
    every_version(ApiKey::kOffsetForLeaderEpoch, handle_offset_for_leader_epoch, RunsOn::kReactor),
    every_version(ApiKey::kDescribeConfigs, handle_describe_configs, RunsOn::kCoordination),
    every_version(ApiKey::kAlterConfigs, handle_alter_configs, RunsOn::kCoordination),
    every_version(ApiKey::kDescribeLogDirs, handle_describe_log_dirs, RunsOn::kCoordination),
    every_version(ApiKey::kCreatePartitions, handle_create_partitions, RunsOn::kCoordination),
    every_version(ApiKey::kDeleteGroups, handle_delete_groups, RunsOn::kReactor),
    every_version(ApiKey::kElectLeaders, handle_elect_leaders, RunsOn::kCoordination),
    every_version(ApiKey::kIncrementalAlterConfigs, handle_incremental_alter_configs,
                  RunsOn::kCoordination),
    every_version(ApiKey::kOffsetDelete, handle_offset_delete, RunsOn::kReactor),
    every_version(ApiKey::kAlterPartition, handle_alter_partition, RunsOn::kCoordination),
    every_version(ApiKey::kDescribeCluster, handle_describe_cluster, RunsOn::kReactor),
    every_version(ApiKey::kAllocateProducerIds, handle_allocate_producer_ids,
                  RunsOn::kCoordination),
};

}  // namespace

std::span<const Api> served_apis() {
  return kServed;
}

const Api* find_served_api(protocol::ApiKey key) {
  const auto it = std::lower_bound(kServed.begin(), kServed.end(), key,
                                   [](const Api& api, protocol::ApiKey k) { return api.key < k; });
  return it != kServed.end() && it->key == key ? &*it : nullptr;
}

}  // namespace barnabas::api
