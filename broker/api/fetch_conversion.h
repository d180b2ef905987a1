// What Fetch before version 4 is answered: message sets instead of record batches.
//
// An answer converts about a megabyte, and of each further partition a little, however much was
// read: it is made on a reactor, and its client comes again for the rest.
// Threads  of one answer. May wait for the disk.
// Source   Kafka 3.9, KafkaApis.scala (maybeConvertFetchedData)
#pragma once

#include <cstdint>

#include "broker/log/log_config.h"
#include "broker/replica/operations.h"

namespace barnabas::api {

class FetchConversion {
 public:
  FetchConversion(std::int16_t version, bool from_follower)
      : version_(version), from_follower_(from_follower) {}

  bool is_needed() const { return version_ <= kLastVersionOfMessages; }
  // Puts the messages in the place of the batches, or an error: UNSUPPORTED_VERSION (the topic's
  // message.downconversion.enable), those of down_convert, KAFKA_STORAGE_ERROR.
  void convert(const log::LogConfig& topic, const replica::FetchEntry& entry,
               replica::FetchOutcome& outcome);

 private:
  static constexpr std::int16_t kLastVersionOfMessages = 3;
  static constexpr std::int64_t kBytesOfAnAnswer = 1 << 20;

  const std::int16_t version_;
  const bool from_follower_;
  std::int64_t left_bytes_ = kBytesOfAnAnswer;
};

}  // namespace barnabas::api
