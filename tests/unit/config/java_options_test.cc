#include "config/java_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::config {
namespace {

using testing::HasSubstr;

constexpr const char* kJaas =
    "// Client {\n"
    "KafkaServer {\n  org.apache.kafka.common.security.plain.PlainLoginModule required;\n};\n"
    "Client{\n  org.apache.zookeeper.server.auth.DigestLoginModule required\n"
    "  username=\"kafka\" password=\"secret\";\n};\n";

std::string problem(const std::string& options, const std::string& jaas = kJaas) {
  return zookeeper_options_problem(options,
                                   [&](const std::string& path) -> std::optional<std::string> {
                                     if (path != "/etc/jaas.conf") return std::nullopt;
                                     return jaas;
                                   })
      .value_or("none");
}

TEST(JavaOptions, SaslToZooKeeperIsNotPassedOver) {
  const std::string told = problem("-Xmx1G -Djava.security.auth.login.config=/etc/jaas.conf");
  EXPECT_THAT(told, HasSubstr("asks for SASL to ZooKeeper (section Client of /etc/jaas.conf)"));
  EXPECT_THAT(told, HasSubstr("barnabas.zookeeper.digest.auth=user:password"));
}

TEST(JavaOptions, LoginsOfOthersAreNoConcernOfZooKeeper) {
  const std::string login = "-Djava.security.auth.login.config=/etc/jaas.conf";
  EXPECT_EQ(problem(login, "// Client {\nKafkaServer { x required; };"), "none");
  EXPECT_EQ(problem(login, "/* Client { */ MyClient { x required; };"), "none");
  EXPECT_EQ(problem(login + " -Dzookeeper.sasl.client=false"), "none");
  EXPECT_EQ(problem(login + " -Dzookeeper.sasl.clientconfig=Other"), "none");
  EXPECT_THAT(problem(login + " -Dzookeeper.sasl.clientconfig=KafkaServer"), HasSubstr("SASL"));
  EXPECT_EQ(problem("-Djava.security.auth.login.config=/etc/missing"), "none");
  EXPECT_EQ(problem(""), "none");
}

TEST(JavaOptions, TlsToZooKeeperIsNotPassedOver) {
  EXPECT_THAT(problem("-Dzookeeper.client.secure=true"), HasSubstr("asks for TLS to ZooKeeper"));
  EXPECT_EQ(problem("-Dzookeeper.client.secure=false"), "none");
}

}  // namespace
}  // namespace barnabas::config
