// What the tools know of consumer groups, free of the wire.
//
// Threads  value types.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/cluster_model.h"
#include "broker/base/result.h"
#include "broker/protocol/ids.h"

namespace barnabas::admin {

struct GroupListing {
  std::string group;
  std::string type;   // Classic, Consumer; Unknown: an older broker does not say
  std::string state;  // as in GroupDescription
};

struct GroupMember {
  std::string member_id;
  std::string instance_id;  // empty: a dynamic member
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> partitions;  // as assigned
};

struct GroupDescription {
  std::string group;
  std::string state;  // PreparingRebalance, CompletingRebalance, Stable, Dead, Empty, Assigning,
                      // Reconciling; Unknown: anything else
  std::string protocol_type;
  std::string protocol;  // the assignor
  std::vector<GroupMember> members;
  BrokerEndpoint coordinator;
};

// As the coordinator sent them; nullopt: none is committed.
using CommittedOffsets = std::vector<std::pair<TopicPartition, std::optional<std::int64_t>>>;

// NONE: done.
using PartitionErrors = std::vector<std::pair<TopicPartition, Error>>;

}  // namespace barnabas::admin
