#include "broker/replica/replica_fetcher.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/base/logging.h"
#include "broker/protocol/messages/fetch.h"
#include "broker/protocol/messages/list_offsets.h"
#include "broker/replica/operations.h"

namespace barnabas::replica {

namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;
using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

// The last version that names topics, for a topic that has no id.
constexpr std::int16_t kFetchWithNames = 12;
constexpr std::int16_t kFetchWithReplicaState = 15;

std::int32_t to_ms(Duration duration) {
  return static_cast<std::int32_t>(std::chrono::ceil<milliseconds>(duration).count());
}

// Appends to the list of topics, one element per run of the same topic.
template <typename Topics, typename Same>
auto& topic_of(Topics& topics, const Same& is_same) {
  if (topics.empty() || !is_same(topics.back())) topics.emplace_back();
  return topics.back();
}

}  // namespace

ReplicaFetcher::ReplicaFetcher(Parts parts, BrokerId source, int index)
    : parts_(parts),
      source_(source),
      client_id_(fmt::format("broker-{}-fetcher-{}", parts.self, index)),
      log_prefix_(fmt::format("[ReplicaFetcher replicaId={}, leaderId={}, fetcherId={}]",
                              parts.self, source, index)) {}

void ReplicaFetcher::connect_to(const std::string& host, std::int32_t port) {
  if (host == host_ && port == port_) return;
  host_ = host;
  port_ = port;
  break_off();
}

void ReplicaFetcher::break_off() {
  channel_.reset();
  connection_.on_closed_by_us();
  in_flight_ = InFlight::kNothing;
  for (auto& [tp, entry] : entries_) entry.asked = false;
}

void ReplicaFetcher::add(const std::vector<FollowedPartition>& partitions) {
  if (closed_) return;
  for (const FollowedPartition& followed : partitions) {
    const TopicPartition& tp = followed.partition->topic_partition();
    PartitionFetchState state(followed.leader_epoch, followed.partition->position(),
                              parts_.config.back_off_max);
    forget(tp);
    Entry& entry =
        entries_.emplace(tp, Entry{followed.partition, followed.topic_id, state}).first->second;
    entry.place = order_.insert(order_.end(), &entry);
    if (!followed.topic_id.is_zero()) topic_names_[followed.topic_id] = tp.topic;
    if (const auto offset = entry.state.initial_truncation()) {
      process(tp, entry, entry.partition->truncate_to(followed.leader_epoch, *offset),
              parts_.clock.now());
    }
  }
  if (in_flight_ == InFlight::kFetch) break_off();
  step();
}

void ReplicaFetcher::remove(const std::vector<TopicPartition>& partitions) {
  for (const TopicPartition& tp : partitions) forget(tp);
}

void ReplicaFetcher::forget(const TopicPartition& tp) {
  const auto found = entries_.find(tp);
  if (found == entries_.end()) return;
  order_.erase(found->second.place);
  entries_.erase(found);
}

void ReplicaFetcher::close() {
  closed_ = true;
  order_.clear();
  entries_.clear();
  break_off();
  parts_.home.cancel(std::exchange(wake_, {}));
}

protocol::Channel& ReplicaFetcher::channel() {
  if (!channel_) channel_ = parts_.transport.open(host_, port_, client_id_, parts_.home);
  return *channel_;
}

void ReplicaFetcher::step() {
  if (closed_ || in_flight_ != InFlight::kNothing) return;
  parts_.home.cancel(std::exchange(wake_, {}));
  const Time now = parts_.clock.now();
  if (send_list_offsets(now) || send_fetch(now)) return;
  sleep(now);
}

// All that is left is in back-off, or nothing.
void ReplicaFetcher::sleep(Time now) {
  std::optional<Time> next;
  for (const auto& [tp, entry] : entries_) {
    const auto until = entry.state.delayed_until();
    if (until && (!next || *until < *next)) next = until;
  }
  if (!next) return;
  wake_ = parts_.home.run_after(std::max(Duration{0}, *next - now), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->wake_ = {};
    self->step();
  });
}

protocol::Channel::Callback ReplicaFetcher::guarded(
    void (ReplicaFetcher::*handler)(const protocol::ResponseFrame&, std::int16_t),
    std::int16_t version) {
  return [weak = weak_from_this(), handler, version](Result<protocol::ResponseFrame> frame) {
    const auto self = weak.lock();
    if (!self || self->closed_) return;
    self->in_flight_ = InFlight::kNothing;
    BrokerConnection& connection = self->connection_;
    self->parts_.leader_watch.on_news(
        self->source_, frame ? connection.on_answer() : connection.on_failure(frame.error().code));
    if (frame) {
      (*self.*handler)(*frame, version);
    } else {
      self->on_disconnected(frame.error());
    }
    for (auto& [tp, entry] : self->entries_) entry.asked = false;
    self->step();
  };
}

