// The key tables for people: what `barnabas --help` prints, and the reference page of the docs.
//
// Threads  free functions on immutable tables.
#pragma once

#include <string>

namespace barnabas::config {

// Every broker key that can be set in server.properties, by subject, as plain text.
std::string help_text();

// docs/configuration.md: the broker keys by subject and the topic configs.
std::string reference_page();

}  // namespace barnabas::config
