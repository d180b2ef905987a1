// The groups of a simulation: members, each a process of its own, and what happens to them by the
// seed: they crash and come back, pause, leave and join again, lose their connections.
//
// Threads  one thread; the simulation's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/random.h"
#include "tests/sim/group_member.h"
#include "tests/sim/process.h"
#include "tests/sim/scheduler.h"

namespace barnabas::sim {

class GroupClients {
 public:
  // `first`: the address of the first member; the others follow.
  GroupClients(Scheduler& scheduler, GroupWorld world, std::vector<TopicPartition> partitions,
               Address first);

  void start();
  bool started() const { return started_; }
  // From now on something happens to a member now and then.
  void disturb() { something_happens(); }
  // Nothing happens to the members from now on, and all of them are there.
  void finish();

  // A member, or the place of one that has no process just now.
  struct Seat {
    std::string group;
    GroupMemberOptions options;
    Address address = 0;
    std::unique_ptr<Process> process;
    std::unique_ptr<GroupMember> member;
    std::uint32_t incarnation = 0;
  };
  const std::vector<std::string>& groups() const { return groups_; }
  const std::vector<Seat>& seats() const { return seats_; }
  const std::vector<TopicPartition>& partitions() const { return partitions_; }

 private:
  void add_group(std::string name, Address first);
  void something_happens();
  // Runs `mend` later, unless all is over by then.
  void later(Duration delay, Task mend);
  Duration between(std::int64_t min_ms, std::int64_t max_ms);

  void run(Seat& seat);
  void end(Seat& seat);
  void crash(Seat& seat);
  void pause(Seat& seat);
  void close(Seat& seat);
  void cut_off(Seat& seat);

  Scheduler& scheduler_;
  GroupWorld world_;
  const std::vector<TopicPartition> partitions_;
  std::vector<std::string> groups_;
  std::vector<Seat> seats_;
  std::vector<std::unique_ptr<Process>> past_;
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace barnabas::sim
