// The values of a result. Indexes are checked: libpq would print to stderr and answer with NULL.
#include "rows_handle.hpp"

#include "slipway/base/bug.hpp"

#include <charconv>

namespace slipway::pg {

namespace {

struct Cell {
  int row;
  int column;
};

int checked_column(const PGresult* result, std::size_t column) {
  SLIPWAY_ASSERT(column < static_cast<std::size_t>(PQnfields(result)));
  return static_cast<int>(column);
}

Cell checked(const PGresult* result, std::size_t row, std::size_t column) {
  SLIPWAY_ASSERT(row < static_cast<std::size_t>(PQntuples(result)));
  return {static_cast<int>(row), checked_column(result, column)};
}

template<class Number>
Number number(std::string_view text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  SLIPWAY_ASSERT(error == std::errc() && stop == end);
  return value;
}

} // namespace

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(handle_->result.get()));
}

std::size_t Rows::columns() const {
  return static_cast<std::size_t>(PQnfields(handle_->result.get()));
}

std::string_view Rows::column_name(std::size_t column) const {
  const PGresult* result = handle_->result.get();
  return PQfname(result, checked_column(result, column));
}

bool Rows::is_null(std::size_t row, std::size_t column) const {
  const PGresult* result = handle_->result.get();
  const Cell cell = checked(result, row, column);
  return PQgetisnull(result, cell.row, cell.column) == 1;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  const PGresult* result = handle_->result.get();
  const Cell cell = checked(result, row, column);
  return {PQgetvalue(result, cell.row, cell.column),
          static_cast<std::size_t>(PQgetlength(result, cell.row, cell.column))};
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  return number<std::int64_t>(text(row, column));
}

double Rows::real(std::size_t row, std::size_t column) const {
  return number<double>(text(row, column));
}

bool Rows::boolean(std::size_t row, std::size_t column) const {
  const std::string_view value = text(row, column);
  SLIPWAY_ASSERT(value == "t" || value == "f");
  return value == "t";
}

std::int64_t Rows::affected() const {
  const std::string_view tuples = PQcmdTuples(handle_->result.get());
  return tuples.empty() ? 0 : number<std::int64_t>(tuples);
}

std::string_view Rows::command_tag() const {
  return PQcmdStatus(handle_->result.get());
}

} // namespace slipway::pg
