#pragma once

#include "type_text.hpp"

#include <string>

namespace slipway::diff {

/// What values of one type have more in them than another one can hold.
struct Narrowing {
  std::string doubt;           ///< what stops the change, a sentence without its end
  std::string doubt_condition; ///< of rows that do
  std::string loss;            ///< what is cut off or rounded
  std::string loss_condition;
};
/// Both types without domains; `column` as it is written in SQL.
Narrowing narrowing_of(const TypeText& from, const TypeText& to, const std::string& column);

/// Whether every value, read as the old type again, is what it was, but for what narrowing_of says.
bool comes_back(const TypeText& from, const TypeText& to);

} // namespace slipway::diff
