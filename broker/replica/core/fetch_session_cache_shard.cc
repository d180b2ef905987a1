#include "broker/replica/core/fetch_session_cache_shard.h"

#include "broker/protocol/error_code.h"

namespace barnabas::replica {

Result<std::shared_ptr<FetchSession>> FetchSessionCacheShard::resume(
    const FetchSessionRequest& request, const std::vector<FetchEntry>& wanted,
    const std::vector<ForgottenPartition>& forgotten, Time now) {
  const auto found = sessions_.find(request.session_id);
  if (found == sessions_.end()) return ErrorCode::kFetchSessionIdNotFound;
  std::shared_ptr<FetchSession> session = found->second.session;
  if (session->epoch() != request.epoch) return ErrorCode::kInvalidFetchSessionEpoch;
  if (session->uses_topic_ids() != request.uses_topic_ids) {
    return ErrorCode::kFetchSessionTopicIdError;
  }
  session->update(wanted, forgotten);
  if (session->size() == 0) {
    remove(found);
    return std::shared_ptr<FetchSession>();
  }
  touch(found->second, now);
  return session;
}

std::int32_t FetchSessionCacheShard::maybe_create(const FetchSessionRequest& request,
                                                  const std::vector<FetchEntry>& entries,
                                                  const std::vector<FetchedState>& states,
                                                  Time now) {
  if (sessions_.size() >= max_entries_ && !evict_for(request.from_follower, entries.size(), now)) {
    return kNoFetchSession;
  }
  const std::int32_t id = new_id();
  Entry& entry = sessions_[id];
  entry.session = std::make_shared<FetchSession>(id, request, entries, states, now);
  touch(entry, now);
  return id;
}

bool FetchSessionCacheShard::evict_for(bool privileged, std::size_t size, Time now) {
  if (last_used_.empty()) return false;  // there is no room for any
  const auto& [used, id] = *last_used_.begin();
  if (now - used > kFetchSessionEviction) {
    remove(sessions_.find(id));
    return true;
  }
  const auto& evictable = privileged ? evictable_by_privileged_ : evictable_by_all_;
  if (evictable.empty()) return false;
  const EvictableKey least = *evictable.begin();
  if (EvictableKey{privileged, size, kNoFetchSession} < least) return false;
  remove(sessions_.find(std::get<std::int32_t>(least)));
  return true;
}

void FetchSessionCacheShard::remove(std::int32_t session_id) {
  const auto found = sessions_.find(session_id);
  if (found != sessions_.end()) remove(found);
}

void FetchSessionCacheShard::remove(Sessions::iterator at) {
  unlist(at->second);
  sessions_.erase(at);
}

void FetchSessionCacheShard::unlist(const Entry& entry) {
  const FetchSession& session = *entry.session;
  const EvictableKey key{session.is_privileged(), entry.size, session.id()};
  last_used_.erase({entry.last_used, session.id()});
  evictable_by_all_.erase(key);
  evictable_by_privileged_.erase(key);
}

void FetchSessionCacheShard::touch(Entry& entry, Time now) {
  unlist(entry);
  const FetchSession& session = *entry.session;
  entry.last_used = now;
  entry.size = session.size();
  last_used_.insert({now, session.id()});
  const EvictableKey key{session.is_privileged(), entry.size, session.id()};
  const bool is_old = now - session.created() > kFetchSessionEviction;
  if (is_old) evictable_by_all_.insert(key);
  if (is_old || !session.is_privileged()) evictable_by_privileged_.insert(key);
}

std::int32_t FetchSessionCacheShard::new_id() {
  const auto count = static_cast<std::uint64_t>(ids_.end - ids_.first);
  std::int32_t id = kNoFetchSession;
  do {
    id = ids_.first + static_cast<std::int32_t>(random_.below(count));
  } while (sessions_.contains(id));
  return id;
}

}  // namespace barnabas::replica
