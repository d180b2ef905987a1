// What the members of the simulated groups were told, judged while they are told.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "broker/protocol/ids.h"
#include "tests/sim/judge.h"

namespace barnabas::sim {

class GroupHistory {
 public:
  explicit GroupHistory(Judge& judge) : judge_(judge) {}

  using GroupPartition = std::pair<std::string, TopicPartition>;

  // `owner` was told that these are its partitions in this generation; a static member goes by its
  // group.instance.id, since the coordinator lets it come back within a generation.
  void assigned(const std::string& group, std::int32_t generation, const std::string& owner,
                const std::vector<TopicPartition>& partitions);
  // A commit was answered without an error.
  void acknowledged(const std::string& group, const TopicPartition& tp, Offset offset);
  // The coordinator in office gave `offset`; `at_least` is last_acknowledged() of the moment when
  // it was asked.
  void fetched(const std::string& group, const TopicPartition& tp, Offset offset, Offset at_least);

  // kUnknownOffset: none.
  Offset last_acknowledged(const std::string& group, const TopicPartition& tp) const;
  const std::map<GroupPartition, Offset>& acknowledged_offsets() const { return acknowledged_; }
  // The highest one in which anything was assigned; -1: none.
  std::int32_t last_generation(const std::string& group) const;
  std::size_t commits() const { return commits_; }

 private:
  Judge& judge_;
  std::map<std::tuple<std::string, std::int32_t, TopicPartition>, std::string> owners_;
  std::map<std::string, std::int32_t> generations_;
  std::map<GroupPartition, Offset> acknowledged_;
  std::size_t commits_ = 0;
};

}  // namespace barnabas::sim
