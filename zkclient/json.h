// Protobuf's JSON mapping, the way Kafka's documents need it. Private to zkclient's documents.
//
// Threads  thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "broker/base/result.h"

namespace barnabas::zk {

// Field names as declared, zeros and empty lists and maps written, map keys ascending. A scalar
// declared `optional` is left out when it is not set.
std::string to_json(const google::protobuf::Message& message);

// Unknown fields are ignored. `what` names the document in the error.
Result<void> from_json(std::string_view what, std::string_view text,
                       google::protobuf::Message& message);

// The error of a text that is JSON but not the document.
Error malformed(std::string_view what, std::string_view why, std::string_view text);

}  // namespace barnabas::zk
