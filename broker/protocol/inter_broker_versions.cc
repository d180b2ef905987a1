#include "broker/protocol/inter_broker_versions.h"

#include <algorithm>
#include <iterator>

namespace barnabas::protocol {
namespace {

struct Step {
  std::string_view name;  // from this version on
  std::int16_t version;
};

// Full names from 2.8-IV0 to 3.9-IV0 are in the order of their text.
template <std::size_t kCount>
std::int16_t version_at(const Step (&newest_first)[kCount], std::string_view name) {
  const auto* const step = std::ranges::find_if(
      newest_first, [name](const Step& candidate) { return candidate.name <= name; });
  return step != std::end(newest_first) ? step->version : newest_first[kCount - 1].version;
}

constexpr Step kFetch[] = {{"3.9-IV0", 17}, {"3.7-IV4", 16}, {"3.5-IV1", 15},
                           {"3.5-IV0", 14}, {"3.1-IV0", 13}, {"2.8-IV0", 12}};
constexpr Step kListOffsets[] = {{"3.9-IV0", 9}, {"3.5-IV0", 8}, {"3.0-IV1", 7}, {"2.8-IV0", 6}};
constexpr Step kLeaderAndIsr[] = {{"3.4-IV0", 7}, {"3.2-IV0", 6}, {"2.8-IV1", 5}, {"2.8-IV0", 4}};
constexpr Step kUpdateMetadata[] = {{"3.4-IV0", 8}, {"2.8-IV1", 7}, {"2.8-IV0", 6}};
constexpr Step kStopReplica[] = {{"3.4-IV0", 4}, {"2.8-IV0", 3}};
// Kafka asks the controller what it understands; these are what every broker of the release does.
constexpr Step kAlterPartition[] = {{"3.5-IV0", 3}, {"3.3-IV0", 2}, {"3.2-IV0", 1}, {"2.8-IV0", 0}};
constexpr Step kFeatureZnode[] = {{"3.3-IV0", 2}, {"2.8-IV0", 1}};

}  // namespace

InterBrokerVersions inter_broker_versions(std::string_view name) {
  return {.fetch = version_at(kFetch, name),
          .list_offsets = version_at(kListOffsets, name),
          .leader_and_isr = version_at(kLeaderAndIsr, name),
          .update_metadata = version_at(kUpdateMetadata, name),
          .stop_replica = version_at(kStopReplica, name),
          .alter_partition = version_at(kAlterPartition, name),
          .feature_znode = version_at(kFeatureZnode, name),
          .allocate_producer_ids = name >= "3.0-IV0"};
}

}  // namespace barnabas::protocol
