#include "admin/deletion_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>

namespace barnabas::admin {
namespace {

using Json = google::protobuf::Value;

const Json* member_of(const Json& object, const std::string& name) {
  if (object.kind_case() != Json::kStructValue) {
    throw std::runtime_error("Expected JSON object, received " + object.ShortDebugString());
  }
  const auto& fields = object.struct_value().fields();
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &found->second;
}

const Json& required_member(const Json& object, const std::string& name) {
  const Json* member = member_of(object, name);
  if (member == nullptr) throw std::runtime_error(fmt::format("No such field exists: `{}`", name));
  return *member;
}

// Numbers come as doubles: beyond `limit` they are not those that stand in the file.
std::int64_t integer_of(const Json& value, std::string_view java_type, double limit) {
  const double number = value.number_value();
  if (value.kind_case() != Json::kNumberValue || number != std::floor(number) ||
      std::abs(number) > limit) {
    throw std::runtime_error(
        fmt::format("Expected `{}` value, received {}", java_type, value.ShortDebugString()));
  }
  return static_cast<std::int64_t>(number);
}

std::int32_t int_of(const Json& value) {
  return static_cast<std::int32_t>(
      integer_of(value, "Integer", std::numeric_limits<std::int32_t>::max()));
}

std::pair<TopicPartition, std::int64_t> deletion_of(const Json& element) {
  const Json& topic = required_member(element, "topic");
  if (topic.kind_case() != Json::kStringValue) {
    throw std::runtime_error("Expected `String` value, received " + topic.ShortDebugString());
  }
  const std::int32_t partition = int_of(required_member(element, "partition"));
  constexpr double kExact = 9007199254740992.0;
  return {{topic.string_value(), PartitionId(partition)},
          integer_of(required_member(element, "offset"), "Long", kExact)};
}

}  // namespace

DeletionList parse_deletion_list(std::string_view json) {
  Json document;
  const std::string text(json);
  if (!google::protobuf::util::JsonStringToMessage(text, &document).ok()) {
    throw std::runtime_error("The input string is not a valid JSON");
  }
  const Json* version = member_of(document, "version");
  if (version != nullptr && int_of(*version) != 1) {
    throw std::runtime_error(fmt::format("Not supported version field value {}", int_of(*version)));
  }
  const Json* list = member_of(document, "partitions");
  if (list == nullptr) throw std::runtime_error("Missing partitions field");
  if (list->kind_case() != Json::kListValue) {
    throw std::runtime_error("Expected JSON array, received " + list->ShortDebugString());
  }
  DeletionList deletions;
  std::set<TopicPartition> seen;
  std::set<TopicPartition> duplicates;
  for (const Json& element : list->list_value().values()) {
    deletions.push_back(deletion_of(element));
    if (!seen.insert(deletions.back().first).second) duplicates.insert(deletions.back().first);
  }
  if (!duplicates.empty()) {
    throw std::runtime_error(fmt::format("Offset json file contains duplicate topic partitions: {}",
                                         fmt::join(duplicates, ",")));
  }
  return deletions;
}

}  // namespace barnabas::admin
