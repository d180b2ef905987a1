// The moments at which something in a group happens by itself.
//
// Putting a deadline off, as every heartbeat does, costs a look-up: the queue holds the earlier
// moment, and only when that has come the deadline is looked at again.
// Threads  externally synchronized.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "broker/base/clock.h"

namespace barnabas::group {

enum class DeadlineKind : std::uint8_t {
  kSession,        // a member has not been heard of
  kPendingMember,  // a member that was told its id has not come again
  kJoin,           // the join phase of a group ends
  kSync,           // members that joined have not asked for their assignment
};

struct DeadlineKey {
  DeadlineKind kind;
  std::string group;
  std::string member;  // empty for kJoin and kSync
};
struct DeadlineKeyView {
  DeadlineKind kind;
  std::string_view group;
  std::string_view member;
};

class Deadlines {
 public:
  void set(const DeadlineKeyView& key, Time due);
  void clear(const DeadlineKeyView& key);
  bool contains(const DeadlineKeyView& key) const { return entries_.contains(key); }
  // When take_due has to be called next; may be too early, never too late.
  std::optional<Time> next() const;
  // Takes out what is due, in the order of time, then of keys.
  std::vector<DeadlineKey> take_due(Time now);

 private:
  struct Less {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return std::tuple(a.kind, std::string_view(a.group), std::string_view(a.member)) <
             std::tuple(b.kind, std::string_view(b.group), std::string_view(b.member));
    }
  };
  struct Entry {
    Time due;
    Time queued;  // its place in the queue; not after `due`
  };
  using Entries = std::map<DeadlineKey, Entry, Less>;
  struct Earlier {
    bool operator()(const std::pair<Time, Entries::iterator>& a,
                    const std::pair<Time, Entries::iterator>& b) const {
      if (a.first != b.first) return a.first < b.first;
      return Less()(a.second->first, b.second->first);
    }
  };

  Entries entries_;
  std::set<std::pair<Time, Entries::iterator>, Earlier> queue_;
};

}  // namespace barnabas::group
