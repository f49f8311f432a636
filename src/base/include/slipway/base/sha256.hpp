#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace slipway {

/// SHA-256 in pieces. `finish` may be called once.
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::string_view bytes);
  /// 64 lower-case hexadecimal digits.
  std::string finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of one text as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

} // namespace slipway
