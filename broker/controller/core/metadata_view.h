// What this broker's own metadata shows. Requests of clients are answered when it shows what they
// asked for, so that a client that asks this broker next finds it. It outlives the terms: the
// broker may be told of a change by the next controller.
//
// Threads  externally synchronized (the shell's executor).
// Source   Kafka 3.9, kafka/server/metadata/ZkMetadataCache.scala
#pragma once

#include <string_view>

#include "broker/protocol/ids.h"

namespace barnabas::controller {

class MetadataView {
 public:
  virtual ~MetadataView() = default;

  virtual bool has_topic(std::string_view topic) const = 0;
  // kNoBroker: none, or the partition is not known.
  virtual BrokerId leader(const TopicPartition& partition) const = 0;
};

}  // namespace barnabas::controller
