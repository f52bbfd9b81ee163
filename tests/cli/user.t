A user is added with scopes and an agent; the password comes from stdin, the environment or the program
  $ echo secret | lectern user add jane -s statements/write -s statements/read/mine -M mailto:jane@example.org --password-stdin
  User 'jane' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"mbox": "mailto:jane@example.org"}
  $ LECTERN_PASSWORD=secret lectern user add joe -s all -A joe https://example.org -t hers
  User 'joe' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"account": {"name": "joe", "homePage": "https://example.org"}}
  $ lectern user add jim -s all -M mailto:jim@example.org --generate > password
  User 'jim' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"mbox": "mailto:jim@example.org"}
  $ grep -cE '^[A-Za-z0-9]{24}$' password
  1
  $ printf 'x\nx\n' | lectern user add ann -s all -M mailto:ann@example.org
  Password: 
  Repeat for confirmation: 
  User 'ann' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"mbox": "mailto:ann@example.org"}
  $ stat -c %a .config/lectern/auth.json; ls -A .config/lectern
  600
  auth.json
  $ lectern user add jane -s all -M mailto:jane@example.org -p x
  Error: $HOME/.config/lectern/auth.json: user 'jane' is there already
  [1]

Users are listed, for people and for programs
  $ lectern user list
  NAME  STATE    SCOPES                                 TARGET  AGENT
  jane  enabled  statements/write,statements/read/mine  -       {"mbox":"mailto:jane@example.org"}
  joe   enabled  all                                    hers    {"account":{"name":"joe","homePage":"https://example.org"}}
  jim   enabled  all                                    -       {"mbox":"mailto:jim@example.org"}
  ann   enabled  all                                    -       {"mbox":"mailto:ann@example.org"}
  $ lectern user list --json | jq -c '.[1]'
  {"username":"joe","disabled":false,"scopes":["all"],"target":"hers","agent":{"account":{"name":"joe","homePage":"https://example.org"}}}

A running server takes each change up; scopes and passwords count at once
  $ touch log; RALPH_RUNSERVER_BACKEND=memory lectern runserver -h 127.0.0.1 -p 0 2> log &
  $ within grep -q 'serves xAPI' log; url=$(grep -o 'http://[^ ]*/xAPI' log)
  $ is() { [ "$(curl -so /dev/null -w '%{http_code}' -u "$2" $url/statements)" = "$1" ]; }
  $ is 200 jane:secret
  $ is 200 "jim:$(cat password)"
  $ lectern user passwd jane -p other
  User 'jane' has a new password in $HOME/.config/lectern/auth.json
  $ within is 401 jane:secret; is 200 jane:other
  $ lectern user scopes jane -s statements/write
  User 'jane' has other scopes in $HOME/.config/lectern/auth.json
  $ within is 403 jane:other
  $ lectern user disable joe; within is 401 joe:secret
  User 'joe' is disabled in $HOME/.config/lectern/auth.json
  $ lectern user list | grep joe | cut -c 1-14
  joe   disabled
  $ lectern user passwd joe -p changed
  The user stays disabled.
  User 'joe' has a new password in $HOME/.config/lectern/auth.json
  $ lectern user enable joe; within is 200 joe:changed
  User 'joe' is enabled in $HOME/.config/lectern/auth.json
  $ lectern user remove ann; within is 401 ann:x
  User 'ann' was removed from $HOME/.config/lectern/auth.json
  $ lectern user list | cut -c 1-5
  NAME 
  jane 
  joe  
  jim  

