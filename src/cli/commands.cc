#include "cli/auth.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/conformance/conformance.h"
#include "cli/forward.h"
#include "cli/migrate.h"
#include "cli/runserver.h"
#include "cli/user.h"

namespace lectern::cli {

// The one list: a new command is a line here.
std::vector<Command> commands() {
  return {auth_command(),    config_command(),    conformance_command(), forward_command(),
          migrate_command(), runserver_command(), user_command()};
}

}  // namespace lectern::cli
