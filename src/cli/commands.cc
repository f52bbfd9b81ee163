#include "cli/command.h"
#include "cli/commands/auth.h"
#include "cli/commands/backup.h"
#include "cli/commands/config.h"
#include "cli/commands/convert.h"
#include "cli/commands/export.h"
#include "cli/commands/extract.h"
#include "cli/commands/forward.h"
#include "cli/commands/list.h"
#include "cli/commands/migrate.h"
#include "cli/commands/read.h"
#include "cli/commands/restore.h"
#include "cli/commands/runserver.h"
#include "cli/commands/tail.h"
#include "cli/commands/user.h"
#include "cli/commands/validate.h"
#include "cli/commands/verify.h"
#include "cli/commands/write.h"
#include "cli/conformance/conformance.h"
#include "cli/terminal/completion.h"

namespace lectern::cli {

// The one list: a new command is a line here.
std::vector<Command> commands() {
  return {auth_command(),        backup_command(),    completion_command(), config_command(),
          conformance_command(), convert_command(),   export_command(),     extract_command(),
          forward_command(),     list_command(),      migrate_command(),    read_command(),
          restore_command(),     runserver_command(), tail_command(),       user_command(),
          validate_command(),    verify_command(),    write_command()};
}

}  // namespace lectern::cli
