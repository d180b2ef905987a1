#include "zkclient/json.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>

#include "broker/base/check.h"
#include "broker/protocol/error_code.h"

namespace barnabas::zk {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kLongestQuote = 200;

// The printer knows NullValue by this prefix only.
constexpr char kTypeUrl[] = "type.googleapis.com";

// protobuf's maps have no order of their own: only the deterministic binary form sorts their keys.
std::string to_deterministic_binary(const pb::Message& message) {
  std::string binary;
  pb::io::StringOutputStream stream(&binary);
  pb::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return binary;
}

pb::util::TypeResolver& type_resolver() {
  static const std::unique_ptr<pb::util::TypeResolver> resolver(
      pb::util::NewTypeResolverForDescriptorPool(kTypeUrl, pb::DescriptorPool::generated_pool()));
  return *resolver;
}

}  // namespace

std::string to_json(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = pb::util::BinaryToJsonString(
      &type_resolver(), fmt::format("{}/{}", kTypeUrl, message.GetDescriptor()->full_name()),
      to_deterministic_binary(message), &json, options);
  CHECK(status.ok(), "{}", status.ToString());
  return json;
}

Result<void> from_json(std::string_view what, std::string_view text, pb::Message& message) {
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status =
      pb::util::JsonStringToMessage(pb::StringPiece(text.data(), text.size()), &message, options);
  if (!status.ok()) return malformed(what, std::string(status.message()), text);
  return {};
}

Error malformed(std::string_view what, std::string_view why, std::string_view text) {
  return Error{ErrorCode::kUnknownServerError,
               fmt::format("Malformed {}: {}: {}", what, why, text.substr(0, kLongestQuote))};
}

}  // namespace barnabas::zk
