#include "admin/partition_list.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace barnabas::admin {
namespace {

using google::protobuf::Value;

const Value* field(const Value& object, const std::string& name, Value::KindCase kind) {
  if (object.kind_case() != Value::kStructValue) return nullptr;
  const auto& fields = object.struct_value().fields();
  const auto found = fields.find(name);
  return found != fields.end() && found->second.kind_case() == kind ? &found->second : nullptr;
}

TopicPartition partition_of(const Value& element) {
  const Value* topic = field(element, "topic", Value::kStringValue);
  const Value* partition = field(element, "partition", Value::kNumberValue);
  if (topic == nullptr || partition == nullptr ||
      partition->number_value() != std::floor(partition->number_value()) ||
      std::abs(partition->number_value()) > 2147483647.0) {
    throw std::runtime_error(
        "Replica election data needs a \"topic\" (string) and a \"partition\" (integer) in each "
        "element of \"partitions\"");
  }
  return {topic->string_value(), PartitionId(static_cast<std::int32_t>(partition->number_value()))};
}

}  // namespace

std::vector<TopicPartition> parse_partition_list(std::string_view json) {
  Value document;
  const std::string text(json);
  if (!google::protobuf::util::JsonStringToMessage(text, &document).ok()) {
    throw std::runtime_error("Replica election data is empty");
  }
  const Value* list = field(document, "partitions", Value::kListValue);
  if (list == nullptr) {
    throw std::runtime_error("Replica election data is missing \"partitions\" field");
  }
  std::vector<TopicPartition> partitions;
  std::set<TopicPartition> seen;
  for (const Value& element : list->list_value().values()) {
    partitions.push_back(partition_of(element));
    if (!seen.insert(partitions.back()).second) {
      throw std::runtime_error(fmt::format(
          "Replica election data contains duplicate partitions: [{}]", partitions.back()));
    }
  }
  return partitions;
}

std::vector<TopicPartition> read_partition_list(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: {}", path, std::strerror(errno)));
  return parse_partition_list(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace barnabas::admin
