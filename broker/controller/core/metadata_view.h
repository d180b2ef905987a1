// What this broker's own metadata shows: the UpdateMetadata requests that it has answered, in
// order. Requests of clients are answered when it shows what they asked for, so that a client that
// asks this broker next finds it.
//
// Threads  externally synchronized (ControllerCore).
// Source   Kafka 3.9, kafka/server/metadata/ZkMetadataCache.scala
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "broker/controller/core/effects.h"

namespace barnabas::controller {

class MetadataView {
 public:
  void apply(const UpdateMetadataData& update);

  bool has_topic(std::string_view topic) const { return leaders_.contains(topic); }
  // kNoBroker: none, or the partition is not known.
  BrokerId leader(const TopicPartition& partition) const;

 private:
  std::map<std::string, std::map<PartitionId, BrokerId>, std::less<>> leaders_;
};

}  // namespace barnabas::controller
