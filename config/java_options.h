// What Kafka's users tell the JVM about ZooKeeper, in KAFKA_OPTS. There is no JVM here, but who
// asks for a secured connection that way must not get an open one without a word.
//
// Threads  a free function.
// Source   Kafka 3.9, JaasUtils.java, ZkClientConfig of KafkaConfig.scala
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::config {

// `kafka_opts` as in the environment; `read_file` gives a file's text, nullopt: it cannot be read.
//   returns  why the broker cannot start with it; nullopt: nothing in it concerns ZooKeeper
std::optional<std::string> zookeeper_options_problem(
    std::string_view kafka_opts,
    const std::function<std::optional<std::string>(const std::string&)>& read_file);

}  // namespace barnabas::config
