#pragma once

#include "slipway/base/result.hpp"
#include "slipway/os/process.hpp"

#include <string>
#include <vector>

namespace slipway::backup {

/// How the files of a backup are encrypted: by a program of its own, to public keys. No secret is
/// needed to make a backup.
struct Cipher {
  enum class Program { none, age, gpg };
  Program program = Program::none;
  std::vector<std::string> recipients;
  /// For reading with age: the file with the secret key. gpg has its own keyring and agent.
  std::string identity_file;

  /// "age", "gpg", or empty.
  std::string name() const;
  /// The program that reads what is to be encrypted and prints what is stored, and the other way.
  os::Command encrypt() const;
  os::Command decrypt() const;
};

/// What recipients mean: "age1..." and "ssh-..." go to age, "gpg:KEY" to gpg; none of them:
/// nothing is encrypted. Errors: configuration for anything else, and for both kinds at once.
Result<Cipher> cipher_for(const std::vector<std::string>& recipients);

/// How a backup is read whose manifest says that it was encrypted by `name`. Errors: configuration
/// when age has no identity file; unsupported for an unknown name.
Result<Cipher> cipher_for_reading(const std::string& name, const std::string& identity_file);

} // namespace slipway::backup
