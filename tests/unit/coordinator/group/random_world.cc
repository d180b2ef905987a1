#include "tests/unit/coordinator/group/random_world.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/coordinator/group/core/invariants.h"

namespace barnabas::group {
namespace {

const std::vector<std::string> kGroups{"g", "h"};
const std::vector<TopicPartition> kPartitions{
    {"t", PartitionId(0)}, {"t", PartitionId(1)}, {"u", PartitionId(0)}};

GroupConfig small_times(Random& random) {
  GroupConfig config;
  config.min_session_timeout = milliseconds(10);
  config.initial_rebalance_delay = milliseconds(random.one_in(4) ? 0 : 30);
  config.offsets_retention = milliseconds(2000);
  if (random.one_in(3)) config.max_size = 3;
  return config;
}
// What is stored of a group, to be compared and to be read.
std::string text_of(const Group& group) {
  std::map<std::string_view, std::string_view> assignments;
  for (const auto& [id, member] : group.members()) assignments.emplace(id, member.assignment);
  const GroupRecord record = group.record(assignments);
  std::string text =
      fmt::format("{} {} generation {} {} led by {} since {}", name_of(group.state()),
                  record.protocol_type, record.generation, record.protocol.value_or("-"),
                  record.leader.value_or("-"), record.state_timestamp);
  for (const MemberRecord& member : record.members) {
    text += fmt::format("\n  {} {} of {} at {} {}ms {}ms {} {}", member.member_id,
                        member.instance_id.value_or("-"), member.client_id, member.client_host,
                        member.rebalance_timeout.count(), member.session_timeout.count(),
                        member.subscription, member.assignment);
  }
  return text;
}
Result<Entry> read(const LogRecord& record) {
  return read_record(as_bytes(record.key),
                     record.value ? std::optional(as_bytes(*record.value)) : std::nullopt);
}

}  // namespace

RandomWorld::RandomWorld(std::uint64_t seed)
    : random_(seed),
      config_(small_times(random_)),
      core_(std::make_shared<GroupCoordinatorCore>(config_)) {
  for (const std::string& group : kGroups) {
    for (const char* name : {"a", "b", "i", "j"}) {
      clients_.push_back({.group = group, .name = name, .is_static = *name >= 'i'});
    }
  }
}

void RandomWorld::step() {
  const std::uint64_t dice = random_.below(100);
  if (dice < 55) {
    client_acts(clients_[random_.below(clients_.size())]);
  } else if (dice < 75) {
    if (!under_way_.empty()) append_ends(random_.below(under_way_.size()));
  } else if (dice < 88) {
    time_passes(static_cast<std::int64_t>(random_.below(random_.one_in(10) ? 500 : 15)));
  } else if (dice < 94) {
    commit(kGroups[random_.below(2)], nullptr);
  } else if (dice < 97) {
    administrate();
  } else if (dice < 98) {
    fail_over();
  } else {
    while (!under_way_.empty()) append_ends(random_.below(under_way_.size()));
    compare_with_log();
  }
}

void RandomWorld::end_well() {
  faults_ = false;
  for (int i = 0; i < 2000 && !waiting_.empty(); ++i) {
    while (!under_way_.empty()) append_ends(0);
    time_passes(i < 1000 ? 10 : 1000);
  }
  EXPECT_TRUE(waiting_.empty()) << waiting_.size() << " requests are never answered";
  compare_with_log();
}

void RandomWorld::end_by_resigning() {
  in_office_ = false;
  Effects effects;
  core_->on_unloaded(effects);
  carry_out(effects);
  while (!under_way_.empty()) append_ends(random_.below(under_way_.size()));
  EXPECT_TRUE(waiting_.empty()) << waiting_.size() << " requests are never answered";
}

// ---- events

std::optional<std::string_view> RandomWorld::instance_of(const Client& client) const {
  return client.is_static ? std::optional<std::string_view>(client.name) : std::nullopt;
}

RequestId RandomWorld::ask(Client* client) {
  const RequestId id(++last_request_);
  waiting_.emplace(id, client);
  return id;
}

void RandomWorld::client_acts(Client& client) {
  using enum Client::Phase;
  if (random_.one_in(12)) {  // it restarts, without a word
    client.member_id.clear();
    client.phase = kOutside;
  }
  if (random_.one_in(25)) return leave(client);
  switch (client.phase) {
    case kOutside:
      return join(client);
    case kJoining:  // mostly patient
      if (random_.one_in(6)) join(client);
      return;
    case kJoined:
      return sync(client);
    case kSyncing:
      if (random_.one_in(6)) sync(client);
      return;
    case kMember:
      if (random_.one_in(3)) return commit(client.group, &client);
      if (random_.one_in(12)) return join(client);
      const ErrorCode error = core_->heartbeat(
          client.group, {client.member_id, instance_of(client)}, client.generation, now());
      if (error != ErrorCode::kNone) client.phase = kOutside;
      if (error == ErrorCode::kUnknownMemberId || error == ErrorCode::kFencedInstanceId) {
        client.member_id.clear();
      }
      judge();
  }
}

void RandomWorld::join(Client& client) {
  const std::string suffix = std::to_string(++last_suffix_);
  const std::string metadata = random_.one_in(5) ? "new" : "m";
  JoinRequest request;
  request.id = ask(&client);
  request.group = client.group;
  request.member_id = client.member_id;
  request.instance_id = instance_of(client);
  request.require_known_member_id = !client.is_static && random_.one_in(2);
  request.supports_skipping_assignment = random_.one_in(2);
  request.client_id = client.name;
  request.client_host = "/h";
  request.session_timeout = milliseconds(50 + random_.below(100));
  request.rebalance_timeout = milliseconds(20 + random_.below(100));
  request.protocol_type = random_.one_in(50) ? "connect" : "consumer";
  request.protocols = {{"range", as_bytes(metadata)}};
  if (!random_.one_in(4)) {
    request.protocols.insert(
        request.protocols.begin() + static_cast<std::ptrdiff_t>(random_.below(2)),
        {"sticky", as_bytes("s")});
  }
  request.new_id_suffix = suffix;
  client.phase = Client::Phase::kJoining;
  Effects effects;
  core_->join(request, now(), effects);
  carry_out(effects);
}

void RandomWorld::sync(Client& client) {
  SyncRequest request;
  request.id = ask(&client);
  request.group = client.group;
  request.generation = client.generation;
  request.member_id = client.member_id;
  request.instance_id = instance_of(client);
  // A leader that syncs again says the same again.
  std::vector<std::string> assignments;
  if (client.leads) {
    for (const std::string& member : client.members) {
      assignments.push_back(std::to_string(client.generation.value()) + " for " + member);
    }
    for (std::size_t i = 0; i < assignments.size(); ++i) {
      request.assignments.push_back({client.members[i], as_bytes(assignments[i])});
    }
  }
  client.phase = Client::Phase::kSyncing;
  Effects effects;
  core_->sync(request, now(), effects);
  carry_out(effects);
}

void RandomWorld::commit(const std::string& group, const Client* client) {
  OffsetCommitRequest request;
  request.id = ask(nullptr);
  request.group = group;
  if (client != nullptr) {
    request.member = {client->member_id, instance_of(*client)};
    request.generation = client->generation;
  }
  Commit& commit = commits_[request.id];
  commit = {group, {}, ++last_offset_};
  for (const TopicPartition& tp : kPartitions) {
    if (!random_.one_in(2)) continue;
    commit.partitions.push_back(tp);
    request.partitions.push_back(
        {.tp = tp, .offset = Offset(commit.offset), .metadata = {}, .commit_timestamp = {}});
  }
  Effects effects;
  core_->commit_offsets(request, now(), effects);
  carry_out(effects);
}

void RandomWorld::leave(const Client& client) {
  Effects effects;
  core_->leave(client.group, {{{client.member_id, instance_of(client)}, {}}}, now(), effects);
  carry_out(effects);
}

void RandomWorld::time_passes(std::int64_t ms) {
  now_ += milliseconds(ms);
  Effects effects;
  core_->on_tick(now(), effects);
  carry_out(effects);
}

void RandomWorld::administrate() {
  Effects effects;
  const std::string& group = kGroups[random_.below(2)];
  const TopicPartition& tp = kPartitions[random_.below(kPartitions.size())];
  switch (random_.below(4)) {
    case 0:
      if (const auto errors = core_->delete_offsets(group, {tp}, effects);
          errors && errors->at(0) == ErrorCode::kNone) {
        forget(group, tp);
      }
      break;
    case 1:
      core_->on_partitions_deleted({tp}, effects);
      for (const std::string& each : kGroups) forget(each, tp);
      break;
    case 2:
      if (core_->delete_group(group, effects) == ErrorCode::kNone) {
        for (const TopicPartition& each : kPartitions) forget(group, each);
      }
      break;
    default:
      const auto before = all_offsets();
      core_->expire_offsets(now(), effects);
      forget_what_expired(before);
      break;
  }
  carry_out(effects);
}

void RandomWorld::fail_over() {
  ++failovers;
  in_office_ = false;
  Effects effects;
  core_->on_unloaded(effects);
  carry_out(effects);
  effects.clear();
  core_ = std::make_shared<GroupCoordinatorCore>(config_);
  load_from_log(*core_);
  core_->on_loaded(now(), effects);
  in_office_ = true;
  doubtful_.clear();  // what it holds is what the log holds
  carry_out(effects);
}

void RandomWorld::load_from_log(GroupCoordinatorCore& core) const {
  for (const Logged& logged : log_) {
    const auto entry = read(logged.record);
    ASSERT_TRUE(entry);
    core.replay(*entry, {logged.base_offset, std::nullopt}, now());
  }
}

// ---- effects

void RandomWorld::carry_out(Effects& effects) {
  // Moved first: what is done with them may bring others.
  for (const Effect& effect : Effects(std::move(effects))) {
    if (const auto* append = std::get_if<Append>(&effect)) {
      begin_append(*append);
    } else if (const auto* tombstones = std::get_if<AppendTombstones>(&effect)) {
      for (const LogRecord& record : tombstones->records) {
        log_.push_back({Offset(log_end_++), record});
        const auto entry = read(record);
        ASSERT_TRUE(entry);
        if (const auto* of_group = std::get_if<GroupEntry>(&*entry)) {
          last_group_append_.erase(of_group->group);
        } else {
          doubtful_.erase({std::get<OffsetEntry>(*entry).group, std::get<OffsetEntry>(*entry).tp});
        }
      }
    } else if (const auto* join = std::get_if<AnswerJoin>(&effect)) {
      hear(*join);
    } else if (const auto* sync = std::get_if<AnswerSync>(&effect)) {
      hear(*sync);
    } else if (const auto* commit = std::get_if<AnswerCommit>(&effect)) {
      hear(*commit);
    }
  }
  judge();
}

void RandomWorld::begin_append(const Append& append) {
  Fate fate = Fate::kWell;
  if (faults_ && random_.one_in(8)) fate = Fate::kRefused;
  if (faults_ && random_.one_in(20)) fate = Fate::kInTheLogButTimedOut;
  UnderWay& under_way =
      under_way_.emplace_back(UnderWay{core_, append.id, fate, Offset(log_end_), {}, {}});
  for (const LogRecord& record : append.records) {
    const auto entry = read(record);
    ASSERT_TRUE(entry);
    if (const auto* offset = std::get_if<OffsetEntry>(&*entry)) {
      under_way.group = offset->group;
      under_way.committed.push_back(offset->tp);
    } else {
      under_way.group = std::get<GroupEntry>(*entry).group;
      last_group_append_[under_way.group] = fate;
    }
    if (fate == Fate::kRefused) continue;
    log_.push_back({under_way.base_offset, record});
    ++log_end_;
  }
}

void RandomWorld::append_ends(std::size_t which) {
  const UnderWay ended = under_way_[which];
  under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(which));
  ErrorCode error = ErrorCode::kNone;
  if (ended.fate == Fate::kRefused) error = ErrorCode::kNotEnoughReplicas;
  if (ended.fate == Fate::kInTheLogButTimedOut) error = ErrorCode::kRequestTimedOut;
  // A static member's replacement that fails is undone, but a record of another member's that was
  // made meanwhile names the new id: as in Kafka, until it joins again.
  if (ended.committed.empty() && ended.fate != Fate::kWell) {
    last_group_append_[ended.group] = ended.fate;
  }
  for (const TopicPartition& tp : ended.committed) {
    const Key key{ended.group, tp};
    if (ended.core == core_ && ended.fate == Fate::kInTheLogButTimedOut) {
      Offset& last = doubtful_[key];
      last = std::max(last, ended.base_offset);
    } else if (ended.fate == Fate::kWell && doubtful_.contains(key) &&
               doubtful_[key] < ended.base_offset) {
      doubtful_.erase(key);
    }
  }
  Effects effects;
  ended.core->on_appended(ended.id, error, ended.base_offset, now(), effects);
  carry_out(effects);
}

