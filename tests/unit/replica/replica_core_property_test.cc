// Random events on one ReplicaCore: whatever comes, the invariants hold, and what was acknowledged
// is on every replica of every ISR that the controller may have committed.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "broker/base/random.h"
#include "broker/replica/core/invariants.h"
#include "broker/replica/core/replica_core.h"
#include "tests/unit/replica/core_values.h"

namespace barnabas::replica {
namespace {

// The core under test, a controller that may be slow, and followers that hold prefixes of its log.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed), core_({b(1), milliseconds(kLagMs)}) {
    core_.on_min_insync_replicas(1 + random_.below(2));
    core_.on_live_brokers(live({1, 2, 3}));
    lead();
  }

  void step() {
    const CoreMoment before = moment_of(core_);
    now_ += milliseconds(static_cast<std::int64_t>(random_.below(9000)));
    switch (random_.below(12)) {
      case 0:
      case 1:
        append();
        break;
      case 2:
      case 3:
      case 4:
      case 5:
        follower_fetches(2 + static_cast<std::int32_t>(random_.below(2)));
        break;
      case 6:
        core_.on_isr_expiration(log_, now_, effects_);
        break;
      case 7:
        controller_applies();
        break;
      case 8:
        controller_answers();
        break;
      case 9:
        if (random_.one_in(3)) lead();
        break;
      case 10:
        if (random_.one_in(4)) follow();
        break;
      default:
        core_.on_live_brokers(random_.one_in(2) ? live({1, 2}) : live({1, 2, 3}));
        break;
    }
    collect();
    ASSERT_EQ(violated_invariant(core_, log_), "");
    ASSERT_EQ(violated_progress(before, moment_of(core_)), "");
    check_committed();
  }

  std::size_t advances = 0;
  std::size_t commits = 0;

 private:
  struct Answer {
    std::uint64_t id;
    AlterPartitionAnswer answer;
  };

  void lead() {
    ++epoch_;
    ++version_;
    controller_isr_ = core_.is_leader() ? controller_isr_ : brokers({1, 2, 3});
    if (!std::count(controller_isr_.begin(), controller_isr_.end(), b(1))) {
      controller_isr_ = brokers({1, 2, 3});
    }
    LeaderAndIsr state = told(1, epoch_, {}, version_);
    state.isr = controller_isr_;
    // What an in-sync replica holds is at least what this core was told is committed.
    for (auto& end : ends_) end = std::min(end, log_.log_end);
    core_.become_leader(state, log_, now_, effects_);
    pending_.clear();
  }
  void follow() {
    ++epoch_;
    ++version_;
    core_.become_follower(told(2, epoch_, {2, 1}, version_), effects_);
    pending_.clear();
    answers_.clear();
    // The new leader's log: at least all that was committed.
    log_.log_end =
        Offset{core_.high_watermark().value() + static_cast<std::int64_t>(random_.below(5))};
    core_.on_truncated(log_);
    core_.on_follower_appended(core_.high_watermark(), log_, effects_);
    for (auto& end : ends_) end = log_.log_end;
    controller_isr_ = brokers({1, 2, 3});
  }
  void append() {
    if (core_.check_append(false) != ErrorCode::kNone) return;
    log_.log_end += 1 + static_cast<std::int64_t>(random_.below(10));
    core_.on_appended(log_, now_, effects_);
  }
  void follower_fetches(std::int32_t id) {
    FetchRequestInfo info;
    info.follower = b(id);
    info.current_leader_epoch = LeaderEpoch{epoch_};
    Offset& end = ends_[static_cast<std::size_t>(id - 2)];
    info.fetch_offset = end;
    info.isolation = FetchIsolation::kLogEnd;
    const auto decision = core_.check_fetch(info, log_);
    if (decision.error != ErrorCode::kNone) return;
    core_.on_follower_fetch(b(id), end, Offset{0}, log_, now_, effects_);
    // The answer brings some of what is there.
    if (log_.log_end > end) {
      end += 1 + static_cast<std::int64_t>(
                     random_.below(static_cast<std::uint64_t>(log_.log_end - end)));
    }
  }
  void collect() {
    for (const auto& effect : all_of<ProposeIsr>(effects_)) pending_.push_back(effect.proposal);
    advances += all_of<HighWatermarkAdvanced>(effects_).size();
    effects_.clear();
  }
  // The controller writes the oldest proposal, or refuses it; the answer comes later.
  void controller_applies() {
    if (pending_.empty()) return;
    const IsrProposal proposal = pending_.front();
    pending_.pop_front();
    if (proposal.partition_epoch.value() != version_ || random_.one_in(5)) {
      answers_.push_back({proposal.id, {ErrorCode::kOperationNotAttempted, {}, {}, {}}});
      return;
    }
    ++version_;
    controller_isr_ = proposal.new_isr;
    answers_.push_back(
        {proposal.id,
         {ErrorCode::kNone, proposal.leader_epoch, PartitionEpoch{version_}, proposal.new_isr}});
  }
  void controller_answers() {
    if (answers_.empty()) return;
    const Answer answer = answers_.front();
    answers_.pop_front();
    if (core_.on_alter_partition_answer(answer.id, answer.answer, log_, now_, effects_) ==
        AlterPartitionReaction::kCommit) {
      ++commits;
    }
  }
  // Any member of the controller's ISR may be the next leader: it must hold all that is committed.
  void check_committed() {
    if (!core_.is_leader()) return;
    for (const BrokerId id : controller_isr_) {
      if (id == b(1)) continue;
      ASSERT_GE(ends_[static_cast<std::size_t>(id.value() - 2)], core_.high_watermark())
          << "replica " << id.value() << " of the ISR lacks committed records";
    }
  }

  Random random_;
  ReplicaCore core_;
  LogOffsets log_;
  Time now_{};
  std::int32_t epoch_ = 0;
  std::int32_t version_ = 0;
  std::vector<BrokerId> controller_isr_ = brokers({1, 2, 3});
  std::array<Offset, 2> ends_{};  // of brokers 2 and 3
  std::deque<IsrProposal> pending_;
  std::deque<Answer> answers_;
  Effects effects_;
};

TEST(ReplicaCoreProperty, EveryIsrMemberHoldsWhatIsCommittedWhateverHappens) {
  std::size_t advances = 0;
  std::size_t commits = 0;
  for (std::uint64_t seed = 1; seed <= 800; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    World world(seed);
    for (int i = 0; i < 300; ++i) {
      world.step();
      if (testing::Test::HasFatalFailure()) return;
    }
    advances += world.advances;
    commits += world.commits;
  }
  EXPECT_GT(advances, 10000u) << "the random events lead nowhere";
  EXPECT_GT(commits, 1000u) << "the random events lead nowhere";
}

}  // namespace
}  // namespace barnabas::replica
