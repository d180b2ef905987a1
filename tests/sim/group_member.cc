#include "tests/sim/group_member.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/protocol/messages/find_coordinator.h"
#include "broker/protocol/messages/heartbeat.h"
#include "broker/protocol/messages/leave_group.h"
#include "tests/sim/consumer_protocol.h"

namespace barnabas::sim {
namespace {

using namespace protocol;

constexpr Duration kMemberTickMin = milliseconds(10);
constexpr std::uint64_t kMemberTickSpreadUs = 50'000;
constexpr Duration kRequestTimeout = seconds(2);
// Beyond the rebalance timeout, for the answer to a join.
constexpr Duration kJoinGrace = seconds(5);
constexpr Duration kHeartbeatInterval = milliseconds(300);
constexpr std::uint64_t kCommitOneIn = 3;
constexpr std::uint64_t kFetchOneIn = 12;
constexpr std::uint64_t kMaxProgress = 40;
constexpr std::string_view kProtocolType = "consumer";
constexpr std::string_view kAssignor = "roundrobin";

std::int32_t in_ms(Duration duration) {
  return static_cast<std::int32_t>(std::chrono::duration_cast<milliseconds>(duration).count());
}

std::optional<std::string_view> view_of(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::vector<std::int32_t> numbers_of(const std::map<TopicPartition, Offset>& partitions) {
  std::vector<std::int32_t> numbers;
  for (const auto& [tp, offset] : partitions) numbers.push_back(tp.partition.value());
  return numbers;
}

}  // namespace

GroupMember::GroupMember(GroupMemberOptions options, Address address, Process& process,
                         GroupWorld& world, std::function<void()> on_fenced)
    : options_(std::move(options)),
      subscription_(encode_subscription(options_.partitions.front().topic)),
      process_(process),
      world_(world),
      on_fenced_(std::move(on_fenced)),
      transport_(world.network.transport(address)),
      cluster_(process, *transport_, world.random, world.brokers, options_.client_id) {}

void GroupMember::start() {
  process_.post([this] { tick(); });
}

void GroupMember::close(std::function<void()> done) {
  closed_ = std::move(done);
}

std::vector<TopicPartition> GroupMember::owned() const {
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, position] : positions_) partitions.push_back(tp);
  return partitions;
}

template <typename Request, typename Response>
void GroupMember::ask(const Request& request, Duration timeout,
                      std::function<void(const Response&)> on_answer, std::optional<Address> to) {
  asking_ = true;
  constexpr auto kVersion = Request::kMaxVersion;
  cluster_.channel(to.value_or(coordinator_.value()))
      .send(Request::kApiKey, kVersion, request.encode(kVersion), timeout,
            [this, on_answer = std::move(on_answer)](Result<ResponseFrame> answer) {
              asking_ = false;
              if (!answer) {
                coordinator_ = kNoBroker;
                return;
              }
              const auto response = Response::decode(answer->body, kVersion);
              CHECK(response.has_value(), "{}", response.error().detail);
              on_answer(*response);
            });
}

void GroupMember::tick() {
  if (state_ == State::kDead) return;
  if (!asking_) act();
  process_.run_after(kMemberTickMin + microseconds(static_cast<std::int64_t>(
                                          world_.random.below(kMemberTickSpreadUs))),
                     [this] { tick(); });
}

void GroupMember::act() {
  if (state_ == State::kClosing || (closed_ && coordinator_ == kNoBroker)) return finish_closing();
  if (coordinator_ == kNoBroker) return find_coordinator();
  if (closed_ || state_ == State::kUnjoined) {
    // What is about to be given away is committed, once, as long as it is ours.
    if (!positions_.empty() && !needs_positions_ && !std::exchange(gave_away_, true)) {
      return commit();
    }
    return closed_ ? leave() : join();
  }
  switch (state_) {
    case State::kJoined:
      return sync();
    case State::kStable:
      // A consumer commits on one thread and sends heartbeats on another: either may be the first
      // to hear that its generation is over.
      if (process_.now() >= next_heartbeat_ && !world_.random.one_in(3)) return heartbeat();
      if (needs_positions_) return fetch_offsets();
      if (positions_.empty()) return;
      if (world_.random.one_in(kCommitOneIn)) return commit();
      if (world_.random.one_in(kFetchOneIn)) return fetch_offsets();
      return;
    case State::kUnjoined:
    case State::kClosing:
    case State::kDead:
      return;
  }
}

void GroupMember::react(ErrorCode error, const char* api) {
  switch (error) {
    case ErrorCode::kNone:
    case ErrorCode::kCoordinatorLoadInProgress:
    case ErrorCode::kUnstableOffsetCommit:
      return;  // again at the next tick
    case ErrorCode::kCoordinatorNotAvailable:
    case ErrorCode::kNotCoordinator:
      coordinator_ = kNoBroker;
      return;
    case ErrorCode::kRebalanceInProgress:
      state_ = State::kUnjoined;
      return;
    case ErrorCode::kUnknownMemberId:
      member_id_.clear();
      return lose_partitions();
    case ErrorCode::kIllegalGeneration:
      return lose_partitions();
    case ErrorCode::kFencedInstanceId:
      if (options_.instance_id) {
        state_ = State::kDead;
        return on_fenced_();
      }
      [[fallthrough]];
    default:
      world_.judge.violation("{} of {} was told {} for {}", options_.client_id, options_.group,
                             error_name(error), api);
  }
}