void ReplicaFetcher::on_disconnected(const Error& error) {
  log_info("{} Fetching failed: {} {}", log_prefix_, error_name(error.code), error.detail);
  const Time now = parts_.clock.now();
  for (auto& [tp, entry] : entries_) {
    if (entry.asked) entry.state.on_disconnected(now);
  }
}

// ---- Fetch

bool ReplicaFetcher::send_fetch(Time now) {
  FetchRequest request;
  Duration wait = parts_.config.wait_max;
  bool ids_known = true;
  std::vector<Entry*> ready;
  ready.reserve(entries_.size());
  for (Entry* const entry : order_) {
    if (entry->state.ask(now) == PartitionFetchState::Ask::kFetch) {
      ready.push_back(entry);
      ids_known = ids_known && !entry->topic_id.is_zero();
    } else if (const auto until = entry->state.delayed_until()) {
      wait = std::clamp(*until - now, Duration{0}, wait);
    }
  }
  if (ready.empty()) return false;

  const std::int16_t version = ids_known ? parts_.config.versions.fetch : kFetchWithNames;
  if (version >= kFetchWithReplicaState) {
    request.replica_state.replica_id = parts_.self;
    request.replica_state.replica_epoch = parts_.broker_epoch.load();
  } else {
    request.replica_id = parts_.self;
  }
  request.max_wait_ms = connection_.is_proven() ? to_ms(wait) : 0;
  request.min_bytes = parts_.config.min_bytes;
  request.max_bytes = parts_.config.response_max_bytes;
  const TopicPartition* last = nullptr;
  for (Entry* const at : ready) {
    Entry& entry = *at;
    const TopicPartition& tp = entry.partition->topic_partition();
    auto& topic =
        topic_of(request.topics, [&](const auto&) { return last && last->topic == tp.topic; });
    last = &tp;
    if (version > kFetchWithNames) {
      topic.topic_id = entry.topic_id;
    } else {
      topic.topic = tp.topic;
    }
    auto& partition = topic.partitions.emplace_back();
    partition.partition = tp.partition.value();
    partition.current_leader_epoch = entry.state.leader_epoch().value();
    partition.fetch_offset = entry.state.fetch_offset().value();
    partition.last_fetched_epoch = entry.state.last_fetched_epoch().value();
    partition.log_start_offset = entry.partition->position().log_start.value();
    partition.partition_max_bytes = parts_.config.partition_max_bytes;
    entry.asked = true;
    entry.asked_offset = entry.state.fetch_offset();
  }
  in_flight_ = InFlight::kFetch;
  channel().send(protocol::ApiKey::kFetch, version, request.encode(version),
                 parts_.config.socket_timeout,
                 guarded(&ReplicaFetcher::on_fetch_response, version));
  return true;
}

ReplicaFetcher::Entry* ReplicaFetcher::find(const Uuid& topic_id, std::string_view topic,
                                            std::int32_t partition) {
  TopicPartition tp{std::string(topic), PartitionId{partition}};
  if (!topic_id.is_zero()) {
    const auto name = topic_names_.find(topic_id);
    if (name == topic_names_.end()) return nullptr;
    tp.topic = name->second;
  }
  const auto found = entries_.find(tp);
  return found != entries_.end() && found->second.asked ? &found->second : nullptr;
}

void ReplicaFetcher::on_fetch_response(const protocol::ResponseFrame& frame, std::int16_t version) {
  const auto response = FetchResponse::decode(frame.body, version);
  if (!response) return on_disconnected(response.error());
  if (response->error_code != ErrorCode::kNone) {
    return on_disconnected({response->error_code, "for the whole fetch"});
  }
  const Time now = parts_.clock.now();
  for (const auto& topic : response->responses) {
    for (const auto& data : topic.partitions) {
      Entry* entry = find(topic.topic_id, topic.topic, data.partition_index);
      if (!entry) continue;
      const TopicPartition& tp = entry->partition->topic_partition();
      const LeaderEpoch epoch = entry->state.leader_epoch();
      const auto reaction =
          entry->state.on_fetch_answer(data.error_code, epoch, entry->asked_offset, now);
      if (reaction != PartitionFetchState::Reaction::kProcess) {
        note(tp, reaction, data.error_code);
        continue;
      }
      const EpochEnd diverging{LeaderEpoch{data.diverging_epoch.epoch},
                               Offset{data.diverging_epoch.end_offset}};
      if (diverging.epoch != kNoLeaderEpoch) {
        log_info("{} Partition {} diverges: the leader's epoch {} ends at {}", log_prefix_, tp,
                 diverging.epoch, diverging.end_offset);
        process(tp, *entry,
                entry->partition->truncate_to_diverging(epoch, diverging, entry->asked_offset),
                now);
        continue;
      }
      const BytesView batches = data.records.bytes();
      if (!batches.empty()) order_.splice(order_.end(), order_, entry->place);
      process(tp, *entry,
              entry->partition->append_as_follower(epoch, entry->asked_offset, batches,
                                                   Offset{data.high_watermark},
                                                   Offset{data.log_start_offset}),
              now);
    }
  }
}

