// Every message in every version: decoding a stranger's bytes is an error or gives a message, which
// can be written and read again; and the headers before them.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/protocol/error_code.h"
#include "broker/protocol/header.h"
#include "tests/fuzz/input.h"
#include "tests/unit/protocol/any_message.h"
#include "tests/unit/protocol/test_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace barnabas;
  namespace messages = protocol::testing;
  static const std::vector<messages::AnyMessageType> types = messages::all_message_types();
  fuzz::Input input(data, size);
  const std::size_t choice = input.byte();
  const messages::AnyMessageType& type = types[(choice << 8 | input.byte()) % types.size()];
  const int versions = type.max_version - type.min_version + 1;
  const auto version = static_cast<std::int16_t>(type.min_version + input.byte() % versions);
  const BytesView frame = input.rest();

  (void)protocol::decode_request_header(frame);
  const auto decoded = type.decode(frame, version);
  if (!decoded) {
    CHECK(decoded.error().code == ErrorCode::kInvalidRequest);
    return 0;
  }
  const std::vector<std::uint8_t> again = messages::flatten((*decoded)->encode(version));
  const auto read_back = type.decode(again, version);
  CHECK(read_back.has_value());
  CHECK(messages::to_text(**read_back) == messages::to_text(**decoded));
  return 0;
}
