The version names the program as it was called
  $ lectern --version
  lectern, version \d+\.\d+\.\d+ (re)
  $ ralph --version
  ralph, version \d+\.\d+\.\d+ (re)

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
  
  Error: The following argument was not expected: nonsense
  [2]
  $ lectern --nonsense 2> /dev/null
  [2]
  $ lectern auth --help | head -4
  Make the credentials of a user for Basic authentication
  Usage: lectern auth [OPTIONS]
  
  Options:
  $ lectern runserver --help | grep -c -- '--clickhouse-host TEXT'
  1
