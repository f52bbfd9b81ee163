#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/conformance/probe.h"

namespace lectern::cli::conformance {

/// In which versions a requirement holds.
enum class Applies { both, only_1_0_3, only_2_0_0 };

/// One requirement, and how it is tried.
struct Check {
  std::string_view id;       ///< ours, stable: `STM-03`
  std::string_view section;  ///< of the standard
  std::string_view requirement;
  Applies applies;
  Result<void> (*run)(Probe&);
};

/// The checks, by what they are about: statements that are stored and fetched ...
std::span<const Check> statement_checks();
/// ... statements that must be refused ...
std::span<const Check> validation_checks();
/// ... lists, their filters and their pages ...
std::span<const Check> query_checks();
/// ... State and profiles ...
std::span<const Check> document_checks();
/// ... attachments and signatures ...
std::span<const Check> attachment_checks();
/// ... and About, agents, activities and headers.
std::span<const Check> service_checks();

}  // namespace lectern::cli::conformance
