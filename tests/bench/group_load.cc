// The load of `./dev bench groups`: many groups, their members and their committed offsets.
//
//   barnabas_group_load TOPIC PARTITIONS GROUPS MEMBERS OFFSETS_PARTITIONS CONNECTIONS
//
// GROUPS groups commit an offset for each of the PARTITIONS of TOPIC; the first MEMBERS of them
// have one member each, the others none. Over CONNECTIONS connections to each broker. It obeys the
// lines of its standard input and answers each with one line:
//
//   locate PORT,PORT...   until a group of every partition of __consumer_offsets (there are
//                         OFFSETS_PARTITIONS) is served by one of these brokers: answers with the
//                         milliseconds of the monotonic clock at which that was so
//   create                members join, every group commits        -> <seconds>
//   commit N              N requests, each of all offsets of a group -> <seconds>
//   heartbeat N           N requests                               -> <seconds>
//   check                 what was committed is read back whole, every member is still one
//                                                                  -> <offsets> <members>
//
// Threads  one.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/protocol/messages/consumer_protocol_assignment.h"
#include "broker/protocol/messages/consumer_protocol_subscription.h"
#include "broker/protocol/messages/find_coordinator.h"
#include "broker/protocol/messages/heartbeat.h"
#include "broker/protocol/messages/join_group.h"
#include "broker/protocol/messages/offset_commit.h"
#include "broker/protocol/messages/offset_fetch.h"
#include "broker/protocol/messages/sync_group.h"
#include "tests/bench/wire_client.h"

