// Help texts in two columns, 80 characters wide, both columns broken between words.
#pragma once

#include <string>
#include <vector>

namespace barnabas::admin {

struct TextRow {
  std::string left;
  std::string right;
};

std::string two_columns(const std::vector<TextRow>& rows);

}  // namespace barnabas::admin
