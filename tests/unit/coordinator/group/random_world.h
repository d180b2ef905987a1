// Random events on a GroupCoordinatorCore: clients that mostly do what clients do, a log whose
// appends end late, in any order, well or badly, time, administrators, and failovers.
//
// Judges: the invariants after every event; every request is answered once; a commit that was
// acknowledged is seen until it is forgotten, and offsets never go back; a core loaded from the log
// knows what the live one has stored.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "broker/coordinator/group/core/group_coordinator_core.h"

namespace barnabas::group {

class RandomWorld {
 public:
  explicit RandomWorld(std::uint64_t seed);

  void step();
  // No more faults: whoever waits is answered, by the others or by time.
  void end_well();
  // The coordinator resigns: whoever waits is told so.
  void end_by_resigning();

  std::size_t generations = 0;
  std::size_t stable = 0;
  std::size_t commits = 0;
  std::size_t failovers = 0;
  std::size_t comparisons = 0;

 private:
  // As a consumer is: it knows its id and generation from the last answer.
  struct Client {
    std::string group;
    std::string name;
    bool is_static = false;
    std::string member_id{};
    GenerationId generation = kNoGeneration;
    bool leads = false;
    std::vector<std::string> members{};  // as told to the leader
    enum class Phase { kOutside, kJoining, kJoined, kSyncing, kMember } phase = Phase::kOutside;
  };
  // What an append comes to is decided as it is made, and told later.
  enum class Fate { kWell, kRefused, kInTheLogButTimedOut };
  struct UnderWay {
    std::shared_ptr<GroupCoordinatorCore> core;  // that made it; maybe of a former time in office
    AppendId id;
    Fate fate;
    Offset base_offset;
    std::string group;
    std::vector<TopicPartition> committed;  // none: it is of the group itself
  };
  struct Commit {
    std::string group;
    std::vector<TopicPartition> partitions;
    std::int64_t offset;
  };
  struct Logged {
    Offset base_offset;
    LogRecord record;
  };
  using Key = std::pair<std::string, TopicPartition>;

  Now now() const { return {now_, wall_start_ + now_.time_since_epoch().count() / 1000}; }
  std::optional<std::string_view> instance_of(const Client& client) const;

  // ---- events
  void client_acts(Client& client);
  void join(Client& client);
  void sync(Client& client);
  void commit(const std::string& group, const Client* client);
  void leave(const Client& client);
  void time_passes(std::int64_t ms);
  void append_ends(std::size_t which);
  void administrate();
  void fail_over();
  void load_from_log(GroupCoordinatorCore& core) const;

  // ---- effects
  void carry_out(Effects& effects);
  void begin_append(const Append& append);
  void hear(const AnswerJoin& answer);
  void hear(const AnswerSync& answer);
  void hear(const AnswerCommit& answer);
  // The client that asked, if it did as a member.
  Client* answered_once(RequestId request);
  RequestId ask(Client* client);

  // ---- judges
  void judge();
  void judge_offsets();
  void compare_with_log();
  void compare_groups(const GroupCoordinatorCore& loaded);
  bool is_under_way(const std::string& group) const;
  void forget(const std::string& group, const TopicPartition& tp);
  void forget_what_expired(const std::map<Key, std::int64_t>& before);
  std::map<Key, std::int64_t> all_offsets() const;

  Random random_;
  GroupConfig config_;
  std::shared_ptr<GroupCoordinatorCore> core_;
  Time now_{};
  const Timestamp wall_start_ = 1700000000000;
  std::deque<Client> clients_;

  std::vector<Logged> log_;
  std::int64_t log_end_ = 0;
  std::vector<UnderWay> under_way_;
  bool faults_ = true;
  bool in_office_ = true;

  std::uint64_t last_request_ = 0;
  std::uint64_t last_suffix_ = 0;
  std::map<RequestId, Client*> waiting_;  // null: not of a client's membership
  std::map<RequestId, Commit> commits_;   // under way

  // Offsets are committed in the order 1, 2, 3, so a greater one is a later one.
  std::int64_t last_offset_ = 0;
  std::map<Key, std::int64_t> acknowledged_;
  std::map<Key, std::int64_t> forgotten_;  // up to this one
  std::map<Key, std::int64_t> shown_;
  // What the log holds though nobody was told so: not to be compared until it is overwritten.
  std::map<Key, Offset> doubtful_;
  std::map<std::string, Fate> last_group_append_;
};

}  // namespace barnabas::group
