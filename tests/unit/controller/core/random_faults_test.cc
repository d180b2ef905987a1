// Brokers die, start, bounce, shut down and propose ISRs in any order, with any delay between a
// write and its answer. Whatever happens, the rules hold; when it stops, every partition that can
// have a leader has one.
#include <gtest/gtest.h>

#include "broker/base/random.h"
#include "tests/unit/controller/core/core_harness.h"

namespace barnabas::controller {
namespace {

constexpr std::int32_t kBrokers = 4;
constexpr std::int32_t kPartitions = 5;

class RandomFaults : public CoreHarness {
 public:
  explicit RandomFaults(std::uint64_t seed) : random_(seed) {}

  void set_up() {
    with_brokers({1, 2, 3, 4});
    std::vector<BrokerIds> assignments;
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      BrokerIds replicas;
      for (std::int32_t r = 0; r < 3; ++r) replicas.emplace_back(1 + (p + r) % kBrokers);
      assignments.push_back(replicas);
    }
    with_topic("t", assignments);
    elect();
  }

  void do_something() {
    switch (random_.below(10)) {
      case 0:
      case 1:
        if (const auto id = some_broker(true)) broker_dies(*id);
        break;
      case 2:
      case 3:
        if (const auto id = some_broker(false)) broker_starts(*id, ++broker_epoch_);
        break;
      case 4:
        if (const auto id = some_broker(true)) broker_starts(*id, ++broker_epoch_);
        break;
      case 5:
        if (const auto id = some_broker(true)) shut_down(*id, ++token_);
        break;
      case 6:
        propose_some_isr();
        break;
      case 7:
        event([&](Effects& out) { core.on_leader_balance_tick(out); });
        break;
      default:
        break;
    }
    // ZooKeeper does some of its work, perhaps with a lost answer.
    for (std::uint64_t i = random_.below(6); i > 0; --i) do_some_work();
    check();
  }

  void heal() {
    settle();
    for (std::int32_t id = 1; id <= kBrokers; ++id) {
      // Those that are shutting down end, too.
      if (core.context().is_shutting_down(BrokerId(id))) broker_dies(id);
      if (!core.context().is_registered(BrokerId(id))) broker_starts(id, ++broker_epoch_);
      settle();
    }
    check();
    for (std::int32_t p = 0; p < kPartitions; ++p) {
      const Leadership* leadership = core.context().leadership(partition(p));
      ASSERT_TRUE(leadership);
      EXPECT_TRUE(core.context().is_live(leadership->state.leader));
      EXPECT_EQ(core.context().partition(partition(p))->state, PartitionState::kOnline);
      // Who leads, and who follows, was told so.
      for (BrokerId replica : core.context().partition(partition(p))->assignment.replicas) {
        EXPECT_EQ((last_told_[{replica, partition(p)}]), leadership->state.leader_epoch);
      }
    }
  }

 private:
  std::optional<std::int32_t> some_broker(bool registered) {
    const auto id = static_cast<std::int32_t>(1 + random_.below(kBrokers));
    if (core.context().is_registered(BrokerId(id)) != registered) return std::nullopt;
    return id;
  }
  void propose_some_isr() {
    const auto tp = partition(static_cast<std::int32_t>(random_.below(kPartitions)));
    const auto found = znodes.find(tp);
    if (found == znodes.end()) return;
    const LeaderAndIsr& now = found->second.state;
    if (now.leader == kNoBroker || !core.context().is_registered(now.leader)) return;
    BrokerIds isr;
    for (BrokerId id : core.context().partition(tp)->assignment.replicas) {
      if (id == now.leader || random_.one_in(2)) isr.push_back(id);
    }
    propose_isr(tp, isr, ++token_);
  }
  void do_some_work() {
    if (!reads.empty()) {
      answer_read();
    } else if (!flag_reads.empty()) {
      answer_flag();
    } else if (!writes.empty() && random_.one_in(8)) {
      const auto found = znodes.find(writes.front().partition);
      const bool fits = found == znodes.end() ||
                        found->second.state.partition_epoch == writes.front().state.partition_epoch;
      fits ? carry_out_one_in_doubt() : carry_out_one();
    } else if (!writes.empty()) {
      carry_out_one();
    }
  }

  static std::vector<std::int32_t> numbers(const BrokerIds& brokers) {
    std::vector<std::int32_t> result;
    for (BrokerId id : brokers) result.push_back(id.value());
    return result;
  }

  void check() {
    for (const auto& [tp, leadership] : znodes) {
      const LeaderAndIsr& now = leadership.state;
      EXPECT_FALSE(now.isr.empty());
      if (now.leader != kNoBroker) {
        EXPECT_TRUE(contains(now.isr, now.leader)) << tp.to_string();
      }
      auto [before, first] = seen_.try_emplace(tp, now);
      if (!first) {
        EXPECT_GE(now.leader_epoch, before->second.leader_epoch);
        EXPECT_GE(now.partition_epoch, before->second.partition_epoch);
        if (now.leader != before->second.leader) {
          EXPECT_GT(now.leader_epoch, before->second.leader_epoch) << "two leaders in one epoch";
        }
        before->second = now;
      }
      // When ZooKeeper is idle, a partition with a live replica in the ISR has a leader.
      if (!writes.empty() || !reads.empty() || !flag_reads.empty()) continue;
      const bool has_candidate = std::any_of(
          now.isr.begin(), now.isr.end(), [&](BrokerId id) { return core.context().is_live(id); });
      EXPECT_TRUE(!has_candidate || core.context().is_registered(now.leader))
          << tp.to_string() << " has no leader, but " << now.leader.value() << " of "
          << testing::PrintToString(numbers(now.isr));
    }
    for (const SendLeaderAndIsr& request : std::exchange(leader_and_isr, {})) {
      for (const PartitionStateEntry& entry : request.data->partitions) {
        last_told_[{request.broker, entry.partition}] = entry.leadership.state.leader_epoch;
      }
    }
    update_metadata.clear();
    stop_replica.clear();
  }

  Random random_;
  std::int64_t broker_epoch_ = 1000;
  Token token_ = 0;
  std::map<TopicPartition, LeaderAndIsr> seen_;
  std::map<std::pair<BrokerId, TopicPartition>, LeaderEpoch> last_told_;
};

TEST(ControllerCoreProperties, TheRulesHoldUnderRandomFaults) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomFaults world(seed);
    world.set_up();
    for (int step = 0; step < 60; ++step) world.do_something();
    world.heal();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace barnabas::controller
