// Every message in every version, with defaults, values, nulls and empties: the bytes are those of
// Apache Kafka's own message classes, and what is read back is what was written.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/protocol/any_message.h"
#include "tests/unit/protocol/test_values.h"

namespace barnabas::protocol::testing {
namespace {

std::string to_hex(BytesView bytes) {
  std::string hex;
  for (const std::uint8_t byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

std::vector<std::uint8_t> from_hex(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(at, 2), nullptr, 16)));
  }
  return bytes;
}

struct Vector {
  std::int16_t version = 0;
  Variant variant = Variant::kDefaults;
  std::string hex;
};

std::filesystem::path vector_file(const AnyMessageType& type) {
  return std::filesystem::path(BARNABAS_MESSAGE_VECTORS) / (type.name + ".txt");
}

std::vector<Vector> vectors_of(const AnyMessageType& type) {
  std::vector<Vector> vectors;
  std::ifstream file(vector_file(type));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    Vector vector;
    int variant = 0;
    words >> vector.version >> variant >> vector.hex;
    vector.variant = static_cast<Variant>(variant);
    vectors.push_back(vector);
  }
  return vectors;
}

TEST(EveryMessage, HasVectorsOfEveryVersionAndVariant) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    std::size_t expected = 0;
    const std::vector<Vector> vectors = vectors_of(type);
    for (int version = type.min_version; version <= type.max_version; ++version) {
      for (const Variant variant : kVariants) {
        ASSERT_LT(expected, vectors.size()) << vector_file(type);
        EXPECT_EQ(vectors[expected].version, version);
        EXPECT_EQ(vectors[expected].variant, variant);
        ++expected;
      }
    }
    EXPECT_EQ(vectors.size(), expected) << "Kafka has versions that we do not";
  }
}

TEST(EveryMessage, EncodesToKafkasBytes) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    for (const Vector& vector : vectors_of(type)) {
      FilledMessage filled = fill(type, vector.version, vector.variant);
      EXPECT_EQ(to_hex(flatten(filled.message->encode(vector.version))), vector.hex)
          << "version " << vector.version << ": " << to_text(*filled.message);
    }
  }
}

TEST(EveryMessage, DecodesKafkasBytesToTheSameValues) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    for (const Vector& vector : vectors_of(type)) {
      FilledMessage filled = fill(type, vector.version, vector.variant);
      const std::vector<std::uint8_t> bytes = from_hex(vector.hex);
      auto decoded = type.decode(bytes, vector.version);
      ASSERT_TRUE(decoded) << decoded.error().detail;
      EXPECT_EQ(to_text(**decoded), to_text(*filled.message)) << "version " << vector.version;
    }
  }
}

TEST(EveryMessage, ReadsBackWhatItWrote) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    for (int number = type.min_version; number <= type.max_version; ++number) {
      const auto version = static_cast<std::int16_t>(number);
      for (const Variant variant : kVariants) {
        FilledMessage filled = fill(type, version, variant);
        const std::vector<std::uint8_t> bytes = flatten(filled.message->encode(version));
        auto decoded = type.decode(bytes, version);
        ASSERT_TRUE(decoded) << decoded.error().detail;
        EXPECT_EQ(to_text(**decoded), to_text(*filled.message)) << "version " << version;
        EXPECT_EQ(to_hex(flatten((*decoded)->encode(version))), to_hex(bytes));
      }
    }
  }
}

TEST(EveryMessage, RefusesVersionsThatDoNotExist) {
  for (const AnyMessageType& type : all_message_types()) {
    SCOPED_TRACE(type.name);
    const std::vector<std::uint8_t> bytes(100);
    for (const int version : {type.min_version - 1, type.max_version + 1}) {
      auto decoded = type.decode(bytes, static_cast<std::int16_t>(version));
      ASSERT_FALSE(decoded);
      EXPECT_EQ(decoded.error().code, ErrorCode::kUnsupportedVersion);
    }
  }
}

TEST(MessageVectors, BelongToAMessageEach) {
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file :
       std::filesystem::directory_iterator(BARNABAS_MESSAGE_VECTORS)) {
    ++files;
  }
  EXPECT_EQ(files, all_message_types().size());
}

}  // namespace
}  // namespace barnabas::protocol::testing
