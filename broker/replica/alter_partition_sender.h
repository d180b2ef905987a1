// Asks the controller for the ISR changes that the partitions led here propose.
//
// Invariants  One request is outstanding; it carries all proposals that wait. A proposal stays
// until
//             its partition is answered; what fails as a whole (no controller, a lost connection, a
//             top-level error) is sent again after 50 ms, to whoever is the controller then.
// Threads     submit: any thread. Everything else happens on `home`.
// Source      Kafka 3.9, kafka/server/AlterPartitionManager.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/inter_broker_versions.h"
#include "broker/protocol/transport.h"
#include "broker/replica/metadata_cache.h"
#include "broker/replica/partition.h"

namespace barnabas::replica {

class AlterPartitionSender final : public IsrProposals {
 public:
  struct Options {
    BrokerId broker_id{0};
    std::string listener;  // of the controller; control.plane.listener.name, else
                           // inter.broker.listener.name
    std::int16_t version = protocol::InterBrokerVersions{}.alter_partition;
    Duration retry_back_off = milliseconds(50);
    Duration request_timeout = seconds(30);
  };
  // `broker_epoch`: our own, as of now.
  AlterPartitionSender(Options options, Executor& home, protocol::Transport& transport,
                       const MetadataCache& metadata,
                       const std::atomic<std::int64_t>& broker_epoch);
  // Forgets what waits. On `home`, or when it runs no more.
  ~AlterPartitionSender() override;

  void submit(const TopicPartition& tp, const Uuid& topic_id, IsrProposal proposal,
              Answer answer) override;

  // The metadata name another controller: what is outstanding is sent to it. On `home`.
  void on_controller_changed();

 private:
  struct Item {
    Uuid topic_id;
    IsrProposal proposal;
    Answer answer;
  };

  void add(const TopicPartition& tp, Item item);
  void send();
  void retry_later();
  void on_response(Result<protocol::ResponseFrame> frame, std::int16_t version);
  void finish(const TopicPartition& tp, const AlterPartitionAnswer& answer);

  // Fixed at construction
  const Options options_;
  Executor& home_;
  protocol::Transport& transport_;
  const MetadataCache& metadata_;
  const std::atomic<std::int64_t>& broker_epoch_;
  std::shared_ptr<AlterPartitionSender*> alive_;

  // On `home` only
  std::map<TopicPartition, Item> items_;
  bool outstanding_ = false;
  TimerId retry_;
  std::unique_ptr<protocol::Channel> channel_;
  std::optional<Endpoint> channel_to_;
};

}  // namespace barnabas::replica
