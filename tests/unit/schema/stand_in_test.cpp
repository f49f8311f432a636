#include "slipway/schema/stand_in.hpp"

#include <gtest/gtest.h>

namespace slipway::schema {
namespace {

const std::string k_digest(64, 'a');

TEST(StandIn, CarriesTheDigest) {
  for (const auto& digest : {k_digest, std::string()}) {
    EXPECT_EQ(digest_in(stand_in(digest)), digest);
    EXPECT_EQ(digest_in(stand_in_connection(digest)), digest);
  }
}

TEST(StandIn, WhatOnlyContainsOneIsAnotherSecret) {
  for (const std::string& other :
       {std::string(), std::string("secret"), k_digest, "x" + stand_in(k_digest),
        stand_in(k_digest) + "x", stand_in("short"), stand_in(std::string(64, 'X')),
        "host=far " + stand_in_connection(k_digest)})
    EXPECT_EQ(digest_in(other), std::nullopt) << other;
}

} // namespace
} // namespace slipway::schema