void GroupMember::lose_partitions() {
  state_ = State::kUnjoined;
  generation_ = -1;
  positions_.clear();
  needs_positions_ = false;
}

// ---- Joining

void GroupMember::find_coordinator() {
  FindCoordinatorRequest request;
  request.coordinator_keys = {options_.group};
  ask<FindCoordinatorRequest, FindCoordinatorResponse>(
      request, kRequestTimeout,
      [this](const FindCoordinatorResponse& response) {
        const auto& told = response.coordinators.at(0);
        if (told.error_code == ErrorCode::kNone) {
          coordinator_ = told.node_id;
        } else {
          react(told.error_code, "FindCoordinator");
        }
      },
      cluster_.any_broker());
}

void GroupMember::join() {
  gave_away_ = false;
  positions_.clear();
  needs_positions_ = false;
  JoinGroupRequest request;
  request.group_id = options_.group;
  request.session_timeout_ms = in_ms(options_.session_timeout);
  request.rebalance_timeout_ms = in_ms(options_.rebalance_timeout);
  request.member_id = member_id_;
  request.group_instance_id = view_of(options_.instance_id);
  request.protocol_type = kProtocolType;
  request.protocols.push_back({kAssignor, as_bytes(subscription_)});
  ask<JoinGroupRequest, JoinGroupResponse>(
      request, options_.rebalance_timeout + kJoinGrace,
      [this](const JoinGroupResponse& response) { on_joined(response); });
}

void GroupMember::on_joined(const JoinGroupResponse& response) {
  if (response.error_code == ErrorCode::kMemberIdRequired) {
    member_id_ = response.member_id;
    return;
  }
  if (response.error_code != ErrorCode::kNone) return react(response.error_code, "JoinGroup");
  member_id_ = response.member_id;
  generation_ = response.generation_id;
  assignments_.clear();
  if (response.leader == member_id_ && !response.skip_assignment) {
    assignments_ = assignments_of(response);
  }
  state_ = State::kJoined;
  sync();
}

std::map<std::string, std::string> GroupMember::assignments_of(const JoinGroupResponse& response) {
  const std::string& topic = options_.partitions.front().topic;
  std::vector<std::string> members;
  for (const auto& member : response.members) {
    const auto topics = decode_subscription(member.metadata);
    if (!topics || *topics != std::vector{topic}) {
      world_.judge.violation("{} of {} came with another subscription than it sent",
                             member.member_id, options_.group);
    }
    members.emplace_back(member.member_id);
  }
  std::sort(members.begin(), members.end());
  std::map<std::string, std::vector<TopicPartition>> shares;
  for (const std::string& member : members) shares[member];
  for (std::size_t i = 0; i < options_.partitions.size(); ++i) {
    shares[members.at(i % members.size())].push_back(options_.partitions[i]);
  }
  std::map<std::string, std::string> assignments;
  for (const auto& [member, share] : shares) assignments[member] = encode_assignment(share);
  return assignments;
}

void GroupMember::sync() {
  SyncGroupRequest request;
  request.group_id = options_.group;
  request.generation_id = generation_;
  request.member_id = member_id_;
  request.group_instance_id = view_of(options_.instance_id);
  request.protocol_type = kProtocolType;
  request.protocol_name = kAssignor;
  for (const auto& [member, assignment] : assignments_) {
    request.assignments.push_back({member, as_bytes(assignment)});
  }
  ask<SyncGroupRequest, SyncGroupResponse>(
      request, options_.rebalance_timeout + kJoinGrace,
      [this](const SyncGroupResponse& response) { on_synced(response); });
}

void GroupMember::on_synced(const SyncGroupResponse& response) {
  if (response.error_code != ErrorCode::kNone) {
    // Whatever it is, a consumer joins again.
    state_ = State::kUnjoined;
    return react(response.error_code, "SyncGroup");
  }
  const auto assignment = decode_assignment(response.assignment);
  if (!assignment || response.protocol_name != kAssignor) {
    return world_.judge.violation("{} of {} was given what is no assignment of {}",
                                  options_.client_id, options_.group, kAssignor);
  }
  state_ = State::kStable;
  next_heartbeat_ = process_.now() + kHeartbeatInterval;
  positions_.clear();
  for (const TopicPartition& tp : *assignment) positions_[tp] = kUnknownOffset;
  needs_positions_ = !positions_.empty();
  world_.trace.line("{} of {} owns {} in generation {}", options_.client_id, options_.group,
                    numbers_of(positions_), generation_);
  if (world_.has_committed(coordinator_, options_.group)) {
    world_.history.assigned(options_.group, generation_, owner(), *assignment);
  }
}

// ---- A member's life