namespace barnabas::bench {
namespace {

using namespace barnabas::protocol;

// Versions that Kafka 3.9's own clients use and that name one group in a request.
constexpr std::int16_t kJoinVersion = 9;
constexpr std::int16_t kSyncVersion = 5;
constexpr std::int16_t kHeartbeatVersion = 4;
constexpr std::int16_t kCommitVersion = 8;
constexpr std::int16_t kFetchVersion = 7;
constexpr std::int16_t kFindVersion = 3;
constexpr std::int16_t kSubscriptionVersion = 1;

// No member misses its session while the machine is busy with something else.
constexpr std::int32_t kSessionTimeoutMs = 30 * 60 * 1000;
constexpr std::int32_t kRebalanceTimeoutMs = 60 * 1000;
constexpr int kPauseMs = 2;  // between two looks at a coordinator that is not there yet

std::chrono::duration<double> now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void expect(ErrorCode error, std::string_view what) {
  if (error != ErrorCode::kNone) {
    fail(std::string(what) + " is answered with " + std::string(error_name(error)));
  }
}

// The partition of __consumer_offsets: Java's hash of the name, without its sign.
int offsets_partition(std::string_view group, int partitions) {
  std::uint32_t hash = 0;
  for (const char c : group) hash = hash * 31 + static_cast<unsigned char>(c);
  const auto code = static_cast<std::int64_t>(static_cast<std::int32_t>(hash));
  return static_cast<int>((code < 0 ? -code : code) % partitions);
}

// A message of the consumer protocol, its version before it.
std::vector<std::uint8_t> versioned(const Payload& body) {
  std::vector<std::uint8_t> bytes(sizeof kSubscriptionVersion);
  store_be(bytes.data(), kSubscriptionVersion);
  for (const Piece& piece : body.pieces) {
    const BytesView part = std::get<BytesPiece>(piece).bytes;
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

struct Group {
  std::string name;
  int offsets_partition = 0;
  bool has_member = false;
  std::string member;
  std::int32_t generation = -1;
  std::int64_t committed = -1;  // of every partition
};

struct Sizes {
  std::int32_t partitions = 0;
  int groups = 0;
  int members = 0;
  int offsets_partitions = 0;
  int connections = 0;
};

class GroupLoad {
 public:
  GroupLoad(std::string topic, const Sizes& sizes);

  double locate(const std::vector<int>& ports);
  void create();
  void commit(std::int64_t requests);
  void heartbeat(std::int64_t requests);
  std::pair<std::int64_t, std::int64_t> check();

 private:
  int port_of(const Group& group) const {
    return coordinators_[static_cast<std::size_t>(group.offsets_partition)];
  }
  void look_for_coordinator(int partition, int port);
  void join(Group& group);
  void sync(Group& group);
  void commit(Group& group, std::function<void()> then);
  void heartbeat(const Group& group, std::function<void()> then);
  OffsetFetchRequest fetch_request(const Group& group) const;
  // Calls `send` for each group in turn, every connection busy, until `left` requests are made.
  template <typename Send>
  void keep_busy(std::int64_t left, bool members_only, Send send);

  const std::string topic_;
  const Sizes sizes_;
  std::vector<std::uint8_t> subscription_;
  std::vector<std::uint8_t> assignment_;
  std::vector<std::int32_t> partition_indexes_;
  std::vector<Group> groups_;
  std::vector<const Group*> samples_;  // one for each partition of __consumer_offsets
  std::vector<int> coordinators_;      // ports; 0: not known, or not serving yet
  WireClient client_;
};

GroupLoad::GroupLoad(std::string topic, const Sizes& sizes)
    : topic_(std::move(topic)),
      sizes_(sizes),
      samples_(static_cast<std::size_t>(sizes.offsets_partitions)),
      coordinators_(static_cast<std::size_t>(sizes.offsets_partitions)),
      client_(sizes.connections) {
  for (std::int32_t p = 0; p < sizes.partitions; ++p) partition_indexes_.push_back(p);
  ConsumerProtocolSubscription subscription;
  subscription.topics = {topic_};
  subscription_ = versioned(subscription.encode(kSubscriptionVersion));
  ConsumerProtocolAssignment assignment;
  assignment.assigned_partitions = {{.topic = topic_, .partitions = partition_indexes_}};
  assignment_ = versioned(assignment.encode(kSubscriptionVersion));
  for (int i = 0; i < sizes.groups; ++i) {
    Group group;
    group.name = "group-" + std::to_string(i);
    group.offsets_partition = offsets_partition(group.name, sizes.offsets_partitions);
    group.has_member = i < sizes.members;
    groups_.push_back(std::move(group));
  }
  for (const Group& group : groups_) {
    samples_[static_cast<std::size_t>(group.offsets_partition)] = &group;
  }
}

// ---- Where the coordinators are

double GroupLoad::locate(const std::vector<int>& ports) {
  client_.use(ports);
  std::fill(coordinators_.begin(), coordinators_.end(), 0);
  for (std::size_t turn = 0;; ++turn) {
    bool all = true;
    for (std::size_t partition = 0; partition < coordinators_.size(); ++partition) {
      if (coordinators_[partition] != 0 || samples_[partition] == nullptr) continue;
      all = false;
      look_for_coordinator(static_cast<int>(partition), ports[turn % ports.size()]);
    }
    if (all) return now().count() * 1000;
    client_.run();
    ::poll(nullptr, 0, kPauseMs);
  }
}

void GroupLoad::look_for_coordinator(int partition, int port) {
  const Group& group = *samples_[static_cast<std::size_t>(partition)];
  FindCoordinatorRequest find;
  find.key = group.name;
  client_.call<FindCoordinatorResponse>(
      port, find, kFindVersion, [this, partition, &group](const FindCoordinatorResponse& found) {
        if (found.error_code != ErrorCode::kNone || !client_.uses(found.port)) return;
        client_.call<OffsetFetchResponse>(
            found.port, fetch_request(group), kFetchVersion,
            [this, partition, at = found.port](const OffsetFetchResponse& fetched) {
              if (fetched.error_code != ErrorCode::kNone) return;
              coordinators_[static_cast<std::size_t>(partition)] = at;
            });
      });
}

// ---- Members

void GroupLoad::join(Group& group) {
  JoinGroupRequest request;
  request.group_id = group.name;
  request.session_timeout_ms = kSessionTimeoutMs;
  request.rebalance_timeout_ms = kRebalanceTimeoutMs;
  request.member_id = group.member;
  request.protocol_type = "consumer";
  request.protocols = {{.name = "range", .metadata = subscription_}};
  client_.call<JoinGroupResponse>(port_of(group), request, kJoinVersion,
                                  [this, &group](const JoinGroupResponse& joined) {
                                    group.member = joined.member_id;
                                    if (joined.error_code == ErrorCode::kMemberIdRequired)
                                      return join(group);
                                    expect(joined.error_code, "JoinGroup");
                                    group.generation = joined.generation_id;
                                    sync(group);
                                  });
}

void GroupLoad::sync(Group& group) {
  SyncGroupRequest request;
  request.group_id = group.name;
  request.generation_id = group.generation;
  request.member_id = group.member;
  request.protocol_type = "consumer";
  request.protocol_name = "range";
  request.assignments = {{.member_id = group.member, .assignment = assignment_}};
  client_.call<SyncGroupResponse>(port_of(group), request, kSyncVersion,
                                  [this, &group](const SyncGroupResponse& synced) {
                                    expect(synced.error_code, "SyncGroup");
                                    commit(group, [] {});
                                  });
}

void GroupLoad::create() {
  for (Group& group : groups_) {
    if (group.has_member) {
      join(group);
    } else {
      commit(group, [] {});
    }
  }
  client_.run();
}

// ---- Requests, as many as the brokers answer

void GroupLoad::commit(Group& group, std::function<void()> then) {
  OffsetCommitRequest request;
  request.group_id = group.name;
  request.generation_id_or_member_epoch = group.generation;
  request.member_id = group.member;
  auto& topic = request.topics.emplace_back();
  topic.name = topic_;
  ++group.committed;
  for (const std::int32_t p : partition_indexes_) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = p;
    partition.committed_offset = group.committed;
  }
  client_.call<OffsetCommitResponse>(
      port_of(group), request, kCommitVersion,
      [then = std::move(then)](const OffsetCommitResponse& committed) {
        for (const auto& answered : committed.topics) {
          for (const auto& partition : answered.partitions) {
            expect(partition.error_code, "OffsetCommit");
          }
        }
        then();
      });
}

void GroupLoad::heartbeat(const Group& group, std::function<void()> then) {
  HeartbeatRequest request;
  request.group_id = group.name;
  request.generation_id = group.generation;
  request.member_id = group.member;
  client_.call<HeartbeatResponse>(port_of(group), request, kHeartbeatVersion,
                                  [then = std::move(then)](const HeartbeatResponse& beaten) {
                                    expect(beaten.error_code, "Heartbeat");
                                    then();
                                  });
}

template <typename Send>
void GroupLoad::keep_busy(std::int64_t left, bool members_only, Send send) {
  struct Turn {
    std::vector<Group*> groups;  // of one broker
    std::size_t next = 0;
  };
  std::map<int, Turn> turns;
  for (Group& group : groups_) {
    if (group.has_member || !members_only) turns[port_of(group)].groups.push_back(&group);
  }
  std::function<void(Turn&)> send_next = [&](Turn& turn) {
    if (left-- <= 0) return;
    Group& group = *turn.groups[turn.next++ % turn.groups.size()];
    send(group, [&send_next, &turn] { send_next(turn); });
  };
  for (auto& [port, turn] : turns) {
    for (int i = 0; i < client_.connections_per_broker(); ++i) send_next(turn);
  }
  client_.run();
}

void GroupLoad::commit(std::int64_t requests) {
  keep_busy(requests, /*members_only=*/false,
            [this](Group& group, std::function<void()> then) { commit(group, std::move(then)); });
}

void GroupLoad::heartbeat(std::int64_t requests) {
  keep_busy(requests, /*members_only=*/true, [this](Group& group, std::function<void()> then) {
    heartbeat(group, std::move(then));
  });
}

// ---- Nothing has been lost

OffsetFetchRequest GroupLoad::fetch_request(const Group& group) const {
  OffsetFetchRequest request;
  request.group_id = group.name;
  request.topics.emplace();
  request.topics->push_back({.name = topic_, .partition_indexes = partition_indexes_});
  return request;
}

std::pair<std::int64_t, std::int64_t> GroupLoad::check() {
  std::int64_t offsets = 0;
  std::int64_t members = 0;
  for (const Group& group : groups_) {
    client_.call<OffsetFetchResponse>(port_of(group), fetch_request(group), kFetchVersion,
                                      [&](const OffsetFetchResponse& fetched) {
                                        expect(fetched.error_code, "OffsetFetch");
                                        for (const auto& topic : fetched.topics) {
                                          for (const auto& partition : topic.partitions) {
                                            if (partition.committed_offset != group.committed) {
                                              fail("offset " + std::to_string(group.committed) +
                                                   " of " + group.name + " is now " +
                                                   std::to_string(partition.committed_offset));
                                            }
                                            ++offsets;
                                          }
                                        }
                                      });
    if (group.has_member) heartbeat(group, [&members] { ++members; });
  }
  client_.run();
  return {offsets, members};
}

// ---- What it is told

std::vector<int> ports_of(const std::string& list) {
  std::vector<int> ports;
  std::istringstream words(list);
  for (std::string port; std::getline(words, port, ',');) ports.push_back(std::stoi(port));
  return ports;
}

void obey(GroupLoad& load, const std::string& line) {
  std::istringstream words(line);
  std::string command;
  std::string argument;
  words >> command >> argument;
  const auto began = now();
  if (command == "locate") {
    std::printf("%.3f\n", load.locate(ports_of(argument)));
    return;
  }
  if (command == "check") {
    const auto [offsets, members] = load.check();
    std::printf("%lld %lld\n", static_cast<long long>(offsets), static_cast<long long>(members));
    return;
  }
  if (command == "create") {
    load.create();
  } else if (command == "commit") {
    load.commit(std::stoll(argument));
  } else if (command == "heartbeat") {
    load.heartbeat(std::stoll(argument));
  } else {
    fail("unknown command: " + line);
  }
  std::printf("%.3f\n", (now() - began).count());
}

}  // namespace
}  // namespace barnabas::bench

int main(int argc, char** argv) {
  using namespace barnabas::bench;
  if (argc != 7) {
    fail("usage: TOPIC PARTITIONS GROUPS MEMBERS OFFSETS_PARTITIONS CONNECTIONS");
  }
  GroupLoad load(argv[1], {.partitions = std::stoi(argv[2]),
                           .groups = std::stoi(argv[3]),
                           .members = std::stoi(argv[4]),
                           .offsets_partitions = std::stoi(argv[5]),
                           .connections = std::stoi(argv[6])});
  for (std::string line; std::getline(std::cin, line);) {
    obey(load, line);
    std::fflush(stdout);
  }
  return 0;
}
