#include "slipway/backup/cipher.hpp"

#include <algorithm>

namespace slipway::backup {

namespace {

constexpr std::string_view k_gpg = "gpg:";

bool is_for_age(const std::string& recipient) {
  return recipient.starts_with("age1") || recipient.starts_with("ssh-");
}

bool is_for_gpg(const std::string& recipient) {
  return recipient.starts_with(k_gpg) && recipient.size() > k_gpg.size() &&
         recipient[k_gpg.size()] != '-';
}

} // namespace

std::string Cipher::name() const {
  switch (program) {
  case Program::none:
    return {};
  case Program::age:
    return "age";
  case Program::gpg:
    return "gpg";
  }
  return {};
}

os::Command Cipher::encrypt() const {
  os::Command command;
  if (program == Program::age) {
    command.arguments = {"age", "--encrypt"};
    for (const auto& one : recipients)
      command.arguments.insert(command.arguments.end(), {"--recipient", one});
    return command;
  }
  // The keys are named by whoever configures this, so gpg's own idea of trust does not decide. What
  // it is given is compressed already.
  command.arguments = {"gpg",    "--batch",         "--quiet", "--no-tty", "--trust-model",
                       "always", "--compress-algo", "none",    "--encrypt"};
  for (const auto& one : recipients)
    command.arguments.insert(command.arguments.end(), {"--recipient", one.substr(k_gpg.size())});
  return command;
}

os::Command Cipher::decrypt() const {
  os::Command command;
  if (program == Program::age)
    command.arguments = {"age", "--decrypt", "--identity", identity_file};
  else
    command.arguments = {"gpg", "--batch", "--quiet", "--decrypt"};
  return command;
}

Result<Cipher> cipher_for(const std::vector<std::string>& recipients) {
  Cipher cipher;
  cipher.recipients = recipients;
  if (recipients.empty()) return cipher;
  if (std::all_of(recipients.begin(), recipients.end(), is_for_age)) {
    cipher.program = Cipher::Program::age;
  } else if (std::all_of(recipients.begin(), recipients.end(), is_for_gpg)) {
    cipher.program = Cipher::Program::gpg;
  } else {
    return fail(
        Error(ErrorCode::configuration, "backup.recipients are neither all of age nor all of gpg")
            .with_hint("age1... or ssh-... for age, gpg:KEY for gpg"));
  }
  return cipher;
}

Result<Cipher> cipher_for_reading(const std::string& name, const std::string& identity_file) {
  Cipher cipher;
  cipher.identity_file = identity_file;
  if (name.empty()) return cipher;
  if (name == "gpg") {
    cipher.program = Cipher::Program::gpg;
    return cipher;
  }
  if (name != "age")
    return fail(ErrorCode::unsupported,
                "the backup is encrypted by " + name + ", which this slipway does not know");
  if (identity_file.empty())
    return fail(Error(ErrorCode::configuration, "the backup is encrypted by age")
                    .with_hint("set backup.identity_file to the file with the secret key"));
  cipher.program = Cipher::Program::age;
  return cipher;
}

} // namespace slipway::backup
