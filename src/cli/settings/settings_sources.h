#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/settings/settings.h"

namespace lectern::cli {

/// Whether a setting is one of OpenTelemetry's, whose names stand for all programs of a machine:
/// they have no prefix, and those that mean nothing here are nobody's mistake.
bool is_of_opentelemetry(std::string_view name);

/// A setting as somebody gave it.
struct Given {
  std::string text;
  std::string spelling;  ///< e.g. LECTERN_RUNSERVER_PORT
  std::string source;    ///< "command line", "environment", ".env", "secrets folder", "implied by",
                         ///< or the path of the machine's file
  std::size_t rank = 0;  ///< of the source; 0 is the strongest
};

/// All that the sources hold, by name without prefix; the strongest of each.
class GivenSettings {
 public:
  /// Reads `.env`, the secrets folder and the machine's file too. Errors: invalid when one cannot
  /// be read.
  static Result<GivenSettings> gather(const Sources& sources);

  /// Ralph's own default is `es`: who gives settings of ES and names no backend means that one.
  void imply_backend();

  /// Removes the value from what was given, so that what remains in the end is unknown.
  std::optional<Given> take(std::string_view name);
  /// take() for each name that begins so.
  std::map<std::string, Given> take_all(std::string_view prefix);
  const std::map<std::string, Given>& remaining() const { return given_; }
  /// What the log should say of the files, a line each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void add(const std::map<std::string, std::string>& variables, std::string source,
           std::size_t rank);
  /// Where secrets lie: what SECRETS_DIR says, else systemd's credentials; "" for nowhere.
  std::string secrets_folder(const std::map<std::string, std::string>& environment) const;

  std::map<std::string, Given> given_;
  std::vector<std::string> warnings_;
};

}  // namespace lectern::cli
