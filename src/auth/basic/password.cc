#include "auth/basic/password.h"

#include <memory>

#include <crypt.h>
#include <string.h>

#include "base/digest.h"

namespace lectern::auth {
namespace {

constexpr std::size_t hash_size = 60;
constexpr std::size_t password_bytes_max = 72;

/// crypt() with its 32 KiB of scratch on the heap; "" when it refuses the setting.
std::string crypt_text(const std::string& password, const std::string& setting) {
  const auto scratch = std::make_unique<crypt_data>();
  const char* out = crypt_r(password.c_str(), setting.c_str(), scratch.get());
  std::string hash = out == nullptr || out[0] == '*' ? "" : out;
  explicit_bzero(scratch.get(), sizeof *scratch);
  return hash;
}

}  // namespace

bool is_bcrypt(std::string_view hash) {
  if (hash.size() != hash_size || hash.substr(0, 2) != "$2" || hash[3] != '$' || hash[6] != '$')
    return false;
  if (hash[2] != 'a' && hash[2] != 'b' && hash[2] != 'y') return false;
  const bool digits = hash[4] >= '0' && hash[4] <= '3' && hash[5] >= '0' && hash[5] <= '9';
  if (!digits || (hash[4] == '0' && hash[5] < '4') || (hash[4] == '3' && hash[5] > '1'))
    return false;
  constexpr std::string_view alphabet =
      "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return hash.substr(7).find_first_not_of(alphabet) == hash.npos;
}

bool verify_password(std::string_view password, const std::string& hash) {
  const bool has_nul = password.find('\0') != password.npos;
  const std::string made = crypt_text(std::string(password.substr(0, password.find('\0'))), hash);
  return !has_nul && !made.empty() && equal_in_constant_time(made, hash);
}

Result<std::string> hash_password(std::string_view password, unsigned cost) {
  if (password.empty()) return fail(Code::invalid, "the password is empty");
  if (password.find('\0') != password.npos) return fail(Code::invalid, "the password has a NUL");
  if (password.size() > password_bytes_max)
    return fail(Code::invalid, "the password is longer than the 72 bytes that bcrypt sees");
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  if (crypt_gensalt_rn("$2b$", cost, nullptr, 0, setting, sizeof setting) == nullptr)
    return fail(Code::internal, "no salt could be made");
  std::string hash = crypt_text(std::string(password), setting);
  if (hash.empty()) return fail(Code::internal, "the password could not be hashed");
  return hash;
}

}  // namespace lectern::auth
