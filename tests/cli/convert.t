The namespace of the ids is given by option or by setting
  $ lectern convert -f edx -t xapi -p https://lms.example < /dev/null
  Error: Invalid UUID namespace: give a UUID with -u or LECTERN_CONVERTER_EDX_XAPI_UUID_NAMESPACE
  [1]
  $ ralph convert -f edx -t xapi -p https://lms.example -u nonsense < /dev/null 2> /dev/null
  [1]
  $ ralph convert -f edx -t xapi -p https://lms.example -u ee241f8b-174f-5bdb-bae9-c09de5fe017f < /dev/null
  Total events: 0, Invalid events: 0
  $ RALPH_CONVERTER_EDX_XAPI_UUID_NAMESPACE=ee241f8b-174f-5bdb-bae9-c09de5fe017f ralph convert -f edx -t xapi -p https://lms.example < /dev/null
  Total events: 0, Invalid events: 0

A wrong use is told
  $ lectern convert -f edx -t csv -p https://lms.example 2>&1 | tail -1
  Error: --from must be edx and --to must be xapi
  $ lectern convert -f edx -t xapi 2>&1 | tail -1
  Error: --platform-url is required
