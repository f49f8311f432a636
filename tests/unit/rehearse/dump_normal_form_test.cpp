#include "slipway/rehearse/dump_normal_form.hpp"

#include "slipway/rehearse/sql_words.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace slipway::rehearse {
namespace {

using Texts = std::vector<std::string>;

Texts normal(const std::string& dump) {
  const auto form = dump_normal_form(dump);
  return form ? *form : Texts{"cannot be read: " + form.error().message};
}

std::string joined(std::string_view text) {
  std::string all;
  for (const auto word : sql_words(text)) all += word;
  return all;
}

TEST(SqlWords, KeepWhatIsQuotedInOnePiece) {
  EXPECT_EQ(sql_words("'it''s'x").front(), "'it''s'");
  EXPECT_EQ(sql_words("E'a\\'b'c").front(), "E'a\\'b'");
  EXPECT_EQ(sql_words("\"q\"\"x\",").front(), "\"q\"\"x\"");
  EXPECT_EQ(sql_words("$t$ $$ ' $t$,").front(), "$t$ $$ ' $t$");
  EXPECT_EQ(sql_words("$1,").front(), "$");
  EXPECT_EQ(sql_words("/* n /* m */ */x").front(), "/* n /* m */ */");
}

RC_GTEST_PROP(SqlWords, JoinedAreTheTextAgain, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab'\"$-/*(),;[]E\\ \n1")));
  RC_ASSERT(joined(text) == text);
}

TEST(ListItems, AreCutAtCommasThatCount) {
  EXPECT_EQ(list_items(" a numeric(1,2), \"b,c\" int ,CHECK (x IN ('a,b', $$c,d$$)), e int[1]"),
            (Texts{"a numeric(1,2)", "\"b,c\" int", "CHECK (x IN ('a,b', $$c,d$$))", "e int[1]"}));
  EXPECT_TRUE(list_items(" \n ").empty());
}

TEST(DumpNormalForm, LeavesOutCommentsSettingsAndTheRandomKey) {
  const std::string bare = "CREATE TABLE public.t (\n    a integer\n);\n";
  const std::string full =
      "--\n-- PostgreSQL database dump\n--\n\n\\restrict w3Ab\n\nSET statement_timeout = 0;\n"
      "SELECT pg_catalog.set_config('search_path', '', false);\nSET row_security = off;\n\n"
      "SET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n--\n"
      "-- Name: t; Type: TABLE; Schema: public; Owner: postgres\n--\n\n" +
      bare + "\n\\unrestrict w3Ab\n";
  EXPECT_EQ(normal(full), normal(bare));
  EXPECT_EQ(normal(bare), (Texts{"CREATE TABLE public.t (a integer)"}));
}

// Of a column in the trash nothing is seen; of all else that names one, everything.
TEST(DumpNormalForm, ColumnsOfTheTrashAreNotThere) {
  const std::string trash = "slipway_trash_20261120103000_b";
  const std::string bare = "CREATE TABLE public.t (\n    a integer,\n    c text\n);\n";
  EXPECT_EQ(normal("CREATE TABLE public.t (\n    a integer,\n    " + trash +
                   " numeric(1,2) DEFAULT 'x,y',\n    c text\n);\n"
                   "ALTER TABLE ONLY public.t ALTER COLUMN " +
                   trash + " SET STATISTICS 5;\nCOMMENT ON COLUMN public.t." + trash +
                   " IS 'it''s';\nGRANT SELECT(" + trash + "),UPDATE(" + trash +
                   ") ON TABLE public.t TO r;\n"),
            normal(bare));
  EXPECT_EQ(
      normal("CREATE TABLE public.t (\n    a integer,\n    \"slipway_trash_20261120103000_B b\" "
             "text,\n    c text\n);\n"),
      normal(bare));
  for (const auto& kept : {"CREATE INDEX i ON public.t USING btree (" + trash + ")",
                           "ALTER TABLE ONLY public.t ADD CONSTRAINT k UNIQUE (" + trash + ")",
                           "COMMENT ON COLUMN public.t.a IS '" + trash + "'",
                           "GRANT SELECT(a) ON TABLE public.t TO " + trash})
    EXPECT_EQ(normal(kept + ";\n").size(), 1U) << kept;
  EXPECT_EQ(normal("CREATE TABLE public.t (a integer, slipway_trash_b text);"),
            Texts{"CREATE TABLE public.t (a integer, slipway_trash_b text)"});
}

TEST(DumpNormalForm, MembersOfAnOperatorFamilyOrClassMayComeInAnyOrder) {
  EXPECT_EQ(normal("ALTER OPERATOR FAMILY s.f USING btree ADD\n    OPERATOR 1 s.<(a,b) ,\n"
                   "    OPERATOR 1 s.<(b,a) ,\n    FUNCTION 1 (a, b) s.cmp(a,b);\n"),
            normal("ALTER OPERATOR FAMILY s.f USING btree ADD\n    OPERATOR 1 s.<(b,a) ,\n"
                   "    OPERATOR 1 s.<(a,b) ,\n    FUNCTION 1 (a, b) s.cmp(a,b);\n"));
  EXPECT_EQ(normal("CREATE OPERATOR CLASS s.c\n    FOR TYPE a USING gin AS\n    STORAGE b ,\n"
                   "    OPERATOR 1 s.<(a,a);\n"),
            normal("CREATE OPERATOR CLASS s.c\n    FOR TYPE a USING gin AS\n"
                   "    OPERATOR 1 s.<(a,a) ,\n    STORAGE b;\n"));
  EXPECT_NE(normal("CREATE OPERATOR CLASS s.c\n    FOR TYPE a USING gin AS\n    STORAGE b;\n"),
            normal("CREATE OPERATOR CLASS s.c\n    FOR TYPE a USING gin AS\n    STORAGE c;\n"));
}

TEST(DumpNormalForm, KeepsACommentThatIsPartOfABody) {
  const auto with = [](const std::string& line) {
    return normal("CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n    AS $$\n" +
                  line + "select 1; select 2$$;\n");
  };
  EXPECT_EQ(with("-- why\n").size(), 1U);
  EXPECT_NE(with("-- why\n"), with(""));
  EXPECT_NE(with("SET x = 1;\n"), with(""));
}

TEST(DumpNormalForm, ColumnsOfATableAreASet) {
  EXPECT_EQ(normal("CREATE TABLE public.t (\n    a integer,\n    b numeric(3,1) DEFAULT 1.5,\n"
                   "    CONSTRAINT ck CHECK ((a > 0))\n)\nWITH (fillfactor='70', x='1');"),
            normal("CREATE TABLE public.t (\n    b numeric(3,1) DEFAULT 1.5,\n    a integer,\n"
                   "    CONSTRAINT ck CHECK ((a > 0))\n)\nWITH (x='1', fillfactor='70');"));
}

TEST(DumpNormalForm, ListsWhoseOrderMeansSomethingAreNot) {
  EXPECT_NE(normal("CREATE TYPE public.t AS (\n\ta integer,\n\tb text\n);"),
            normal("CREATE TYPE public.t AS (\n\tb text,\n\ta integer\n);"));
  EXPECT_NE(normal("CREATE TYPE public.e AS ENUM (\n    'a',\n    'b'\n);"),
            normal("CREATE TYPE public.e AS ENUM (\n    'b',\n    'a'\n);"));
  EXPECT_NE(normal("CREATE INDEX i ON public.t USING btree (a, b);"),
            normal("CREATE INDEX i ON public.t USING btree (b, a);"));
  EXPECT_NE(normal("CREATE VIEW public.v AS\n SELECT t.a,\n    t.b\n   FROM public.t;"),
            normal("CREATE VIEW public.v AS\n SELECT t.b,\n    t.a\n   FROM public.t;"));
  EXPECT_NE(normal("CREATE TABLE public.t (\n    a integer\n)\nINHERITS (public.x, public.y);"),
            normal("CREATE TABLE public.t (\n    a integer\n)\nINHERITS (public.y, public.x);"));
}

TEST(DumpNormalForm, OtherListsThatAreSets) {
  EXPECT_EQ(normal("CREATE STATISTICS public.s (ndistinct) ON a, (lower(b)), c FROM public.t;"),
            normal("CREATE STATISTICS public.s (ndistinct) ON c, a, (lower(b)) FROM public.t;"));
  EXPECT_EQ(normal("ALTER PUBLICATION p ADD TABLE ONLY public.t (a, b) WHERE ((a > 1));"),
            normal("ALTER PUBLICATION p ADD TABLE ONLY public.t (b, a) WHERE ((a > 1));"));
  EXPECT_EQ(
      normal("CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (\n    host 'a',\n    p '1'\n);"),
      normal("CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (\n    p '1',\n    host 'a'\n);"));
  EXPECT_EQ(normal("CREATE FOREIGN TABLE public.f (\n    a integer OPTIONS (\n    n 'x'\n    )\n)\n"
                   "SERVER s\nOPTIONS (\n    x 'OPTIONS (',\n    b '2'\n);"),
            normal("CREATE FOREIGN TABLE public.f (\n    a integer OPTIONS (\n    n 'x'\n    )\n)\n"
                   "SERVER s\nOPTIONS (\n    b '2',\n    x 'OPTIONS ('\n);"));
  const std::string head = "CREATE FUNCTION public.f() RETURNS integer\n    LANGUAGE sql\n";
  EXPECT_EQ(normal(head + "    SET a TO 'x, y'\n    SET b TO '1'\n    AS $$select 1$$;"),
            normal(head + "    SET b TO '1'\n    SET a TO 'x, y'\n    AS $$select 1$$;"));
  for (const std::string body : {"    RETURN 1;", "    BEGIN ATOMIC\n SELECT 1;\nEND;"})
    EXPECT_EQ(normal(head + "    SET a TO 'x, y'\n    SET b TO '1'\n" + body),
              normal(head + "    SET b TO '1'\n    SET a TO 'x, y'\n" + body));
}

TEST(DumpNormalForm, ASettingIsPutToTheStatementItHoldsFor) {
  const std::string one = "CREATE TABLE public.a (\n    x integer\n);\n";
  const std::string other = "CREATE TABLE public.b (\n    x integer\n);\n";
  const std::string fast = "SET default_tablespace = fast;\n";
  const std::string usual = "SET default_tablespace = '';\n";
  EXPECT_EQ(normal(fast + one + usual + other), normal(other + fast + one));
  EXPECT_NE(normal(fast + one + usual + other), normal(one + fast + other));
  EXPECT_NE(normal("SET default_table_access_method = columnar;\n" + one), normal(one));
}

TEST(DumpNormalForm, ABodyWithSemicolonsIsOneStatement) {
  EXPECT_EQ(
      normal("CREATE FUNCTION public.f() RETURNS bigint\n    LANGUAGE sql\n"
             "    BEGIN ATOMIC\n SELECT CASE WHEN true THEN 1 END;\n SELECT 2;\nEND;\n"
             "CREATE RULE r AS\n    ON DELETE TO public.t DO INSTEAD ( DELETE FROM public.a;\n"
             " DELETE FROM public.b;\n);")
          .size(),
      2U);
}

TEST(DumpNormalForm, ATextThatEndsWithinAQuoteIsAnError) {
  EXPECT_FALSE(dump_normal_form("COMMENT ON TABLE t IS 'x"));
}

TEST(DumpDifference, CountsRepetitions) {
  const DumpDifference difference = dump_difference({"a", "a", "b"}, {"a", "c"});
  EXPECT_EQ(difference.only_first, (Texts{"a", "b"}));
  EXPECT_EQ(difference.only_second, (Texts{"c"}));
  EXPECT_TRUE(dump_difference({"a", "a"}, {"a", "a"}).empty());
}

// A dump of tables, indexes and the like, in any order that pg_dump might choose.
struct MadeUpDump {
  std::vector<Texts> tables;
  Texts others;

