#pragma once

#include <optional>
#include <string>

#include "store/statement_store.h"

namespace lectern::store::contract {

/// What a test wants of a statement.
struct Sample {
  Uuid id = Uuid::random();
  std::string agent = "ada";  ///< the actor is mailto:<agent>@example.org
  std::string verb = "did";
  std::string activity = "course";
  std::string authority = "lms";
  std::optional<Uuid> registration = {};
  std::optional<Uuid> refers_to = {};  ///< the object is a StatementRef; else the activity
  bool voids = false;                  ///< and the verb is `voided`
  std::optional<Time> timestamp = {};
  std::string note = {};        ///< stands in an extension; statements with other notes differ
  std::string extensions = {};  ///< JSON members of context.extensions, as they are
};

/// The row that POSTing the statement makes.
Row row_of(const Sample& sample);
/// The same of a statement's text.
Row row_of(const std::string& received, const std::string& authority_name);

/// Terms as a query would ask for them.
xapi::Term agent(const std::string& name);
xapi::Term related_agent(const std::string& name);
xapi::Term verb(const std::string& name);
xapi::Term activity(const std::string& name);
xapi::Term authority(const std::string& name);

}  // namespace lectern::store::contract