Only what is meant changes: other entries, and members that nobody knows, stay byte for byte
  $ cat > hand.json <<'END'
  > [ { "username":"a", "note": "by  hand",
  >     "hash":"$2b$04$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "scopes": [ ],
  >     "agent":{"mbox":"mailto:a@example.org"}},
  >   {"username":"b","hash":"$2b$04$abcdefghijklmnopqrstuuBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB","scopes":["all"],"agent":{"mbox":"mailto:b@example.org"},"more":{"x":[1, 2]}}
  > ]
  > END
  $ chmod 640 hand.json; cp hand.json before; export RALPH_AUTH_FILE=$HOME/hand.json
  $ lectern user scopes a -s all; diff before hand.json | tr '<>' '-+'
  User 'a' has other scopes in $HOME/hand.json
  2c2
  -     "hash":"$2b$04$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "scopes": [ ],
  ---
  +     "hash":"$2b$04$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "scopes": ["all"],
  $ lectern user disable b > /dev/null; lectern user enable b > /dev/null; diff before hand.json | grep -c '^[<>]'
  2
  $ lectern user remove a && cat hand.json
  User 'a' was removed from $HOME/hand.json
  [
  {"username":"b","hash":"$2b$04$abcdefghijklmnopqrstuuBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB","scopes":["all"],"agent":{"mbox":"mailto:b@example.org"},"more":{"x":[1, 2]}}
  ]
  $ stat -c %a hand.json; chmod 644 hand.json; lectern user list > /dev/null
  640
  Warning: everybody on this machine may read or write $HOME/hand.json: chmod o= it
  $ unset RALPH_AUTH_FILE

What cannot be meant is refused
  $ lectern user passwd nobody -p x
  Error: $HOME/.config/lectern/auth.json: there is no user 'nobody'
  [1]
  $ lectern user add jane:doe -s all -M mailto:j@example.org -p x 2>&1 | tail -1
  Error: a user's name must hold no colon and no control character: Basic authentication cannot carry them (RFC 7617)
  $ lectern user add "$(printf 'a\tb')" -s all -M mailto:j@example.org -p x 2>&1 | tail -1
  Error: a user's name must hold no colon and no control character: Basic authentication cannot carry them (RFC 7617)
  $ lectern auth -u '' -s all -M mailto:j@example.org -p x -w 2>&1 | tail -1
  Error: a user's name must not be empty
  $ lectern user add ann -s allx -M mailto:j@example.org -p x 2>&1 | tail -1
  Error: scope 'allx' grants nothing; there are statements/write, statements/read/mine, statements/read, state/write, state/read, define, profile/write, profile/read, all/read, all, authority/write (--force takes it nevertheless)
  $ lectern user add ann -s allx -M mailto:j@example.org -p x --force
  Warning: scope 'allx' grants nothing
  User 'ann' was added to $HOME/.config/lectern/auth.json
  Its statements bear the authority {"mbox": "mailto:j@example.org"}
  $ lectern user add old -s all -M mailto:o@example.org --password-stdin < /dev/null
  Error: no password was given
  [1]

Help says what there is, scopes too
  $ lectern user 2>&1 | grep -E '^  [a-z]+ ' | tr -s ' '
   add Add a user
   list List the users
   passwd Give a user a new password
   scopes Set what a user may do
   disable Let nobody in as this user, until enabled again
   enable Let a disabled user in again
   remove Remove a user; what it stored stays
  $ lectern user add --help | head -2; lectern auth --help | grep -E '^  (all|define)'
  Add a user
  Usage: lectern user add [OPTIONS]
    all                   everything
    all/read              read statements, states and profiles
    define                let statements change what is known of activities

Commands that log in take the password the same ways
  $ LECTERN_PASSWORD=changed lectern conformance $url -u joe --only QRY-01 2> conformance.err | tail -1
  [0-9]+ passed, 0 failed (re)
  $ echo changed | lectern forward --url $url -u joe
  Password: 
  Nothing is forwarded.
  $ echo changed | lectern forward --url $url -u joe --password-stdin
  Nothing is forwarded.
  $ lectern forward --url $url -u joe < /dev/null
  Password: 
  Error: no password was given
  [1]
  $ LECTERN_PASSWORD=x lectern config 2>&1 | grep -c LECTERN_PASSWORD
  0
  [1]
