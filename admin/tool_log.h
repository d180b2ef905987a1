// Warnings and errors of the tools, on standard error, in the shape of Kafka's tool logging:
// `[2026-01-31 12:00:00,123] WARN text (logger)`. Standard output is for results alone.
//
// Threads  thread-safe; a line is written whole.
#pragma once

#include <string_view>

namespace barnabas::admin {

void log_tool_warning(std::string_view text, std::string_view logger);
void log_tool_error(std::string_view text, std::string_view logger);

}  // namespace barnabas::admin
