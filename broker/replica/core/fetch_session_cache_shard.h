// A part of a broker's fetch sessions, and the rules of who gets one when there is no room.
//
// Invariants  At most max_entries sessions. Every session is in `last_used_`; in the sets of those
//             that may be evicted by the size that it had when it was last used.
// Threads     externally synchronized (FetchSessionCache).
// Source      Kafka 3.9, kafka/server/FetchSession.scala (FetchSessionCacheShard, FetchManager)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/base/clock.h"
#include "broker/base/random.h"
#include "broker/base/result.h"
#include "broker/replica/core/fetch_session.h"

namespace barnabas::replica {

// A session in use for longer, or unused for longer, may be evicted.
inline constexpr Duration kFetchSessionEviction = seconds(120);

// Ids in [first, end), without kNoFetchSession.
struct FetchSessionIds {
  std::int32_t first = 1;
  std::int32_t end = 2;
};

class FetchSessionCacheShard {
 public:
  FetchSessionCacheShard(std::size_t max_entries, FetchSessionIds ids, Random random)
      : max_entries_(max_entries), ids_(ids), random_(random) {}

  // Goes on with a session: takes in what the request changes. Null: that left no partition, and
  // the session is closed.
  //   errors  FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR
  Result<std::shared_ptr<FetchSession>> resume(const FetchSessionRequest& request,
                                               const std::vector<FetchEntry>& wanted,
                                               const std::vector<ForgottenPartition>& forgotten,
                                               Time now);

  // The id of a new session, or kNoFetchSession: there is no room. Another session goes for it
  //   - that was not used for kFetchSessionEviction;
  //   - else, for a follower's, the smallest of the consumers';
  //   - else the smallest, with fewer partitions than it, that is older than kFetchSessionEviction,
  //   a
  //     follower's only for a follower's.
  std::int32_t maybe_create(const FetchSessionRequest& request,
                            const std::vector<FetchEntry>& entries,
                            const std::vector<FetchedState>& states, Time now);

  void remove(std::int32_t session_id);
  std::size_t size() const { return sessions_.size(); }

 private:
  // Followers' sessions above those of consumers, then by size.
  using EvictableKey = std::tuple<bool, std::size_t, std::int32_t>;
  struct Entry {
    std::shared_ptr<FetchSession> session;
    Time last_used;
    std::size_t size = 0;
  };
  using Sessions = std::unordered_map<std::int32_t, Entry>;

  void touch(Entry& entry, Time now);
  void unlist(const Entry& entry);
  void remove(Sessions::iterator at);
  bool evict_for(bool privileged, std::size_t size, Time now);
  std::int32_t new_id();

  // Fixed at construction
  const std::size_t max_entries_;
  const FetchSessionIds ids_;

  Random random_;
  Sessions sessions_;
  std::set<std::pair<Time, std::int32_t>> last_used_;
  std::set<EvictableKey> evictable_by_all_;
  std::set<EvictableKey> evictable_by_privileged_;
};

}  // namespace barnabas::replica
