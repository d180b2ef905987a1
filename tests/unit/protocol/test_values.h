// Values for messages by a rule that tests/vectors/java repeats over Kafka's own message classes:
// the same message, version and variant get the same values there and here.
//
// Threads  externally synchronized.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "broker/protocol/payload.h"
#include "tests/unit/protocol/any_message.h"

namespace barnabas::protocol::testing {

enum class Variant { kDefaults, kValues, kNulls, kEmpties, kMixed, kMoreMixed };
inline constexpr Variant kVariants[] = {Variant::kDefaults, Variant::kValues, Variant::kNulls,
                                        Variant::kEmpties,  Variant::kMixed,  Variant::kMoreMixed};

// A message with its values, and what these point to.
struct FilledMessage {
  std::unique_ptr<AnyMessage> message;
  std::deque<std::string> texts;
};
FilledMessage fill(const AnyMessageType& type, std::int16_t version, Variant variant);

// Every field of a message as text, those included that a version does not have.
std::string to_text(AnyMessage& message);

// The bytes of a payload without file ranges.
std::vector<std::uint8_t> flatten(const Payload& payload);

}  // namespace barnabas::protocol::testing