RandomWorld::Client* RandomWorld::answered_once(RequestId request) {
  const auto node = waiting_.extract(request);
  EXPECT_FALSE(node.empty()) << "request " << request.value() << " is answered twice";
  return node.empty() ? nullptr : node.mapped();
}

void RandomWorld::hear(const AnswerJoin& heard) {
  Client* client = answered_once(heard.request);
  const JoinAnswer& answer = heard.answer;
  if (client == nullptr) return;
  client->phase = Client::Phase::kOutside;
  if (answer.error == ErrorCode::kMemberIdRequired) client->member_id = answer.member_id;
  if (answer.error == ErrorCode::kUnknownMemberId || answer.error == ErrorCode::kFencedInstanceId) {
    client->member_id.clear();
  }
  if (answer.error != ErrorCode::kNone) return;
  ++generations;
  client->member_id = answer.member_id;
  client->generation = answer.generation;
  client->leads = answer.leader == answer.member_id && !answer.skip_assignment;
  client->members.clear();
  for (const JoinedMember& member : answer.members) client->members.push_back(member.member_id);
  client->phase = Client::Phase::kJoined;
}

void RandomWorld::hear(const AnswerSync& heard) {
  Client* client = answered_once(heard.request);
  if (client == nullptr) return;
  if (heard.answer.error == ErrorCode::kNone) ++stable;
  client->phase =
      heard.answer.error == ErrorCode::kNone ? Client::Phase::kMember : Client::Phase::kOutside;
}

