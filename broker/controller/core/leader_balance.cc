#include "broker/controller/core/leader_balance.h"

#include <map>

namespace barnabas::controller {

std::vector<TopicPartition> find_imbalanced_partitions(const ControllerContext& context,
                                                       int percentage) {
  struct Preferred {
    std::size_t partitions = 0;
    std::vector<TopicPartition> led_by_others;
  };
  std::map<BrokerId, Preferred> by_broker;
  for (const auto& [name, topic] : context.topics()) {
    if (context.is_queued_for_deletion(name)) continue;
    for (const auto& [id, partition] : topic.partitions) {
      if (partition.assignment.replicas.empty()) continue;
      const BrokerId head = partition.assignment.replicas.front();
      Preferred& preferred = by_broker[head];
      ++preferred.partitions;
      if (partition.leadership && partition.leadership->state.leader != head) {
        preferred.led_by_others.push_back({name, id});
      }
    }
  }

  std::vector<TopicPartition> imbalanced;
  for (const auto& [broker, preferred] : by_broker) {
    const double ratio = static_cast<double>(preferred.led_by_others.size()) /
                         static_cast<double>(preferred.partitions);
    if (ratio <= percentage / 100.0) continue;
    for (const TopicPartition& tp : preferred.led_by_others) {
      const Partition* partition = context.partition(tp);
      if (elect_preferred(partition->assignment, partition->leadership->state, context.liveness(tp))
              .state) {
        imbalanced.push_back(tp);
      }
    }
  }
  return imbalanced;
}

}  // namespace barnabas::controller
