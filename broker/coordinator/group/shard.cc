#include "broker/coordinator/group/shard.h"

#include <utility>

#include "broker/base/logging.h"
#include "broker/base/outbox.h"
#include "broker/coordinator/group/group_coordinator.h"
#include "broker/coordinator/group/loader.h"
#include "broker/replica/replica_manager.h"

namespace barnabas::group {

Shard::Shard(PartitionId partition, LeaderEpoch epoch, const GroupConfig& groups,
             const StoreOptions& store, Parts parts)
    : tp_{std::string(kOffsetsTopic), partition},
      epoch_(epoch),
      groups_(groups),
      store_(store),
      parts_(parts) {}

Now Shard::now() const {
  return {parts_.clock.now(), parts_.clock.wall_clock_ms()};
}

ErrorCode Shard::check_loaded() const {
  if (unloaded_) return ErrorCode::kNotCoordinator;
  return core_ ? ErrorCode::kNone : ErrorCode::kCoordinatorLoadInProgress;
}

// ---- Its office begins and ends

void Shard::start_loading() {
  parts_.background.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->load();
  });
}

void Shard::load() {
  const auto partition = parts_.replicas.find(tp_.topic, tp_.partition);
  if (!partition) return;  // gone again; whoever took it away unloads
  const Time began = parts_.clock.now();
  auto core = std::make_unique<GroupCoordinatorCore>(groups_);
  const Result<void> loaded =
      load_groups(*partition, {.buffer_bytes = store_.load_buffer_bytes, .now = now()}, *core);
  if (!loaded) {
    // Another leader is on its way, or the disk is gone: nobody is coordinated by halves.
    log_error("[GroupMetadataManager] Error loading offsets from {}: {} {}", tp_,
              error_name(loaded.error().code), loaded.error().detail);
    return unload();
  }
  log_info(
      "[GroupMetadataManager] Finished loading offsets and group metadata from {} in {} "
      "milliseconds for epoch {}: {} groups.",
      tp_, std::chrono::duration_cast<milliseconds>(parts_.clock.now() - began).count(), epoch_,
      core->groups().size());
  on_loaded(std::move(core));
}

void Shard::on_loaded(std::unique_ptr<GroupCoordinatorCore> core) {
  {
    MutexLock lock(mu_);
    if (unloaded_) return;
    core_ = std::move(core);
    core_->on_loaded(now(), outbox_);
    arm_timer();
  }
  carry_out_effects();
}

void Shard::unload() {
  {
    MutexLock lock(mu_);
    if (std::exchange(unloaded_, true)) return;
    if (core_) core_->on_unloaded(outbox_);
  }
  carry_out_effects();
}

bool Shard::is_loading() const {
  MutexLock lock(mu_);
  return check_loaded() == ErrorCode::kCoordinatorLoadInProgress;
}

// ---- Requests that are answered later

template <typename Answer, typename Request, typename Event>
ErrorCode Shard::later(Waiting<Answer> Shard::* waiting, Request& request, Callback<Answer>& done,
                       Event event) {
  {
    MutexLock lock(mu_);
    if (const ErrorCode error = check_loaded(); error != ErrorCode::kNone) return error;
    request.id = ++last_request_;
    (this->*waiting).emplace(request.id, std::move(done));
    (*core_.*event)(request, now(), outbox_);
    arm_timer();
  }
  carry_out_effects();
  return ErrorCode::kNone;
}

ErrorCode Shard::join(JoinRequest request, Callback<JoinAnswer>& done) {
  return later(&Shard::joins_, request, done, &GroupCoordinatorCore::join);
}

ErrorCode Shard::sync(SyncRequest request, Callback<SyncAnswer>& done) {
  return later(&Shard::syncs_, request, done, &GroupCoordinatorCore::sync);
}

ErrorCode Shard::commit_offsets(OffsetCommitRequest request,
                                Callback<std::vector<ErrorCode>>& done) {
  return later(&Shard::commits_, request, done, &GroupCoordinatorCore::commit_offsets);
}