void RandomWorld::hear(const AnswerCommit& heard) {
  answered_once(heard.request);
  const Commit commit = commits_.at(heard.request);
  commits_.erase(heard.request);
  ASSERT_EQ(heard.errors.size(), commit.partitions.size());
  for (std::size_t i = 0; i < heard.errors.size(); ++i) {
    if (heard.errors[i] != ErrorCode::kNone) continue;
    ++commits;
    std::int64_t& latest = acknowledged_[{commit.group, commit.partitions[i]}];
    latest = std::max(latest, commit.offset);
  }
}

// ---- judges

void RandomWorld::judge() {
  ASSERT_EQ(violated_invariant(*core_), "");
  judge_offsets();
}

std::map<RandomWorld::Key, std::int64_t> RandomWorld::all_offsets() const {
  std::map<Key, std::int64_t> all;
  for (const auto& [id, group] : core_->groups()) {
    for (const auto& [tp, committed] : group.offsets().committed()) {
      all[{id, tp}] = committed.value.offset.value();
    }
  }
  return all;
}

void RandomWorld::judge_offsets() {
  if (!in_office_) return;
  const auto all = all_offsets();
  for (const auto& [key, offset] : all) {
    std::int64_t& shown = shown_[key];
    ASSERT_GE(offset, shown) << "an offset of " << key.second.to_string() << " has gone back";
    shown = offset;
  }
  for (const auto& [key, offset] : acknowledged_) {
    const auto forgotten = forgotten_.find(key);
    if (forgotten != forgotten_.end() && offset <= forgotten->second) continue;
    const auto found = all.find(key);
    ASSERT_TRUE(found != all.end() && found->second >= offset)
        << "offset " << offset << " of " << key.second.to_string() << " in group " << key.first
        << " was acknowledged and is lost";
  }
}

