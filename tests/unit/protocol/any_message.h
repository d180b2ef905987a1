// Every message of the protocol behind one interface, for tests that go through all of them.
//
// Threads  all_message_types() is thread-safe; a message is externally synchronized.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "broker/base/result.h"
#include "broker/protocol/payload.h"
#include "tests/unit/protocol/field_visitor.h"

namespace barnabas::protocol::testing {

class AnyMessage {
 public:
  virtual ~AnyMessage() = default;
  virtual void visit(FieldVisitor& visitor) = 0;
  virtual Payload encode(std::int16_t version) const = 0;
};

struct AnyMessageType {
  std::string name;  // Kafka's
  std::int16_t min_version = 0;
  std::int16_t max_version = 0;
  // How many times an array's element is larger in memory than it may be on the wire, at most.
  std::size_t growth = 1;
  std::unique_ptr<AnyMessage> (*make)() = nullptr;
  // The message's strings and bytes point into `body`.
  Result<std::unique_ptr<AnyMessage>> (*decode)(BytesView body, std::int16_t version) = nullptr;
};

// Generated: all messages, in the order of the schema files' names.
std::vector<AnyMessageType> all_message_types();

template <typename Message>
class AnyMessageOf : public AnyMessage {
 public:
  explicit AnyMessageOf(Message message) : message_(std::move(message)) {}
  void visit(FieldVisitor& visitor) override { visit_fields(visitor, message_); }
  Payload encode(std::int16_t version) const override { return message_.encode(version); }

 private:
  Message message_;
};

template <typename Message>
AnyMessageType message_type(const char* name, std::initializer_list<std::size_t> growths) {
  AnyMessageType type;
  type.name = name;
  type.min_version = Message::kMinVersion;
  type.max_version = Message::kMaxVersion;
  type.growth = std::max(growths);
  type.make = [] { return std::unique_ptr<AnyMessage>(new AnyMessageOf<Message>(Message{})); };
  type.decode = [](BytesView body, std::int16_t version) -> Result<std::unique_ptr<AnyMessage>> {
    TRY(auto message, Message::decode(body, version));
    return std::unique_ptr<AnyMessage>(new AnyMessageOf<Message>(std::move(message)));
  };
  return type;
}

}  // namespace barnabas::protocol::testing
