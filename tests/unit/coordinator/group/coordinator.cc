#include "tests/unit/coordinator/group/coordinator.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/coordinator/group/core/invariants.h"
#include "broker/protocol/messages/consumer_protocol_subscription.h"

namespace barnabas::group {

std::string subscription(const std::vector<std::string>& topics, std::int16_t version) {
  protocol::ConsumerProtocolSubscription message;
  for (const std::string& topic : topics) message.topics.emplace_back(topic);
  std::string bytes(sizeof(version), '\0');
  store_be(reinterpret_cast<std::uint8_t*>(bytes.data()), version);
  for (const auto& piece : message.encode(version).pieces) {
    bytes += as_text(std::get<protocol::BytesPiece>(piece).bytes);
  }
  return bytes;
}

// ---- time

void Coordinator::pass(std::int64_t ms) {
  const Time until = now.time + milliseconds(ms);
  for (auto next = core.next_deadline(); next && *next <= until; next = core.next_deadline()) {
    const Time at = std::max(*next, now.time);
    now.wall_ms += std::chrono::duration_cast<milliseconds>(at - now.time).count();
    now.time = at;
    Effects effects;
    core.on_tick(now, effects);
    carry_out(effects);
  }
  now.wall_ms += std::chrono::duration_cast<milliseconds>(until - now.time).count();
  now.time = until;
}

void Coordinator::oversleep(std::int64_t ms) {
  now.time += milliseconds(ms);
  now.wall_ms += ms;
  Effects effects;
  core.on_tick(now, effects);
  carry_out(effects);
}

// ---- requests

RequestId Coordinator::join(const Joining& joining) {
  const std::string suffix = std::to_string(++last_id_);
  JoinRequest request;
  request.id = next_request();
  request.group = joining.group;
  request.member_id = joining.member_id;
  request.instance_id = joining.instance;
  request.require_known_member_id = joining.id_required;
  request.supports_skipping_assignment = joining.skips_assignment;
  request.client_id = joining.client;
  request.client_host = "/127.0.0.1";
  request.session_timeout = milliseconds(joining.session_ms);
  request.rebalance_timeout = milliseconds(joining.rebalance_ms);
  request.protocol_type = joining.protocol_type;
  for (const auto& [name, metadata] : joining.protocols) {
    request.protocols.push_back({name, as_bytes(metadata)});
  }
  request.new_id_suffix = suffix;
  Effects effects;
  core.join(request, now, effects);
  carry_out(effects);
  return request.id;
}

RequestId Coordinator::sync(const std::string& member, std::int32_t generation,
                            const std::vector<std::pair<std::string, std::string>>& assignments,
                            const std::optional<std::string>& instance) {
  SyncRequest request;
  request.group = "g";
  request.generation = GenerationId(generation);
  request.member_id = member;
  request.instance_id = instance;
  for (const auto& [id, assignment] : assignments) {
    request.assignments.push_back({id, as_bytes(assignment)});
  }
  return sync(request);
}

RequestId Coordinator::sync(const SyncRequest& request) {
  SyncRequest numbered = request;
  numbered.id = next_request();
  Effects effects;
  core.sync(numbered, now, effects);
  carry_out(effects);
  return numbered.id;
}

ErrorCode Coordinator::heartbeat(const std::string& member, std::int32_t generation,
                                 const std::optional<std::string>& instance) {
  const ErrorCode error = core.heartbeat("g", {member, instance}, GenerationId(generation), now);
  after_event();
  return error;
}

std::vector<ErrorCode> Coordinator::leave(
    const std::vector<std::pair<std::string, std::optional<std::string>>>& members) {
  std::vector<LeavingMember> leaving;
  for (const auto& [id, instance] : members) leaving.push_back({{id, instance}, {}});
  Effects effects;
  auto errors = core.leave("g", leaving, now, effects);
  carry_out(effects);
  return errors;
}

RequestId Coordinator::commit(const Committing& committing,
                              const std::vector<CommittingPartition>& partitions) {
  OffsetCommitRequest request;
  request.id = next_request();
  request.group = committing.group;
  request.member = {committing.member_id, committing.instance};
  request.generation = GenerationId(committing.generation);
  if (committing.retention_ms) request.retention = milliseconds(*committing.retention_ms);
  for (const CommittingPartition& partition : partitions) {
    request.partitions.push_back({.tp = tp(partition.topic, partition.partition),
                                  .offset = Offset(partition.offset),
                                  .leader_epoch = LeaderEpoch(partition.leader_epoch),
                                  .metadata = partition.metadata,
                                  .commit_timestamp = partition.commit_timestamp});
  }
  Effects effects;
  core.commit_offsets(request, now, effects);
  carry_out(effects);
  return request.id;
}

Result<std::vector<ErrorCode>> Coordinator::delete_offsets(
    const std::vector<TopicPartition>& partitions) {
  Effects effects;
  auto errors = core.delete_offsets("g", partitions, effects);
  carry_out(effects);
  return errors;
}

ErrorCode Coordinator::delete_group(const std::string& id) {
  Effects effects;
  const ErrorCode error = core.delete_group(id, effects);
  carry_out(effects);
  return error;
}

void Coordinator::delete_partitions(const std::vector<TopicPartition>& partitions) {
  Effects effects;
  core.on_partitions_deleted(partitions, effects);
  carry_out(effects);
}

void Coordinator::expire_offsets() {
  Effects effects;
  core.expire_offsets(now, effects);
  carry_out(effects);
}

void Coordinator::unload() {
  Effects effects;
  core.on_unloaded(effects);
  carry_out(effects);
}

// ---- answers

namespace {

template <typename Answer, typename Answers>
const Answer& answer_to(const Answers& answers, RequestId request) {
  static const Answer none{};
  const auto found = answers.find(request);
  if (found == answers.end() || !std::holds_alternative<Answer>(found->second)) {
    ADD_FAILURE() << "request " << request.value() << " has no such answer";
    return none;
  }
  return std::get<Answer>(found->second);
}

}  // namespace

const JoinAnswer& Coordinator::joined(RequestId request) {
  return answer_to<JoinAnswer>(answered_, request);
}
const SyncAnswer& Coordinator::synced(RequestId request) {
  return answer_to<SyncAnswer>(answered_, request);
}
const std::vector<ErrorCode>& Coordinator::committed(RequestId request) {
  return answer_to<std::vector<ErrorCode>>(answered_, request);
}

void Coordinator::carry_out(Effects& effects) {
  const auto answer = [&](RequestId request, auto what) {
    EXPECT_TRUE(answered_.emplace(request, std::move(what)).second)
        << "request " << request.value() << " is answered twice";
  };
  for (Effect& effect : effects) {
    if (auto* append = std::get_if<Append>(&effect)) {
      EXPECT_FALSE(append->records.empty());
      appends.push_back(std::move(*append));
    } else if (auto* forgotten = std::get_if<AppendTombstones>(&effect)) {
      for (const LogRecord& record : forgotten->records) log.push_back({Offset(log_end_), record});
      log_end_ += static_cast<std::int64_t>(forgotten->records.size());
      tombstones.push_back(std::move(forgotten->records));
    } else if (auto* join = std::get_if<AnswerJoin>(&effect)) {
      answer(join->request, std::move(join->answer));
    } else if (auto* sync = std::get_if<AnswerSync>(&effect)) {
      answer(sync->request, std::move(sync->answer));
    } else if (auto* commit = std::get_if<AnswerCommit>(&effect)) {
      answer(commit->request, std::move(commit->errors));
    } else {
      said.push_back(std::get<Say>(effect).text);
    }
  }
  after_event();
  while (stores_at_once && !appends.empty()) stored();
}

void Coordinator::after_event() {
  EXPECT_EQ(violated_invariant(core), "");
}

// ---- the log

void Coordinator::stored(ErrorCode error, std::size_t which) {
  ASSERT_LT(which, appends.size()) << "nothing is to be stored";
  const Append append = std::move(appends[which]);
  appends.erase(appends.begin() + static_cast<std::ptrdiff_t>(which));
  const Offset base(log_end_);
  if (error == ErrorCode::kNone) {
    for (const LogRecord& record : append.records) log.push_back({base, record});
    log_end_ += static_cast<std::int64_t>(append.records.size());
  }
  Effects effects;
  core.on_appended(append.id, error, base, now, effects);
  carry_out(effects);
}

Coordinator Coordinator::after_failover(const GroupConfig& config) const {
  Coordinator next(config);
  next.now = now;
  for (const Logged& logged : log) {
    const auto& value = logged.record.value;
    const auto entry = read_record(as_bytes(logged.record.key),
                                   value ? std::optional(as_bytes(*value)) : std::nullopt);
    EXPECT_TRUE(entry) << "a record that this coordinator wrote cannot be read";
    if (entry) next.core.replay(*entry, {logged.batch_offset, std::nullopt}, now);
  }
  Effects effects;
  next.core.on_loaded(now, effects);
  next.carry_out(effects);
  next.log = log;
  next.log_end_ = log_end_;
  return next;
}

// ---- what there is

FetchedOffset Coordinator::fetch(const TopicPartition& partition, bool require_stable,
                                 const std::string& id) const {
  return core.fetch_offsets(id, std::vector<TopicPartition>{partition}, require_stable).at(0);
}

bool Coordinator::says(const std::string& text) const {
  return std::any_of(said.begin(), said.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

// ---- groups in a state

std::vector<std::string> Coordinator::completing_group(const std::vector<Joining>& members) {
  std::vector<RequestId> joins;
  for (const Joining& member : members) joins.push_back(join(member));
  while (waits(joins.front())) pass(config_.initial_rebalance_delay.count());
  std::vector<std::string> ids;
  for (const RequestId request : joins) ids.push_back(joined(request).member_id);
  return ids;
}

std::vector<std::string> Coordinator::completing(const std::vector<std::string>& clients) {
  std::vector<Joining> members;
  for (const std::string& client : clients) members.push_back({.client = client});
  return completing_group(members);
}

void Coordinator::sync_all(const std::vector<std::string>& members, std::int32_t generation) {
  std::vector<std::pair<std::string, std::string>> assignments;
  for (const std::string& id : members) assignments.emplace_back(id, "for " + id);
  const std::string leader = group().leader().value_or("");
  synced(sync(leader, generation, assignments));
  for (const std::string& id : members) {
    if (id == leader) continue;
    EXPECT_EQ(synced(sync(id, generation)).assignment, "for " + id);
  }
}

std::vector<std::string> Coordinator::stable_group(const std::vector<Joining>& members) {
  auto ids = completing_group(members);
  sync_all(ids, group().generation().value());
  EXPECT_EQ(state(), GroupState::kStable);
  return ids;
}

std::vector<std::string> Coordinator::stable(const std::vector<std::string>& clients) {
  auto ids = completing(clients);
  sync_all(ids, group().generation().value());
  EXPECT_EQ(state(), GroupState::kStable);
  return ids;
}

void Coordinator::emptied_group() {
  const auto ids = stable({"a"});
  EXPECT_EQ(leave(ids[0]), ErrorCode::kNone);
  EXPECT_EQ(state(), GroupState::kEmpty);
}

}  // namespace barnabas::group
