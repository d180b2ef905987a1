#include "tests/sim/group_clients.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace barnabas::sim {
namespace {

constexpr std::uint64_t kMaxGroups = 2;
constexpr std::uint64_t kMinMembers = 2;
constexpr std::uint64_t kMoreMembers = 3;
constexpr Duration kSupervisorDelay = milliseconds(500);

}  // namespace

GroupClients::GroupClients(Scheduler& scheduler, GroupWorld world,
                           std::vector<TopicPartition> partitions, Address first)
    : scheduler_(scheduler), world_(std::move(world)), partitions_(std::move(partitions)) {
  const std::uint64_t groups = 1 + world_.random.below(kMaxGroups);
  for (std::uint64_t i = 0; i < groups; ++i) {
    add_group(fmt::format("group-{}", world_.random.below(100) * kMaxGroups + i),
              first + static_cast<Address>(seats_.size()));
  }
}

void GroupClients::add_group(std::string name, Address first) {
  const std::uint64_t members = kMinMembers + world_.random.below(kMoreMembers);
  for (std::uint64_t i = 0; i < members; ++i) {
    Seat& seat = seats_.emplace_back();
    seat.group = name;
    seat.address = first + static_cast<Address>(i);
    seat.options.group = name;
    seat.options.client_id = fmt::format("member-{}", seat.address);
    if (world_.random.one_in(3)) seat.options.instance_id = fmt::format("seat-{}", i);
    // A static member is given time to come back, beyond what a rebalance waits for it.
    seat.options.session_timeout =
        seat.options.instance_id ? between(2'500, 5'000) : between(1'000, 2'500);
    seat.options.rebalance_timeout = between(1'500, 3'000);
    seat.options.partitions = partitions_;
  }
  groups_.push_back(std::move(name));
}

void GroupClients::start() {
  started_ = true;
  for (Seat& seat : seats_) {
    scheduler_.after(between(0, 500), [this, &seat] { run(seat); });
  }
}

void GroupClients::finish() {
  finished_ = true;
  for (Seat& seat : seats_) {
    if (seat.process) seat.process->resume();
    run(seat);
  }
}

Duration GroupClients::between(std::int64_t min_ms, std::int64_t max_ms) {
  return milliseconds(min_ms + static_cast<std::int64_t>(world_.random.below(
                                   static_cast<std::uint64_t>(max_ms - min_ms + 1))));
}

void GroupClients::later(Duration delay, Task mend) {
  scheduler_.after(delay, [this, mend = std::move(mend)] {
    if (!finished_) mend();
  });
}

void GroupClients::something_happens() {
  if (finished_) return;
  static constexpr std::array kHappenings = {&GroupClients::crash, &GroupClients::pause,
                                             &GroupClients::close, &GroupClients::cut_off};
  Seat& seat = seats_[world_.random.below(seats_.size())];
  if (seat.process && seat.process->running()) {
    (this->*kHappenings[world_.random.below(kHappenings.size())])(seat);
  }
  later(between(200, 2'000), [this] { something_happens(); });
}

// ---- Processes

void GroupClients::run(Seat& seat) {
  if (seat.member) return;
  ++seat.incarnation;
  seat.process = std::make_unique<Process>(scheduler_, 0);
  // The supervisor starts it again; not from inside the member's own call.
  const auto on_fenced = [this, &seat, incarnation = seat.incarnation] {
    world_.trace.line("{} of {} is fenced", seat.options.client_id, seat.group);
    scheduler_.after(kSupervisorDelay, [this, &seat, incarnation] {
      if (seat.incarnation != incarnation || !seat.member) return;
      end(seat);
      run(seat);
    });
  };
  seat.member =
      std::make_unique<GroupMember>(seat.options, seat.address, *seat.process, world_, on_fenced);
  world_.trace.line("{} of {} starts", seat.options.client_id, seat.group);
  seat.member->start();
}

void GroupClients::end(Seat& seat) {
  seat.process->kill();
  seat.member.reset();
  past_.push_back(std::move(seat.process));
}

// ---- What happens

void GroupClients::crash(Seat& seat) {
  world_.trace.line("{} of {} crashes", seat.options.client_id, seat.group);
  end(seat);
  later(between(10, 3'000), [this, &seat] { run(seat); });
}

void GroupClients::pause(Seat& seat) {
  world_.trace.line("{} of {} is paused", seat.options.client_id, seat.group);
  seat.process->pause();
  later(between(50, 4'000), [this, &seat] {
    if (!seat.process) return;
    world_.trace.line("{} of {} is resumed", seat.options.client_id, seat.group);
    seat.process->resume();
  });
}

void GroupClients::close(Seat& seat) {
  world_.trace.line("{} of {} is closed", seat.options.client_id, seat.group);
  seat.member->close([this, &seat, incarnation = seat.incarnation] {
    scheduler_.after(Duration::zero(), [this, &seat, incarnation] {
      if (seat.incarnation != incarnation || !seat.member) return;
      world_.trace.line("{} of {} has ended", seat.options.client_id, seat.group);
      end(seat);
      // Once all is over it has to be there.
      if (finished_) return run(seat);
      later(between(10, 3'000), [this, &seat] { run(seat); });
    });
  });
}

void GroupClients::cut_off(Seat& seat) {
  const Address broker = world_.brokers[world_.random.below(world_.brokers.size())];
  const bool for_a_while = !world_.random.one_in(3);
  world_.trace.line("{} of {} and broker {} {}", seat.options.client_id, seat.group, broker,
                    for_a_while ? "are cut off from each other" : "lose their connection");
  if (!for_a_while) return world_.network.reset(seat.address, broker);
  world_.network.cut(seat.address, broker);
  later(between(50, 4'000), [this, &seat, broker] { world_.network.heal(seat.address, broker); });
}

}  // namespace barnabas::sim
