// What the tools around a librdkafka consumer share: signals that end them, and which of a
// consumer's errors Kafka's consumer would have thrown.
//
// Threads  externally synchronized; the signal handlers only set a flag.
// Source   Kafka 3.9, ConsumerCoordinator.java, SubscriptionState.java
#pragma once

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>

#include "admin/rdkafka_client.h"

namespace barnabas::admin {

// From now on SIGINT and SIGTERM are only noted.
void note_stop_signals();

// 0: none came.
int stop_signal();

// As a JVM ends on a signal; `code` when none came.
int exit_code_after(int code);

// The exception with which Kafka's consumer ends, class and message. nullopt: it goes on.
std::optional<std::string> fatal_error(const rd_kafka_message_t& message);

// librdkafka's settings beside the user's: topics that are missing are asked for as Kafka's
// consumer asks, which makes them where the broker may.
config::Properties consumer_defaults(const config::Properties& properties);

// Error: the client's text for what rd_kafka_subscribe refuses.
void subscribe(RdKafkaClient& client, const std::vector<std::string>& topics);

}  // namespace barnabas::admin
