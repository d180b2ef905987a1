// meta.properties of a log directory (whose it is), and partition.metadata of a replica (which
// topic it is of).
//
// Threads  functions without state.
// Failure  KAFKA_STORAGE_ERROR: the disk; INVALID_CONFIG: a file that says something else than it
//          should, with a text for the operator.
// Source   Kafka 3.9, MetaProperties.java, MetaPropertiesEnsemble.java, PartitionMetadataFile.java
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/base/uuid.h"
#include "broker/log/file.h"
#include "broker/protocol/ids.h"

namespace barnabas::log {

struct MetaProperties {
  std::string cluster_id;
  std::optional<BrokerId> broker_id;  // none where the file leaves it out
};

// nullopt: no file.
Result<std::optional<MetaProperties>> read_meta_properties(const Directory& directory);
Result<void> write_meta_properties(const Directory& directory, BrokerId broker,
                                   const std::string& cluster_id);

// Makes the log directories this broker's: those that say whose they are must say so, the others
// are given a meta.properties. Creates missing directories.
//   errors  INVALID_CONFIG: another broker's or another cluster's directory
Result<void> claim_log_directories(const std::vector<std::string>& directories, BrokerId broker,
                                   const std::string& cluster_id);

// Zero: no file.
Result<Uuid> read_topic_id(const Directory& directory);
Result<void> write_topic_id(const Directory& directory, const Uuid& topic_id);

}  // namespace barnabas::log