void RandomWorld::forget(const std::string& group, const TopicPartition& tp) {
  forgotten_[{group, tp}] = last_offset_;
}

void RandomWorld::forget_what_expired(const std::map<Key, std::int64_t>& before) {
  const auto after = all_offsets();
  for (const auto& [key, offset] : before) {
    if (!after.contains(key)) forget(key.first, key.second);
  }
}

bool RandomWorld::is_under_way(const std::string& group) const {
  return std::any_of(under_way_.begin(), under_way_.end(),
                     [&](const UnderWay& each) { return each.group == group; });
}

void RandomWorld::compare_with_log() {
  GroupCoordinatorCore loaded(config_);
  load_from_log(loaded);
  ++comparisons;
  std::map<Key, CommittedOffset> live_offsets;
  std::map<Key, CommittedOffset> loaded_offsets;
  const auto collect = [&](const GroupCoordinatorCore& core, auto& into) {
    for (const auto& [id, group] : core.groups()) {
      if (is_under_way(id)) continue;
      for (const auto& [tp, committed] : group.offsets().committed()) {
        if (!doubtful_.contains({id, tp})) into[{id, tp}] = committed.value;
      }
    }
  };
  collect(*core_, live_offsets);
  collect(loaded, loaded_offsets);
  ASSERT_EQ(live_offsets, loaded_offsets);
  compare_groups(loaded);
}

void RandomWorld::compare_groups(const GroupCoordinatorCore& loaded) {
  for (const auto& [id, live] : core_->groups()) {
    // A rebalance is not stored, and what came of an append that failed is not known.
    const auto last = last_group_append_.find(id);
    const bool is_stored = live.is(GroupState::kStable) || live.is(GroupState::kEmpty);
    if (!is_stored || is_under_way(id)) continue;
    if (last == last_group_append_.end() || last->second != Fate::kWell) continue;
    ASSERT_TRUE(loaded.groups().contains(id)) << id;
    const Group& from_log = loaded.groups().at(id);
    ASSERT_EQ(text_of(live), text_of(from_log)) << id;
  }
  for (const auto& [id, from_log] : loaded.groups()) {
    if (from_log.generation() > GenerationId(0)) {
      ASSERT_TRUE(core_->groups().contains(id)) << "group " << id << " is only in the log";
    }
  }
}

}  // namespace barnabas::group