  std::string in_order() const {
    Texts statements = others;
    for (std::size_t at = 0; at < tables.size(); ++at)
      statements.push_back(table_statement(at, tables[at]));
    std::string dump;
    for (const auto& statement : statements) dump += statement + ";\n\n";
    return dump;
  }

  std::string shuffled(std::mt19937& random) const {
    Texts statements = others;
    for (std::size_t at = 0; at < tables.size(); ++at) {
      Texts columns = tables[at];
      std::shuffle(columns.begin(), columns.end(), random);
      statements.push_back(table_statement(at, columns));
    }
    std::shuffle(statements.begin(), statements.end(), random);
    std::string dump;
    for (const auto& statement : statements)
      dump += (random() % 2 == 0 ? "--\n-- Name: it's; (\n--\n\n" : "") + statement + ";\n\n";
    return dump;
  }

private:
  static std::string table_statement(std::size_t number, const Texts& columns) {
    std::string sql = "CREATE TABLE public.t" + std::to_string(number) + " (";
    for (const auto& column : columns) sql += (sql.ends_with("(") ? "\n    " : ",\n    ") + column;
    return sql + "\n)";
  }
};

MadeUpDump made_up_dump() {
  const auto column = rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0, 20),
                    rc::gen::element<std::string>("integer", "numeric(10,2) DEFAULT 1.5",
                                                  "text DEFAULT 'a,b;c('::text",
                                                  "text DEFAULT '--'::text NOT NULL")),
      [](const auto& pair) { return "\"c " + std::to_string(pair.first) + "\" " + pair.second; });
  MadeUpDump dump;
  dump.tables = *rc::gen::container<std::vector<Texts>>(rc::gen::container<Texts>(column));
  dump.others = *rc::gen::container<Texts>(rc::gen::element<std::string>(
      "CREATE INDEX i ON public.t0 USING btree (a, b)", "COMMENT ON TABLE public.t0 IS 'x;\n-- y'",
      "GRANT SELECT ON TABLE public.t0 TO r",
      "CREATE TYPE public.e AS ENUM (\n    'a',\n    'b'\n)"));
  return dump;
}

RC_GTEST_PROP(DumpNormalForm, IsTheSameInAnyOrder, ()) {
  const MadeUpDump dump = made_up_dump();
  std::mt19937 random(*rc::gen::arbitrary<unsigned>());
  RC_ASSERT(normal(dump.shuffled(random)) == normal(dump.in_order()));
}

RC_GTEST_PROP(DumpNormalForm, DiffersWhenAColumnOrAStatementIsMissing, ()) {
  MadeUpDump dump = made_up_dump();
  std::mt19937 random(*rc::gen::arbitrary<unsigned>());
  dump.tables.push_back({"a integer"});
  dump.others.push_back("CREATE SCHEMA s");
  const Texts whole = normal(dump.shuffled(random));
  if (random() % 2 == 0)
    dump.tables.back().pop_back();
  else
    dump.others.pop_back();
  RC_ASSERT(normal(dump.shuffled(random)) != whole);
}

} // namespace
} // namespace slipway::rehearse
