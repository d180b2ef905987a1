// Requests that name a thing more than once are answered once for it.
//
// Threads  pure functions.
// Source   Kafka 3.9, KafkaApis.scala (handleCreateTopicsRequest, handleCreatePartitionsRequest)
#pragma once

#include <set>
#include <string_view>

namespace barnabas::api {

// Calls `visit(item, is_repeated)` with the first item of each name, in the order of the request.
template <typename Items, typename Visit>
void for_each_named_once(const Items& items, Visit visit) {
  std::set<std::string_view> seen;
  std::set<std::string_view> repeated;
  for (const auto& item : items) {
    if (!seen.insert(item.name).second) repeated.insert(item.name);
  }
  for (const auto& item : items) {
    if (seen.erase(item.name) > 0) visit(item, repeated.contains(item.name));
  }
}

}  // namespace barnabas::api
