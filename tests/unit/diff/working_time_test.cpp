#include "slipway/diff/working_time.hpp"

#include <gtest/gtest.h>

namespace slipway::diff {
namespace {

Work work(const std::string& sql, const std::string& kind,
          std::optional<FindingKind> finding = std::nullopt) {
  Statement one;
  one.sql = sql;
  one.kind = kind;
  if (finding) one.findings.push_back({*finding, "table public.t", "x", {}});
  return work_of(one);
}

TEST(WorkingTime, DependsOnWhatIsDoneToTheRows) {
  EXPECT_EQ(work("ALTER TABLE public.t ADD COLUMN a int", "add column").rows, RowWork::none);
  EXPECT_EQ(work("ALTER TABLE public.t VALIDATE CONSTRAINT c", "validate constraint").rows,
            RowWork::read);
  EXPECT_EQ(
      work("ALTER TABLE public.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", "add constraint").rows,
      RowWork::none);
  EXPECT_EQ(
      work("ALTER TABLE public.t ALTER a SET NOT NULL", "set not null", FindingKind::data_dependent)
          .rows,
      RowWork::read);
  EXPECT_EQ(
      work("ALTER TABLE public.t ALTER a TYPE bigint", "alter type", FindingKind::rewrite).rows,
      RowWork::write);
  EXPECT_EQ(work("UPDATE public.t SET a = 1", "update").rows, RowWork::write);
}

TEST(WorkingTime, NamesTheRelationsWhoseRowsItIs) {
  const auto index = work("CREATE INDEX CONCURRENTLY i ON public.\"T t\" (a)", "create index");
  EXPECT_EQ(index.rows, RowWork::write);
  EXPECT_TRUE(index.concurrent);
  ASSERT_EQ(index.relations.size(), 1U);
  EXPECT_EQ(index.relations.front().name, "T t");
  EXPECT_FALSE(work("CREATE INDEX i ON public.t (a)", "create index").concurrent);
  const auto partner =
      work("ALTER TABLE public.t VALIDATE CONSTRAINT c", "validate constraint").relations;
  ASSERT_EQ(partner.size(), 1U);
  EXPECT_EQ(partner.front().schema, "public");
}

TEST(WorkingTime, GrowsWithTheSize) {
  using std::chrono::minutes;
  constexpr std::int64_t k_gigabyte = std::int64_t{1} << 30U;
  EXPECT_EQ(time_for(RowWork::none, k_gigabyte), minutes(0));
  EXPECT_EQ(time_for(RowWork::read, 0), minutes(0));
  EXPECT_EQ(time_for(RowWork::read, 1), minutes(1));
  EXPECT_EQ(time_for(RowWork::read, 100 * k_gigabyte), minutes(86));
  EXPECT_EQ(time_for(RowWork::write, 100 * k_gigabyte), minutes(342));
}

} // namespace
} // namespace slipway::diff
