// Fetches from one source broker for the partitions that follow it: an event-driven loop with one
// request in flight.
//
//     add --> step --> ListOffsets for those out of range, else Fetch for all that are ready
//               ^                                             |
//               +---- answers applied, back-offs set <--------+
//
// Partitions are asked for in the order in which they last got records, those first that wait
// longest: a batch that is larger than replica.fetch.max.bytes is given only to the first partition
// of an answer that has any.
//
// A fetch waits at the leader for data. It is not let to wait beyond the end of a back-off, and it
// is broken off (with its connection) when partitions are added: a partition whose leader has just
// changed would otherwise wait for the idle ones. The first fetch of a connection does not wait at
// all: its answer shows that the leader lives, which the leader watch is told, as it is of a leader
// that ends a connection.
// Threads  bound to `home`: all calls and callbacks are there.
// Source   Kafka 3.9, AbstractFetcherThread.scala, ReplicaFetcherThread.scala,
//          RemoteLeaderEndPoint.scala
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/executor.h"
#include "broker/protocol/ids.h"
#include "broker/protocol/inter_broker_versions.h"
#include "broker/protocol/transport.h"
#include "broker/replica/core/partition_fetch_state.h"
#include "broker/replica/core/suspected_brokers.h"
#include "broker/replica/leader_watch.h"
#include "broker/replica/partition.h"

namespace barnabas::replica {

struct FetcherConfig {
  int num_fetchers = 1;                           // num.replica.fetchers
  Duration wait_max = milliseconds(500);          // replica.fetch.wait.max.ms
  std::int32_t min_bytes = 1;                     // replica.fetch.min.bytes
  std::int32_t response_max_bytes = 10485760;     // replica.fetch.response.max.bytes
  std::int32_t partition_max_bytes = 1048576;     // replica.fetch.max.bytes
  Duration back_off_max = milliseconds(1000);     // replica.fetch.backoff.ms
  Duration socket_timeout = milliseconds(30000);  // replica.socket.timeout.ms
  protocol::InterBrokerVersions versions = {};    // of inter.broker.protocol.version
};

// A partition that begins to follow.
struct FollowedPartition {
  std::shared_ptr<Partition> partition;
  Uuid topic_id;  // zero: none known
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};

class ReplicaFetcher : public std::enable_shared_from_this<ReplicaFetcher> {
 public:
  struct Parts {
    FetcherConfig config;
    BrokerId self{0};
    const std::atomic<std::int64_t>& broker_epoch;  // our own, as of now
    Executor& home;
    protocol::Transport& transport;
    const Clock& clock;
    LeaderWatch& leader_watch;
  };
  ReplicaFetcher(Parts parts, BrokerId source, int index);

  // Where the source listens; a new place breaks off what is in flight.
  void connect_to(const std::string& host, std::int32_t port);
  // One that is there already begins anew.
  void add(const std::vector<FollowedPartition>& partitions);
  void remove(const std::vector<TopicPartition>& partitions);
  // Ends for good.
  void close();

 private:
  struct Entry;
  using Order = std::list<Entry*>;
  struct Entry {
    std::shared_ptr<Partition> partition;
    Uuid topic_id;
    PartitionFetchState state;
    // What the request in flight says of it.
    bool asked = false;
    Offset asked_offset{0};
    Order::iterator place{};  // in order_
  };
  using Entries = std::map<TopicPartition, Entry>;
  enum class InFlight { kNothing, kFetch, kListOffsets };

  void forget(const TopicPartition& tp);
  void step();
  bool send_list_offsets(Time now);
  bool send_fetch(Time now);
  void sleep(Time now);
  protocol::Channel& channel();
  void break_off();
  protocol::Channel::Callback guarded(
      void (ReplicaFetcher::*handler)(const protocol::ResponseFrame&, std::int16_t),
      std::int16_t version);
  void on_disconnected(const Error& error);
  void on_fetch_response(const protocol::ResponseFrame& frame, std::int16_t version);
  void on_list_offsets_response(const protocol::ResponseFrame& frame, std::int16_t version);
  void process(const TopicPartition& tp, Entry& entry, Result<ReplicaPosition> position, Time now);
  void note(const TopicPartition& tp, PartitionFetchState::Reaction reaction, ErrorCode error);
  Entry* find(const Uuid& topic_id, std::string_view topic, std::int32_t partition);

  // Fixed at construction
  const Parts parts_;
  const BrokerId source_;
  const std::string client_id_;
  const std::string log_prefix_;

  Entries entries_;
  std::unordered_map<Uuid, std::string> topic_names_;
  Order order_;  // of entries_, who got records last at the end
  std::string host_;
  std::int32_t port_ = 0;
  std::unique_ptr<protocol::Channel> channel_;
  BrokerConnection connection_;
  InFlight in_flight_ = InFlight::kNothing;
  TimerId wake_;
  bool closed_ = false;
};

}  // namespace barnabas::replica
