#include "slipway/pg/session.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cctype>
#include <string>

namespace slipway::pg {
namespace {

struct Case {
  std::string text;
  std::string shown;
};

TEST(Masked, LeavesAllButThePasswordOfAUrl) {
  for (const auto& [text, shown] : std::vector<Case>{
           {"postgres://app:s3cret@db:5432/shop", "postgres://app:***@db:5432/shop"},
           {"postgresql://app:s3cret@db/shop", "postgresql://app:***@db/shop"},
           {"postgres://app@db/shop", "postgres://app@db/shop"},
           {"postgres://db:5432/shop", "postgres://db:5432/shop"},
           {"postgres://", "postgres://"},
           {"postgres:///shop?host=/tmp", "postgres:///shop?host=/tmp"},
           {"postgres://app:p%40ss@[::1]:5432/shop", "postgres://app:***@[::1]:5432/shop"},
           {"postgres://app:s3cret@a:1,b:2/shop?target_session_attrs=any",
            "postgres://app:***@a:1,b:2/shop?target_session_attrs=any"},
           {"postgres://app:s3?cret@db/shop", "postgres://app:***@db/shop"},
           {"postgres://app:a:b@db/shop", "postgres://app:***@db/shop"},
           {"postgres://db/shop?user=app@eu&password=s3cret",
            "postgres://db/shop?user=app@eu&password=***"},
           {"postgres://db/shop?p%61ssword=s3cret&sslmode=require",
            "postgres://db/shop?p%61ssword=***&sslmode=require"},
           {"postgres://db/shop?sslpassword=s3cret&sslkey=/k",
            "postgres://db/shop?sslpassword=***&sslkey=/k"},
           {"postgres://app:one@db/shop?password=two", "postgres://app:***@db/shop?password=***"},
       }) {
    EXPECT_EQ(masked(text), shown) << text;
  }
}

TEST(Masked, LeavesAllButThePasswordOfKeywords) {
  for (const auto& [text, shown] : std::vector<Case>{
           {"", ""},
           {"host=db user=app dbname=shop", "host=db user=app dbname=shop"},
           {"host=db password=s3cret dbname=shop", "host=db password=*** dbname=shop"},
           {"password = 's3 cr\\'et' host=db", "password = *** host=db"},
           {"password=a\\ b host=db", "password=*** host=db"},
           {"sslpassword=s3cret host=db", "sslpassword=*** host=db"},
           {"host='/tmp/a b' password=x=y", "host='/tmp/a b' password=***"},
       }) {
    EXPECT_EQ(masked(text), shown) << text;
  }
}

// What cannot be read is where a password hides: the secret of each of these must go, whatever else
// goes with it.
TEST(Masked, LeaksNothingFromStringsThatWereMistyped) {
  const std::string secret = "hunter2";
  for (const std::string text : {
           "postgres://app:hunter2",
           "postgres://app:hunter2/shop",
           "postgres://app:hunter2?sslmode=require",
           "postgres://app:x/hunter2@db/shop",
           "postgres://app:12/hunter2@db/shop",
           "postgres://app:x@hunter2@db/shop",
           "postgres://app:x@y/hunter2@db/shop",
           "postgres://app:x%zzhunter2@db/shop",
           "postgres://app:x#hunter2@db/shop?nonsense=1",
           "postgres://db/shop?pasword=hunter2",
           "postgres://db/shop?password=x&hunter2",
           "postgres://db/shop?password=x&hunter2=1",
           "postgres://h:5432/db?user=a@b&pasword=hunter2",
           "Postgres://app:hunter2@db/shop",
           "mysql://app:hunter2@db/shop",
           "app:hunter2@db/shop",
           "jdbc:postgresql://db/shop?user=app&password=hunter2",
           "host=db password=x hunter2",
           "host=db password=x hunter2 dbname=shop",
           "host=db password=x hunter2=1 dbname=shop",
           "host=db password='hunter2",
           "host=db host='x password=hunter2",
           "host=db pasword=hunter2",
           "host=db PASSWORD=hunter2",
           "hunter2",
       }) {
    EXPECT_EQ(masked(text).find(secret), std::string::npos) << masked(text);
  }
}

TEST(PasswordIn, FindsItInEachForm) {
  EXPECT_EQ(password_in("postgres://app:p%40ss%2F@db/shop"), "p@ss/");
  EXPECT_EQ(password_in("postgres://db/shop?password=p%20x"), "p x");
  EXPECT_EQ(password_in("host=db password='a \\'b' user=x"), "a 'b");
  EXPECT_EQ(password_in("host=db password=a\\ b user=x"), "a b");
  EXPECT_EQ(password_in("postgres://app:p@ss@db/shop"), "p@ss")
      << "libpq would take ss@db for the host";
  EXPECT_EQ(password_in("postgres://app:a/b@db/shop"), "a/b");
  EXPECT_EQ(password_in("host=db nonsense=1 password=x"), "x");
}

TEST(PasswordIn, FindsNoneWhereThereIsNone) {
  for (const std::string text :
       {"", "postgres://app@db/shop", "postgres://db:5432/shop", "host=db user=app", "password="})
    EXPECT_EQ(password_in(text), std::nullopt) << text;
}

std::string percent_encoded(const std::string& text) {
  static constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += k_digits[byte >> 4U];
    encoded += k_digits[byte & 15U];
  }
  return encoded;
}

std::string quoted(const std::string& text) {
  std::string value = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') value += '\\';
    value += c;
  }
  return value + "'";
}

/// A password nobody would find by chance in the rest of the string.
rc::Gen<std::string> passwords() {
  const auto tail = rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '\x7f'));
  return rc::gen::map(tail, [](const std::string& text) { return "Canary9" + text; });
}

RC_GTEST_PROP(Masked, NeverShowsAPasswordThatIsWrittenRight, ()) {
  const std::string password = *passwords();
  const std::string url =
      "postgres://app:" + percent_encoded(password) + "@db:5432/shop?sslmode=require";
  RC_ASSERT(masked(url) == "postgres://app:***@db:5432/shop?sslmode=require");
  RC_ASSERT(password_in(url) == std::optional(password));
  const std::string keywords = "host=db password=" + quoted(password) + " dbname=shop";
  RC_ASSERT(masked(keywords) == "host=db password=*** dbname=shop");
  RC_ASSERT(password_in(keywords) == std::optional(password));
}

RC_GTEST_PROP(Masked, NeverShowsTheHeadOfAPasswordThatIsNotEncoded, ()) {
  const std::string password = *passwords();
  for (const std::string& text :
       {"postgres://app:" + password + "@db:5432/shop", "postgres://app:" + password,
        "host=db password=" + password, "host=db password='" + password})
    RC_ASSERT(masked(text).find("Canary9") == std::string::npos);
}

RC_GTEST_PROP(Masked, ChangesNothingTheSecondTime, ()) {
  const std::string text =
      *rc::gen::oneOf(rc::gen::map(passwords(),
                                   [](const std::string& p) {
                                     return "postgres://app:" + percent_encoded(p) + "@db/shop";
                                   }),
                      rc::gen::map(passwords(), [](const std::string& p) {
                        return "password=" + quoted(p) + " host=db";
                      }));
  RC_ASSERT(masked(masked(text)) == masked(text));
}

} // namespace
} // namespace slipway::pg