void GroupMember::heartbeat() {
  HeartbeatRequest request;
  request.group_id = options_.group;
  request.generation_id = generation_;
  request.member_id = member_id_;
  request.group_instance_id = view_of(options_.instance_id);
  ask<HeartbeatRequest, HeartbeatResponse>(request, kRequestTimeout,
                                           [this](const HeartbeatResponse& response) {
                                             next_heartbeat_ = process_.now() + kHeartbeatInterval;
                                             react(response.error_code, "Heartbeat");
                                           });
}

void GroupMember::commit() {
  OffsetCommitRequest request;
  request.group_id = options_.group;
  request.generation_id_or_member_epoch = generation_;
  request.member_id = member_id_;
  request.group_instance_id = view_of(options_.instance_id);
  // By it the judges see in which generation the records of the log were written.
  const std::string metadata = fmt::to_string(generation_);
  auto& topic = request.topics.emplace_back();
  topic.name = options_.partitions.front().topic;
  for (auto& [tp, position] : positions_) {
    position = position + 1 + static_cast<std::int64_t>(world_.random.below(kMaxProgress));
    auto& sent = topic.partitions.emplace_back();
    sent.partition_index = tp.partition.value();
    sent.committed_offset = position.value();
    sent.committed_metadata = metadata;
  }
  ask<OffsetCommitRequest, OffsetCommitResponse>(
      request, kRequestTimeout,
      [this, sent = positions_, begun = world_.history.last_generation(options_.group)](
          const OffsetCommitResponse& response) { on_committed(response, sent, begun); });
}

void GroupMember::on_committed(const OffsetCommitResponse& response,
                               const std::map<TopicPartition, Offset>& sent, std::int32_t begun) {
  ErrorCode refused = ErrorCode::kNone;
  for (const auto& partition : response.topics.at(0).partitions) {
    const TopicPartition tp{std::string(response.topics.at(0).name),
                            PartitionId(partition.partition_index)};
    if (partition.error_code == ErrorCode::kNone) {
      world_.history.acknowledged(options_.group, tp, sent.at(tp));
      if (generation_ < begun) {
        world_.judge.violation("{} of {} committed {} in generation {} after {} had begun",
                               options_.client_id, options_.group, tp, generation_, begun);
      }
    } else {
      refused = partition.error_code;
    }
  }
  switch (refused) {
    case ErrorCode::kRequestTimedOut:
      coordinator_ = kNoBroker;
      return;
    case ErrorCode::kUnknownTopicOrPartition:
      return;  // a coordinator that has just come up may not have heard of the topic yet
    default:
      return react(refused, "OffsetCommit");
  }
}

void GroupMember::fetch_offsets() {
  OffsetFetchRequest request;
  request.require_stable = true;
  auto& group = request.groups.emplace_back();
  group.group_id = options_.group;
  auto& topic = group.topics->emplace_back();
  topic.name = options_.partitions.front().topic;
  topic.partition_indexes = numbers_of(positions_);
  std::map<TopicPartition, Offset> acknowledged;
  for (const auto& [tp, position] : positions_) {
    acknowledged[tp] = world_.history.last_acknowledged(options_.group, tp);
  }
  const LeaderEpoch office = world_.office(coordinator_, options_.group);
  ask<OffsetFetchRequest, OffsetFetchResponse>(
      request, kRequestTimeout, [this, office, acknowledged](const OffsetFetchResponse& response) {
        on_offsets(response, office, acknowledged);
      });
}

void GroupMember::on_offsets(const OffsetFetchResponse& response, LeaderEpoch office,
                             const std::map<TopicPartition, Offset>& acknowledged) {
  const auto& group = response.groups.at(0);
  if (group.error_code != ErrorCode::kNone) return react(group.error_code, "OffsetFetch");
  // A deposed coordinator that does not know yet may be behind, in Kafka too: that is no verdict,
  // and who went on from there would take back what is committed.
  if (office == kNoLeaderEpoch || office != world_.office(coordinator_, options_.group)) return;
  std::map<TopicPartition, Offset> committed;
  for (const auto& partition : group.topics.at(0).partitions) {
    if (partition.error_code != ErrorCode::kNone) {
      return react(partition.error_code, "OffsetFetch");
    }
    const TopicPartition tp{std::string(group.topics.at(0).name),
                            PartitionId(partition.partition_index)};
    committed[tp] = Offset(partition.committed_offset);
    world_.history.fetched(options_.group, tp, committed[tp], acknowledged.at(tp));
  }
  if (!std::exchange(needs_positions_, false)) return;  // it only wanted to know
  for (auto& [tp, position] : positions_) position = std::max(committed.at(tp), Offset(0));
}

// ---- Its end

void GroupMember::leave() {
  state_ = State::kClosing;
  if (options_.instance_id || member_id_.empty()) return finish_closing();
  LeaveGroupRequest request;
  request.group_id = options_.group;
  auto& member = request.members.emplace_back();
  member.member_id = member_id_;
  member.reason = "the consumer is being closed";
  ask<LeaveGroupRequest, LeaveGroupResponse>(request, kRequestTimeout,
                                             [](const LeaveGroupResponse&) {});
}

void GroupMember::finish_closing() {
  state_ = State::kDead;
  closed_();
}

}  // namespace barnabas::sim
