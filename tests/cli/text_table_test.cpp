#include "text_table.hpp"

#include <gtest/gtest.h>

namespace slipway::cli {
namespace {

TEST(TextTable, columns_are_as_wide_as_their_widest_cell_in_code_points) {
  const Masker masker;
  const observe::Output out(-1, {}, masker);
  TextTable table({"a", "b", "c"});
  table.add_row({"\xC3\xA9\xC3\xA9", "x", "end"});
  table.add_row({"", "yyy", ""});
  EXPECT_EQ(table.text(out), "a   b    c\n\xC3\xA9\xC3\xA9  x    end\n    yyy\n");
}

TEST(TextTable, the_last_column_is_cut_on_a_terminal_and_whole_elsewhere) {
  const Masker masker;
  const std::string text(100, 'x');
  TextTable table({"n", "statement"});
  table.add_row({"1", text});
  const observe::Output terminal(-1, {.colour = false, .animate = true, .width = 40}, masker);
  const observe::Output pipe(-1, {.colour = false, .animate = false, .width = 40}, masker);
  EXPECT_NE(table.text(terminal).find(std::string(34, 'x') + "...\n"), std::string::npos)
      << table.text(terminal);
  EXPECT_NE(table.text(pipe).find(text), std::string::npos);
}

TEST(TextTable, text_from_elsewhere_cannot_drive_the_terminal) {
  const Masker masker;
  const observe::Output out(-1, {}, masker);
  TextTable table({"name"});
  table.add_row({"\x1b[2Jboo"});
  EXPECT_EQ(table.text(out).find('\x1b'), std::string::npos);
}

TEST(OneLine, is_the_first_line_with_single_spaces) {
  EXPECT_EQ(one_line("ALTER  TABLE\tt\n  ADD c int"), "ALTER TABLE t");
  EXPECT_EQ(one_line(""), "");
}

} // namespace
} // namespace slipway::cli
