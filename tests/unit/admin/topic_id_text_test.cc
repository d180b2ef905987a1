#include "admin/topic_id_text.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace barnabas::admin {
namespace {

std::string refusal(std::string_view text) {
  try {
    return "read as " + parse_topic_id(text).to_string();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(TopicIdText, IsReadWithAndWithoutPadding) {
  for (const std::string_view text : {"q-kbn1_uTCSO3RRKGT148g", "q-kbn1_uTCSO3RRKGT148g=="}) {
    EXPECT_EQ(parse_topic_id(text).to_string(), "q-kbn1_uTCSO3RRKGT148g");
  }
}

// Each as Java 17 and Kafka 3.9 say it.
TEST(TopicIdText, IsRefusedInKafkasWords) {
  EXPECT_EQ(refusal("no id at all"), "Illegal base64 character 20");
  EXPECT_EQ(refusal("AAAA+AAA"), "Illegal base64 character 2b");
  EXPECT_EQ(refusal(""),
            "Input string `` decoded as 0 bytes, which is not equal to the expected 16 bytes of a "
            "base64-encoded UUID");
  EXPECT_EQ(refusal("A"), "Input byte[] should at least have 2 bytes for base64 bytes");
  EXPECT_EQ(refusal("AAAAA"), "Last unit does not have enough valid bits");
  EXPECT_EQ(refusal("AAAAA="), "Last unit does not have enough valid bits");
  EXPECT_EQ(refusal("AAAA="), "Input byte array has wrong 4-byte ending unit");
  EXPECT_EQ(refusal("AAAAAA="), "Input byte array has wrong 4-byte ending unit");
  EXPECT_EQ(refusal("AAAAAA==A"), "Input byte array has incorrect ending byte at 8");
  EXPECT_EQ(refusal("AAAAAAA="),
            "Input string `AAAAAAA=` decoded as 5 bytes, which is not equal to the expected 16 "
            "bytes of a "
            "base64-encoded UUID");
  EXPECT_EQ(refusal("AAAAAAAAAAAAAAAAAAAAAAAAA"),
            "Input string with prefix `AAAAAAAAAAAAAAAAAAAAAAAA` is too long to be decoded as a "
            "base64 UUID");
}

}  // namespace
}  // namespace barnabas::admin
