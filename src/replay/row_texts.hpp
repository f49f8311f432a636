#pragma once

#include "slipway/replay/carry_map.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace slipway::replay {

/// The SQL of one carried table. In all of it `o` is a row of the copy, `s` a row of the new schema
/// that is staged beside it, and `slipway_row` a row of the database with the new schema.
///
/// A staged value has the type of its column where that is one of the system's and the same on both
/// sides. All others are staged as text: a label that an enum does not have, or a number that is
/// too large, must not stop a COPY but be seen when its own row is filled in.
class RowTexts {
public:
  /// `table` must outlive this.
  explicit RowTexts(const CarriedTable& table) : table_(table) {}

  /// Statements that make the functions which carry values of a retyped column back and forth.
  std::vector<std::string> functions() const;
  /// Column definitions of a staging table.
  std::string stage_columns(bool key_only) const;
  std::string stage_names(bool key_only) const;
  /// What is read of the new schema for them.
  std::string read_list(bool key_only) const;
  /// "FROM ... AS slipway_row", without the children of an inheritance tree.
  std::string read_from() const;
  /// The copy's table, likewise.
  std::string target() const;
  /// Whether `o` and `s` are the same row.
  std::string same_key() const;
  /// All that both sides know of a row as one text, to be compared.
  std::string known_of_old() const;
  std::string known_of_stage() const;
  std::string known_of_origin() const;
  /// The key as a JSON object of texts; of a table without one, a hash of all that is known.
  std::string key_of_old() const;
  std::string key_of_stage() const;
  std::string key_of_origin() const;
  /// Whether `slipway_row`, or `o`, is the row whose key is the JSON object `value`, as key_of_*
  /// write it.
  std::string origin_is(const std::string& value) const;
  std::string old_is(const std::string& value) const;
  /// A number of 64 bits for the key, the same on both sides for the same row; NULL where the key
  /// cannot be followed.
  std::string key_hash_of_old() const;
  std::string key_hash_of_stage() const;
  std::string key_hash_of_origin() const;
  /// The retyped columns of the copy's key in their new form: NULL where that cannot hold the
  /// value. Empty when there are none.
  std::string followed_key() const;

  /// Names of the columns to fill, and the values for them. `o` is the row that was there, or all
  /// NULLs; `o.slipway_n` tells which.
  std::string fill_names() const;
  std::string fill_values() const;
  /// The values as they were.
  std::string old_values() const;

private:
  bool is_plain(std::size_t place) const;
  bool is_integer(std::size_t place) const;
  std::string staged(std::size_t place) const;
  std::string old(std::size_t place) const;
  std::string origin(std::size_t place) const;
  std::string forward(std::size_t place) const;
  std::string known_old(std::size_t place) const;
  std::string fill(std::size_t place) const;
  std::vector<std::size_t> sourced(bool key_only) const;
  template<class Piece>
  std::string list(const std::vector<std::size_t>& places, const Piece& piece) const;
  template<class Piece>
  std::string as_row(const Piece& piece) const;
  template<class Piece>
  std::string as_key(const Piece& piece, const std::string& known) const;
  template<class Piece>
  std::string as_key_hash(const Piece& text, const Piece& number) const;
  std::string is(std::size_t place, const std::string& side, const std::string& text,
                 const std::string& value) const;

  const CarriedTable& table_;
};

/// The function that turns a text of the new type into a value of the old one, for a column that
/// has one among RowTexts::functions().
std::string back_function(const CarriedTable& table, std::size_t place);

/// A value as its type's output function writes it, which no cast of a user's can replace. NULL
/// stays NULL.
std::string output_of(const std::string& expression);

} // namespace slipway::replay
