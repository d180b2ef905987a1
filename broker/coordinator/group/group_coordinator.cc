#include "broker/coordinator/group/group_coordinator.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/base/logging.h"
#include "broker/coordinator/group/core/coordinator_epoch.h"
#include "broker/protocol/java_string.h"
#include "zkclient/documents.h"
#include "zkclient/paths.h"

namespace barnabas::group {
namespace {

constexpr Duration kLearnAgainAfter = milliseconds(100);

}  // namespace

GroupCoordinator::GroupCoordinator(GroupCoordinatorOptions options, GroupCoordinatorParts parts)
    : options_(options),
      parts_(parts),
      alive_(std::make_shared<GroupCoordinator*>(this)),
      random_(parts.random.next()) {}

GroupCoordinator::~GroupCoordinator() {
  *alive_ = nullptr;
  parts_.coordination.cancel(expiration_);
}

void GroupCoordinator::start() {
  active_.store(true);
  log_info("[GroupCoordinator {}] Startup complete.", options_.broker_id);
  schedule_expiration();
}

void GroupCoordinator::shutdown() {
  active_.store(false);
  parts_.coordination.cancel(std::exchange(expiration_, {}));
  for (const auto& shard : shards()) shard->unload();
  log_info("[GroupCoordinator {}] Shutdown complete.", options_.broker_id);
}

void GroupCoordinator::schedule_expiration() {
  expiration_ = parts_.coordination.run_after(options_.expiration_check_interval, [alive = alive_] {
    if (!*alive) return;
    for (const auto& shard : (*alive)->shards()) shard->expire_offsets();
    (*alive)->schedule_expiration();
  });
}

// ---- Which partitions are coordinated here

void GroupCoordinator::on_leader(const TopicPartition& tp, LeaderEpoch epoch) {
  if (tp.topic != kOffsetsTopic) return;
  std::shared_ptr<Shard> former;
  std::shared_ptr<Shard> elected;
  {
    MutexLock lock(mu_);
    std::shared_ptr<Shard>& place = shards_[tp.partition];
    if (place && !is_later_epoch(place->epoch(), epoch)) return;
    former = std::move(place);
    elected = place = std::make_shared<Shard>(
        tp.partition, epoch, options_.groups, options_.store,
        Shard::Parts{parts_.clock, parts_.timers, parts_.background, parts_.replicas});
  }
  if (former) former->unload();
  log_info("[GroupCoordinator {}] Elected as the group coordinator for partition {} in epoch {}",
           options_.broker_id, tp.partition, epoch);
  elected->start_loading();
}

void GroupCoordinator::on_not_leader(const TopicPartition& tp, std::optional<LeaderEpoch> epoch) {
  if (tp.topic != kOffsetsTopic) return;
  std::shared_ptr<Shard> resigned;
  {
    MutexLock lock(mu_);
    const auto found = shards_.find(tp.partition);
    if (found == shards_.end() || (epoch && !is_later_epoch(found->second->epoch(), *epoch)))
      return;
    resigned = std::move(found->second);
    shards_.erase(found);
  }
  log_info("[GroupCoordinator {}] Resigned as the group coordinator for partition {}",
           options_.broker_id, tp.partition);
  resigned->unload();
}

void GroupCoordinator::on_metadata_update(const replica::MetadataSnapshot& metadata,
                                          const std::vector<TopicPartition>& removed) {
  if (!removed.empty()) {
    for (const auto& shard : shards()) shard->on_partitions_deleted(removed);
  }
  const replica::TopicMetadata* topic = metadata.topic(kOffsetsTopic);
  const auto id = topic != nullptr ? std::optional(topic->topic_id) : std::nullopt;
  if (!id || (offsets_topic_ && offsets_topic_ != id)) set_partition_count(0);
  offsets_topic_ = id;
  learn_partition_count();
}

void GroupCoordinator::learn_partition_count() {
  if (!offsets_topic_ || partition_count() > 0) return;
  if (std::exchange(learning_partition_count_, true)) return;
  // The metadata may know some of the partitions of a new topic only; its znode has them all.
  parts_.zookeeper.get_data(
      zk::paths::topic(kOffsetsTopic), /*watch=*/false,
      [alive = alive_](const zk::DataAnswer& answer) {
        if (!*alive) return;
        GroupCoordinator& self = **alive;
        self.learning_partition_count_ = false;
        const auto topic = answer.ok() ? zk::TopicZnode::decode(answer.data)
                                       : Result<zk::TopicZnode>(ErrorCode::kUnknownServerError);
        if (topic && self.is_offsets_topic(topic->topic_id)) {
          return self.set_partition_count(static_cast<std::int32_t>(topic->partitions.size()));
        }
        // A ZooKeeper server that lags behind the controller's has no such topic yet, or its
        // predecessor; nothing else may lead here again for hours.
        self.parts_.coordination.run_after(kLearnAgainAfter, [alive] {
          if (*alive) (**alive).learn_partition_count();
        });
      });
}

bool GroupCoordinator::is_offsets_topic(const std::optional<Uuid>& topic_id) const {
  if (!offsets_topic_) return false;  // deleted meanwhile
  return offsets_topic_->is_zero() || topic_id.value_or(Uuid()) == *offsets_topic_;
}

std::optional<PartitionId> GroupCoordinator::partition_for(std::string_view group) const {
  const std::int32_t count = partition_count();  // once: it may be forgotten at any time
  if (count == 0) return std::nullopt;
  return protocol::partition_for(group, count);
}

Result<std::shared_ptr<Shard>> GroupCoordinator::shard_for(std::string_view group,
                                                           bool may_be_empty) const {
  if (group.empty() && !may_be_empty) return ErrorCode::kInvalidGroupId;
  const auto partition = partition_for(group);
  if (!active_.load() || !partition) return ErrorCode::kCoordinatorNotAvailable;
  std::shared_ptr<Shard> found = shard(*partition);
  if (!found) return ErrorCode::kNotCoordinator;
  return found;
}

std::shared_ptr<Shard> GroupCoordinator::shard(PartitionId partition) const {
  MutexLock lock(mu_);
  const auto found = shards_.find(partition);
  return found == shards_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Shard>> GroupCoordinator::shards() const {
  std::vector<std::shared_ptr<Shard>> all;
  MutexLock lock(mu_);
  all.reserve(shards_.size());
  for (const auto& [partition, shard] : shards_) all.push_back(shard);
  return all;
}

// ---- Membership

std::string GroupCoordinator::new_id_suffix() {
  MutexLock lock(mu_);
  return Uuid::random(random_).to_hex_string();
}

void GroupCoordinator::join(JoinRequest request, Callback<JoinAnswer> done) {
  const auto shard = shard_for(request.group, /*may_be_empty=*/false);
  ErrorCode error = shard.code_or(ErrorCode::kNone);
  if (shard) {
    const std::string suffix = request.member_id.empty() ? new_id_suffix() : std::string();
    request.new_id_suffix = suffix;
    error = (*shard)->join(request, done);
  }
  if (error != ErrorCode::kNone) {
    done({.error = error, .member_id = std::string(request.member_id)});
  }
}

void GroupCoordinator::sync(SyncRequest request, Callback<SyncAnswer> done) {
  const auto shard = shard_for(request.group, /*may_be_empty=*/false);
  ErrorCode error = shard.code_or(ErrorCode::kNone);
  if (shard) error = (*shard)->sync(std::move(request), done);
  // A rebalance that was under way is lost with its coordinator; old clients do not know the error.
  if (error == ErrorCode::kCoordinatorLoadInProgress) error = ErrorCode::kRebalanceInProgress;
  if (error != ErrorCode::kNone) done({.error = error});
}

ErrorCode GroupCoordinator::heartbeat(std::string_view group, const MemberIdentity& member,
                                      GenerationId generation) {
  const auto shard = shard_for(group, /*may_be_empty=*/false);
  if (!shard) return shard.error().code;
  const ErrorCode error = (*shard)->heartbeat(group, member, generation);
  // Members get their session's time anew when all is loaded; old clients do not know the error.
  return error == ErrorCode::kCoordinatorLoadInProgress ? ErrorCode::kNone : error;
}

Result<std::vector<ErrorCode>> GroupCoordinator::leave(std::string_view group,
                                                       const std::vector<LeavingMember>& members) {
  TRY(const auto shard, shard_for(group, /*may_be_empty=*/false));
  return shard->leave(group, members);
}

// ---- Offsets

void GroupCoordinator::commit_offsets(OffsetCommitRequest request,
                                      Callback<std::vector<ErrorCode>> done) {
  const auto shard = shard_for(request.group, /*may_be_empty=*/true);
  const std::size_t partitions = request.partitions.size();
  ErrorCode error = shard.code_or(ErrorCode::kNone);
  if (shard) error = (*shard)->commit_offsets(std::move(request), done);
  if (error != ErrorCode::kNone) done(std::vector<ErrorCode>(partitions, error));
}

Result<std::vector<FetchedOffset>> GroupCoordinator::fetch_offsets(
    std::string_view group, const std::optional<std::vector<TopicPartition>>& partitions,
    bool require_stable) const {
  TRY(const auto shard, shard_for(group, /*may_be_empty=*/true));
  return shard->fetch_offsets(group, partitions, require_stable);
}

Result<std::vector<ErrorCode>> GroupCoordinator::delete_offsets(
    std::string_view group, const std::vector<TopicPartition>& partitions) {
  TRY(const auto shard, shard_for(group, /*may_be_empty=*/false));
  return shard->delete_offsets(group, partitions);
}

// ---- Administration

Result<GroupDescription> GroupCoordinator::describe(std::string_view group) const {
  TRY(const auto shard, shard_for(group, /*may_be_empty=*/true));
  return shard->describe(group);
}

GroupCoordinator::Listing GroupCoordinator::list() const {
  Listing listing;
  if (!active_.load()) {
    listing.error = ErrorCode::kCoordinatorNotAvailable;
    return listing;
  }
  for (const auto& shard : shards()) {
    auto groups = shard->overview();
    if (groups) {
      listing.groups.insert(listing.groups.end(), std::make_move_iterator(groups->begin()),
                            std::make_move_iterator(groups->end()));
    } else if (groups.error().code == ErrorCode::kCoordinatorLoadInProgress) {
      listing.error = ErrorCode::kCoordinatorLoadInProgress;
    }
  }
  return listing;
}

ErrorCode GroupCoordinator::delete_group(std::string_view group) {
  const auto shard = shard_for(group, /*may_be_empty=*/true);
  return shard ? (*shard)->delete_group(group) : shard.error().code;
}

}  // namespace barnabas::group
