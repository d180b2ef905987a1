#include "config/listeners.h"

#include <gtest/gtest.h>

#include "config/properties.h"

namespace barnabas::config {
namespace {

const SecurityProtocolMap kProtocols{
    {"PLAINTEXT", "PLAINTEXT"}, {"INTERNAL", "PLAINTEXT"}, {"EXTERNAL", "SSL"}};

std::string refusal(std::string_view text, bool distinct_ports = true) {
  try {
    parse_listeners(text, kProtocols, distinct_ports);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Listeners, SeveralWithNamesHostsAndPorts) {
  const auto listeners = parse_listeners(
      " PLAINTEXT://:9092 , internal://10.0.0.1:9093,EXTERNAL://[::1]:9094", kProtocols, true);
  EXPECT_EQ(listeners, (std::vector<Listener>{{"PLAINTEXT", "PLAINTEXT", "", 9092},
                                              {"INTERNAL", "PLAINTEXT", "10.0.0.1", 9093},
                                              {"EXTERNAL", "SSL", "::1", 9094}}));
}

TEST(Listeners, WhatIsNoListenerIsNamed) {
  EXPECT_EQ(refusal("localhost:9092"),
            "Error creating broker listeners from 'localhost:9092': Unable to parse localhost:9092 "
            "to a broker endpoint");
  EXPECT_EQ(
      refusal("OTHER://:9092"),
      "Error creating broker listeners from 'OTHER://:9092': No security protocol defined for "
      "listener OTHER");
  for (const char* text : {"PLAINTEXT://:", "PLAINTEXT://host", "://:9092", "PLAINTEXT://:65536",
                           "PLAINTEXT://:-1", "PLAINTEXT://:99999999999"}) {
    EXPECT_NE(refusal(text), "accepted") << text;
  }
}

TEST(Listeners, NamesMustDiffer) {
  EXPECT_EQ(refusal("PLAINTEXT://:1,plaintext://:2"),
            "Each listener must have a different name, listeners: PLAINTEXT://:1,plaintext://:2");
}

TEST(Listeners, PortsMustDifferWhereABrokerBinds) {
  EXPECT_EQ(refusal("PLAINTEXT://a:1,INTERNAL://b:1"),
            "Each listener must have a different port, listeners: PLAINTEXT://a:1,INTERNAL://b:1");
  EXPECT_EQ(refusal("PLAINTEXT://a:1,INTERNAL://b:1", false), "accepted");
  EXPECT_EQ(refusal("PLAINTEXT://a:0,INTERNAL://b:0"), "accepted");
}

TEST(Listeners, OneIpv4AndOneIpv6MayShareAPort) {
  EXPECT_EQ(refusal("PLAINTEXT://127.0.0.1:1,INTERNAL://[::1]:1"), "accepted");
  EXPECT_NE(refusal("PLAINTEXT://127.0.0.1:1,INTERNAL://127.0.0.2:1"), "accepted");
  EXPECT_NE(refusal("PLAINTEXT://127.0.0.1:1,INTERNAL://host:1"), "accepted");
  EXPECT_NE(refusal("PLAINTEXT://127.0.0.1:1,INTERNAL://[::1]:1,EXTERNAL://[::2]:1"), "accepted");
}

TEST(SecurityProtocols, MapsNamesInUpperCase) {
  EXPECT_EQ(parse_security_protocol_map(" internal:plaintext , EXTERNAL:SASL_SSL"),
            (SecurityProtocolMap{{"INTERNAL", "PLAINTEXT"}, {"EXTERNAL", "SASL_SSL"}}));
}

TEST(SecurityProtocols, UnknownProtocolIsRefused) {
  EXPECT_THROW(parse_security_protocol_map("A:TLS"), ConfigError);
  EXPECT_THROW(parse_security_protocol_map("A"), ConfigError);
  EXPECT_THROW(parse_security_protocol_map(" :SSL"), ConfigError);
}

}  // namespace
}  // namespace barnabas::config