// ---- Requests that are answered at once

template <typename Event>
ErrorCode Shard::with_core(Event event) {
  {
    MutexLock lock(mu_);
    if (const ErrorCode error = check_loaded(); error != ErrorCode::kNone) return error;
    event(*core_, outbox_);
    arm_timer();
  }
  carry_out_effects();
  return ErrorCode::kNone;
}

template <typename Look>
ErrorCode Shard::look_at_core(Look look) const {
  MutexLock lock(mu_);
  if (const ErrorCode error = check_loaded(); error != ErrorCode::kNone) return error;
  look(std::as_const(*core_));
  return ErrorCode::kNone;
}

ErrorCode Shard::heartbeat(std::string_view group, const MemberIdentity& member,
                           GenerationId generation) {
  ErrorCode told = ErrorCode::kNone;
  const ErrorCode error = with_core([&](GroupCoordinatorCore& core, Effects&) {
    told = core.heartbeat(group, member, generation, now());
  });
  return error != ErrorCode::kNone ? error : told;
}

Result<std::vector<ErrorCode>> Shard::leave(std::string_view group,
                                            const std::vector<LeavingMember>& members) {
  std::vector<ErrorCode> told;
  const ErrorCode error = with_core([&](GroupCoordinatorCore& core, Effects& out) {
    told = core.leave(group, members, now(), out);
  });
  if (error != ErrorCode::kNone) return error;
  return told;
}

Result<std::vector<FetchedOffset>> Shard::fetch_offsets(
    std::string_view group, const std::optional<std::vector<TopicPartition>>& partitions,
    bool require_stable) const {
  std::vector<FetchedOffset> told;
  const ErrorCode error = look_at_core([&](const GroupCoordinatorCore& core) {
    told = core.fetch_offsets(group, partitions, require_stable);
  });
  if (error != ErrorCode::kNone) return error;
  return told;
}

Result<std::vector<ErrorCode>> Shard::delete_offsets(
    std::string_view group, const std::vector<TopicPartition>& partitions) {
  Result<std::vector<ErrorCode>> told = std::vector<ErrorCode>();
  const ErrorCode error = with_core([&](GroupCoordinatorCore& core, Effects& out) {
    told = core.delete_offsets(group, partitions, out);
  });
  if (error != ErrorCode::kNone) return error;
  return told;
}

Result<GroupDescription> Shard::describe(std::string_view group) const {
  GroupDescription told;
  const ErrorCode error =
      look_at_core([&](const GroupCoordinatorCore& core) { told = core.describe(group); });
  if (error != ErrorCode::kNone) return error;
  return told;
}

Result<std::vector<GroupOverview>> Shard::overview() const {
  std::vector<GroupOverview> told;
  const ErrorCode error =
      look_at_core([&](const GroupCoordinatorCore& core) { told = core.overview(); });
  if (error != ErrorCode::kNone) return error;
  return told;
}

ErrorCode Shard::delete_group(std::string_view group) {
  ErrorCode told = ErrorCode::kNone;
  const ErrorCode error = with_core(
      [&](GroupCoordinatorCore& core, Effects& out) { told = core.delete_group(group, out); });
  return error != ErrorCode::kNone ? error : told;
}

void Shard::on_partitions_deleted(const std::vector<TopicPartition>& partitions) {
  with_core([&](GroupCoordinatorCore& core, Effects& out) {
    core.on_partitions_deleted(partitions, out);
  });
}

void Shard::expire_offsets() {
  with_core([&](GroupCoordinatorCore& core, Effects& out) { core.expire_offsets(now(), out); });
}

void Shard::inspect(const std::function<void(const GroupCoordinatorCore&)>& look) const {
  look_at_core(look);
}

// ---- Deadlines

void Shard::arm_timer() {
  const std::optional<Time> next = core_->next_deadline();
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  const Duration delay = std::max(*next - parts_.clock.now(), Duration(0));
  // An earlier timer that is armed finds nothing due, and that is all.
  parts_.timers.run_after(delay, [weak = weak_from_this(), due = *next] {
    if (const auto self = weak.lock()) self->on_timer(due);
  });
}

