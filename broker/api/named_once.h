// Requests that name a thing more than once are answered once for it.
//
// Threads  pure functions.
// Source   Kafka 3.9, KafkaApis.scala (handleCreateTopicsRequest, handleCreatePartitionsRequest)
#pragma once

#include <set>
#include <string_view>
#include <type_traits>
#include <vector>

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

// The first item of each key, in the order of the request. What can be answered at length is
// answered once, or a small request would ask for an answer of any size.
template <typename Items, typename Key>
auto first_of_each(const Items& items, Key key) {
  using Item = typename Items::value_type;
  std::set<std::decay_t<std::invoke_result_t<Key, const Item&>>> seen;
  std::vector<const Item*> first;
  for (const Item& item : items) {
    if (seen.insert(key(item)).second) first.push_back(&item);
  }
  return first;
}

}  // namespace barnabas::api
