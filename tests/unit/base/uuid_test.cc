#include "broker/base/uuid.h"

#include <gtest/gtest.h>

namespace barnabas {
namespace {

TEST(Uuid, TextIsKafkasUrlSafeBase64) {
  Uuid id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(id.to_string(), "AAECAwQFBgcICQoLDA0ODw");
  EXPECT_EQ(Uuid{}.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
}

TEST(Uuid, TextSurvivesTheWayThereAndBack) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Uuid id = Uuid::random(random);
    EXPECT_EQ(Uuid::parse(id.to_string()), id);
    EXPECT_NE(id.to_string().front(), '-') << "a command line would take it for an option";
  }
}

TEST(Uuid, OtherTextIsRefused) {
  EXPECT_EQ(Uuid::parse(""), std::nullopt);
  EXPECT_EQ(Uuid::parse("AAECAwQFBgcICQoLDA0OD"), std::nullopt);
  EXPECT_EQ(Uuid::parse("AAECAwQFBgcICQoLDA0ODww"), std::nullopt);
  EXPECT_EQ(Uuid::parse("AAECAwQFBgcICQoLDA0OD+"), std::nullopt);
}

}  // namespace
}  // namespace barnabas
