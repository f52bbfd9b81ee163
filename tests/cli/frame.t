The version names the program as it was called
  $ lectern --version
  lectern, version \d+\.\d+\.\d+( \(commit [0-9a-f]+\))? (re)
  $ ralph --version
  ralph, version \d+\.\d+\.\d+( \(commit [0-9a-f]+\))? (re)

Without a command the help is shown, and that is no success
  $ lectern | head -2
  Lectern, a learning record store for xAPI 1.0.3 and 2.0.0
  Usage: lectern [OPTIONS] COMMAND [ARGS]...
  $ lectern > /dev/null
  [2]
  $ lectern --help > /dev/null

A wrong use is told on stderr
  $ lectern nonsense
  Usage: lectern [OPTIONS] COMMAND [ARGS]...
  Try 'lectern --help' for help.
  
  Error: no such command 'nonsense'
  [2]
  $ lectern runservr 2>&1 | tail -1
  Error: no such command 'runservr'; did you mean 'runserver'?
  $ lectern user ad 2>&1 | tail -1
  Error: no such command 'ad'
  $ lectern help runservr 2>&1 | tail -1
  Error: no such command 'runservr'; did you mean 'runserver'?
  $ lectern user lst --help 2>&1 | tail -1
  Error: no such command 'lst'; did you mean 'list'?
  $ lectern user lst 2>&1 | tail -1
  Error: no such command 'lst'; did you mean 'list'?
  $ lectern config --jsn 2>&1 | tail -1
  Error: no such option '--jsn'; did you mean '--json'?
  $ lectern config more 2>&1 | tail -1
  Error: the argument 'more' was not expected

A shell may complete commands and options
  $ complete_after() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lectern; echo "${COMPREPLY[@]}"; }
  $ source <(lectern completion bash); complete_after lectern us
  user
  $ complete_after lectern user ad
  add
  $ complete_after lectern user add name --gen
  --generate
  $ complete_after lectern conformance --ju
  --junit
  $ lectern completion fish 2>&1 | tail -1
  Error: SHELL must be bash (zsh takes it after `bashcompinit`)

How much is logged is said before the command or behind it, and help is a command too
  $ lectern config -v DEBUG | grep LOG_LEVEL
  LECTERN_LOG_LEVEL=DEBUG  # command line --verbosity
  $ lectern help user add | diff - <(lectern user add --help)
  $ lectern help | head -1
  Lectern, a learning record store for xAPI 1.0.3 and 2.0.0
  $ lectern --nonsense 2> /dev/null
  [2]
  $ lectern auth --help | head -4
  Make the credentials of a user for Basic authentication
  Usage: lectern auth [OPTIONS]
  
  Options:
  $ lectern runserver --help | grep -c -- '--clickhouse-host TEXT'
  1
