#include "../../../src/pg/tls_rule.hpp"

#include <gtest/gtest.h>

#include <string>

namespace slipway::pg {
namespace {

/// As libpq completes options when nothing else says anything about TLS.
Conninfo effective(Conninfo given) {
  given.try_emplace("sslmode", "prefer");
  given.try_emplace("port", "5432");
  return given;
}

Result<std::optional<std::string>> rule(const Conninfo& given,
                                        TlsMode mode = TlsMode::verify_full) {
  return tls_rule(given, effective(given), mode);
}

// Safety: without the rule libpq would fall back to a plain connection.
TEST(TlsRule, VerifiesServersOnOtherMachinesUnlessToldOtherwise) {
  for (const std::string host :
       {"db.example.com", "10.0.0.5", "2001:db8::1", "localhost.example.com", "128.0.0.1"}) {
    const auto sslmode = rule({{"host", host}});
    ASSERT_TRUE(sslmode);
    EXPECT_EQ(*sslmode, "verify-full") << host;
  }
}

TEST(TlsRule, LeavesConnectionsWithinTheMachineAlone) {
  for (const Conninfo& given :
       std::vector<Conninfo>{{},
                             {{"host", "/tmp"}},
                             {{"host", "@abstract"}},
                             {{"host", "localhost"}},
                             {{"host", "LocalHost"}},
                             {{"host", "127.0.0.1"}},
                             {{"host", "127.8.9.10"}},
                             {{"host", "::1"}},
                             {{"host", "::ffff:127.0.0.1"}},
                             {{"host", "db.example.com"}, {"hostaddr", "127.0.0.1"}},
                             {{"host", "localhost"}, {"sslmode", "disable"}},
                             {{"host", "/tmp,localhost"}}}) {
    const auto sslmode = rule(given);
    ASSERT_TRUE(sslmode) << sslmode.error().message;
    EXPECT_EQ(*sslmode, std::nullopt);
  }
}

TEST(TlsRule, CountsAListAsRemoteWhenOneOfItIs) {
  EXPECT_EQ(*rule({{"host", "localhost,db.example.com"}}), "verify-full");
  EXPECT_EQ(*rule({{"host", "localhost"}, {"hostaddr", "10.0.0.5"}}), "verify-full");
  EXPECT_EQ(*rule({{"host", "a,b"}, {"hostaddr", "127.0.0.1,10.0.0.5"}}), "verify-full");
}

TEST(TlsRule, RefusesLessThanTheSettingAllowsAndNamesTheSetting) {
  for (const std::string weak : {"disable", "allow", "prefer", "require", "verify-ca"}) {
    const auto sslmode = rule({{"host", "db.example.com"}, {"sslmode", weak}});
    ASSERT_FALSE(sslmode) << weak;
    EXPECT_EQ(sslmode.error().code, ErrorCode::configuration);
    EXPECT_NE(sslmode.error().message.find("sslmode=" + weak), std::string::npos)
        << sslmode.error().message;
    EXPECT_NE(sslmode.error().hint.find("connection.tls"), std::string::npos)
        << sslmode.error().hint;
  }
}

TEST(TlsRule, RefusesAWeakerModeFromTheEnvironmentToo) {
  const Conninfo given{{"host", "db.example.com"}};
  Conninfo completed = effective(given);
  completed["sslmode"] = "disable";
  const auto sslmode = tls_rule(given, completed, TlsMode::verify_full);
  ASSERT_FALSE(sslmode);
  EXPECT_NE(sslmode.error().message.find("environment"), std::string::npos)
      << sslmode.error().message;
}

TEST(TlsRule, TakesWhatIsAskedForWhenTheSettingAllowsIt) {
  const std::string host = "db.example.com";
  EXPECT_EQ(*rule({{"host", host}, {"sslmode", "verify-full"}}), std::nullopt);
  EXPECT_EQ(*rule({{"host", host}, {"sslmode", "require"}}, TlsMode::require), std::nullopt);
  EXPECT_EQ(*rule({{"host", host}, {"sslmode", "verify-ca"}}, TlsMode::require), std::nullopt);
  EXPECT_EQ(*rule({{"host", host}}, TlsMode::verify_ca), "verify-ca");
  EXPECT_EQ(*rule({{"host", host}}, TlsMode::require), "require");
  EXPECT_EQ(*rule({{"host", host}}, TlsMode::prefer), "prefer");
  EXPECT_EQ(*rule({{"host", host}}, TlsMode::disable), "disable");
  EXPECT_FALSE(rule({{"host", host}, {"sslmode", "allow"}}, TlsMode::prefer));
}

TEST(TlsRule, LeavesEverythingToTheStringWhenAskedTo) {
  for (const std::string sslmode : {"disable", "allow", "prefer", "require"})
    EXPECT_EQ(
        *rule({{"host", "db.example.com"}, {"sslmode", sslmode}}, TlsMode::from_connection_string),
        std::nullopt);
  EXPECT_EQ(*rule({{"host", "db.example.com"}}, TlsMode::from_connection_string), std::nullopt);
}

} // namespace
} // namespace slipway::pg