void Shard::on_timer(Time due) {
  {
    MutexLock lock(mu_);
    if (unloaded_ || armed_ != due) return;
    armed_.reset();
    core_->on_tick(now(), outbox_);
    arm_timer();
  }
  carry_out_effects();
}

// ---- Effects

void Shard::carry_out_effects() {
  drain_outbox(mu_, outbox_, carrying_out_, [this](Effect& effect) { carry_out(effect); });
}

// What a request is called back with is taken out under the lock, and called without it.
template <typename Answer>
void Shard::answer(Waiting<Answer> Shard::* waiting, RequestId request, Answer& answer) {
  Callback<Answer> done;
  {
    MutexLock lock(mu_);
    done = std::move((this->*waiting).extract(request).mapped());
  }
  done(std::move(answer));
}

void Shard::carry_out(Effect& effect) {
  if (auto* join = std::get_if<AnswerJoin>(&effect)) {
    answer(&Shard::joins_, join->request, join->answer);
  } else if (auto* sync = std::get_if<AnswerSync>(&effect)) {
    answer(&Shard::syncs_, sync->request, sync->answer);
  } else if (auto* commit = std::get_if<AnswerCommit>(&effect)) {
    answer(&Shard::commits_, commit->request, commit->errors);
  } else if (auto* append_records = std::get_if<Append>(&effect)) {
    append(append_records->records, append_records->id);
  } else if (auto* tombstones = std::get_if<AppendTombstones>(&effect)) {
    append(tombstones->records, std::nullopt);
  } else {
    const Say& say = std::get<Say>(effect);
    log_at(say.warning ? LogLevel::kWarn : LogLevel::kInfo, "[GroupCoordinator {}] {}", tp_,
           say.text);
  }
}

// Keeps the batch until the append has ended, and tells of its end.
class Shard::AppendSink final : public replica::AppendSink {
 public:
  AppendSink(std::shared_ptr<Shard> shard, std::optional<AppendId> id,
             std::vector<std::uint8_t> batch)
      : shard_(std::move(shard)), id_(id), batch_(std::move(batch)) {}

  MutableBytesView batch() { return batch_; }
  void parked() override {}
  void done(std::vector<replica::AppendOutcome> outcomes) override {
    const replica::AppendOutcome& outcome = outcomes.front();
    if (id_) return shard_->on_appended(*id_, outcome.error, outcome.base_offset);
    if (outcome.error != ErrorCode::kNone) {
      log_error("[GroupMetadataManager] Failed to append tombstones to {}: {} {}", shard_->tp_,
                error_name(outcome.error), outcome.detail);
    }
  }

 private:
  const std::shared_ptr<Shard> shard_;
  const std::optional<AppendId> id_;
  std::vector<std::uint8_t> batch_;
};

void Shard::append(const std::vector<LogRecord>& records, std::optional<AppendId> id) {
  protocol::RecordBatchBuilder builder;
  builder.codec = store_.codec;
  const Timestamp timestamp = parts_.clock.wall_clock_ms();
  for (const LogRecord& record : records) builder.add(timestamp, record.key, record.value);
  auto sink = std::make_unique<AppendSink>(shared_from_this(), id, builder.build());
  std::vector<replica::AppendEntry> entries{{.topic = tp_.topic,
                                             .partition = tp_.partition,
                                             .batches = sink->batch(),
                                             .required_epoch = epoch_}};
  parts_.replicas.append(std::move(entries), id ? store_.required_acks : replica::Acks::kNone,
                         store_.commit_timeout, log::AppendOrigin::kCoordinator, std::move(sink));
}

void Shard::on_appended(AppendId append, ErrorCode error, Offset base_offset) {
  {
    MutexLock lock(mu_);
    core_->on_appended(append, error, base_offset, now(), outbox_);
    if (!unloaded_) arm_timer();
  }
  carry_out_effects();
}

}  // namespace barnabas::group
