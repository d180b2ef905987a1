// Blanks around the parts of lists.
#pragma once

#include <cctype>
#include <string_view>

namespace barnabas::config {

// Without the blanks at both ends, as Java's \s has them.
inline std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace barnabas::config
