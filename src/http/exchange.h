#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/authenticator.h"
#include "auth/principal.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/time/time.h"
#include "http/consistent_through.h"
#include "http/cors.h"
#include "http/health_probe.h"
#include "http/observe/request_span.h"
#include "http/wire/message.h"
#include "lrs/lrs.h"
#include "xapi/query.h"
#include "xapi/version.h"

namespace lectern::http {

/// How people sign in to the console.
struct SignIn {
  bool basic = true;      ///< by user name and password
  std::string issuer;     ///< the OpenID Connect provider, an http or https URL
  std::string client_id;  ///< what the console is called there: a client without a secret
  std::string scope;      ///< what it asks the provider for
  std::string audience;   ///< whom tokens are for; "": the provider knows

  /// Whether they may sign in at the provider.
  bool through_provider() const { return !issuer.empty() && !client_id.empty(); }
};

/// What an operator decides about the wire.
struct ServiceOptions {
  bool require_version_header = false;  ///< true: no Ralph dialect
  /// What an answer carries when the request named no version.
  xapi::Version default_version = xapi::Version::v1_0_3;
  bool partial_success_default = false;
  std::string root_path;             ///< what a proxy takes off the front of the path
  bool metrics = true;               ///< serve /metrics
  bool metrics_credentials = false;  ///< only to who may read all
  bool access_log = true;
  bool console = true;                     ///< serve /console
  SignIn sign_in;                          ///< to the console
  std::uint64_t attachment_bytes_max = 0;  ///< of one request's attachments together; 0: no limit
};

/// What the handlers work with. Everything outlives the service.
struct Application {
  lrs::Lrs& lrs;
  auth::Authenticator& authenticator;
  metrics::Registry& metrics;
  ServiceOptions options;
  Cors cors;
  Tracing tracing{};
  LastConsistentThrough last_consistent_through{};
  HealthProbe health{};
};

/// One request on its way through the service: what middleware found out about it.
struct Exchange {
  Application& app;
  Request& request;
  std::string path;  ///< without root path and final slash
  xapi::Version version = xapi::Version::v1_0_3;
  bool ralph = false;  ///< no version header: Ralph's dialect (docs/ralph.md)
  xapi::Parameters parameters;
  std::shared_ptr<const auth::Principal> principal;  ///< null on open routes
  std::string_view route;                            ///< the route's pattern; "" when there is none
  /// How far what was read reaches, where it was read: later statements may be missing in the
  /// answer.
  std::optional<Time> consistent_through;
  std::chrono::seconds login_delay{};  ///< until who failed to log in may try again; 0: now

  lrs::Lrs& lrs() const { return app.lrs; }
};

}  // namespace lectern::http