void ReplicaFetcher::process(const TopicPartition& tp, Entry& entry,
                             Result<ReplicaPosition> position, Time now) {
  if (position) {
    entry.state.on_processed(*position);
  } else {
    note(tp, entry.state.on_failure(position.error().code, now), position.error().code);
  }
}

void ReplicaFetcher::note(const TopicPartition& tp, PartitionFetchState::Reaction reaction,
                          ErrorCode error) {
  switch (reaction) {
    case PartitionFetchState::Reaction::kBackOff:
      log_info("{} Partition {}: {}, trying again", log_prefix_, tp, error_name(error));
      break;
    case PartitionFetchState::Reaction::kFailed:
      log_warn("{} Partition {} marked as failed: {}; awaiting LeaderAndIsr", log_prefix_, tp,
               error_name(error));
      break;
    case PartitionFetchState::Reaction::kSeek:
      log_info("{} Partition {}: the fetch offset is out of range, asking the leader", log_prefix_,
               tp);
      break;
    case PartitionFetchState::Reaction::kDrop:
    case PartitionFetchState::Reaction::kProcess:
      break;
  }
}

// ---- ListOffsets

bool ReplicaFetcher::send_list_offsets(Time now) {
  using Ask = PartitionFetchState::Ask;
  ListOffsetsRequest request;
  request.replica_id = parts_.self;
  for (auto& [tp, entry] : entries_) {
    const Ask ask = entry.state.ask(now);
    if (ask != Ask::kLeaderEnd && ask != Ask::kLeaderStart) continue;
    auto& topic = topic_of(request.topics, [&](const auto& t) { return t.name == tp.topic; });
    topic.name = tp.topic;
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = tp.partition.value();
    partition.current_leader_epoch = entry.state.leader_epoch().value();
    partition.timestamp = ask == Ask::kLeaderEnd ? kLatestTimestamp : kEarliestTimestamp;
    entry.asked = true;
  }
  if (request.topics.empty()) return false;
  in_flight_ = InFlight::kListOffsets;
  const std::int16_t version = parts_.config.versions.list_offsets;
  channel().send(protocol::ApiKey::kListOffsets, version, request.encode(version),
                 parts_.config.socket_timeout,
                 guarded(&ReplicaFetcher::on_list_offsets_response, version));
  return true;
}

void ReplicaFetcher::on_list_offsets_response(const protocol::ResponseFrame& frame,
                                              std::int16_t version) {
  const auto response = ListOffsetsResponse::decode(frame.body, version);
  if (!response) return on_disconnected(response.error());
  const Time now = parts_.clock.now();
  for (const auto& topic : response->topics) {
    for (const auto& data : topic.partitions) {
      Entry* entry = find({}, topic.name, data.partition_index);
      if (!entry) continue;
      const TopicPartition& tp = entry->partition->topic_partition();
      PartitionFetchState& state = entry->state;
      if (data.error_code != ErrorCode::kNone) {
        note(tp, state.on_seek_error(data.error_code, state.leader_epoch(), now), data.error_code);
        continue;
      }
      const Offset own_end = entry->partition->position().log_end;
      if (state.phase() == PartitionFetchState::Phase::kSeekingEnd) {
        if (const auto to = state.on_leader_end(Offset{data.offset}, own_end).truncate_to) {
          log_warn("{} Partition {}: the leader ends at {}, this log at {}; truncating",
                   log_prefix_, tp, data.offset, own_end);
          process(tp, *entry, entry->partition->truncate_to(state.leader_epoch(), *to), now);
        }
      } else if (state.phase() == PartitionFetchState::Phase::kSeekingStart) {
        const auto decision = state.on_leader_start(Offset{data.offset}, own_end);
        if (decision.truncate_fully_to) {
          process(tp, *entry,
                  entry->partition->truncate_fully_and_start_at(state.leader_epoch(),
                                                                *decision.truncate_fully_to),
                  now);
        }
      }
    }
  }
}

}  // namespace barnabas::replica
