A backup is made while the server runs, and says what of it is new
  $ lectern auth -u jane -p secret -s all -M mailto:jane@example.org -w
  User 'jane' was added to $HOME/.config/lectern/auth.json
  $ lectern runserver -h 127.0.0.1 -p 0 2> log & pid=$!
  $ within grep -q serves log
  $ port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/.*|\1|p' log)
  $ post() { curl -s -o /dev/null -w '%{http_code}\n' -u jane:secret -H 'Content-Type: application/json' -d '{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/'$1'"}}' http://127.0.0.1:$port/xAPI/statements; }
  $ post one
  200
  $ stat -c %a .config/lectern/control.sock
  600
  $ lectern backup saved
  backup 1 is in .HOME/saved, checked: [0-9]+ bytes, [0-9]+ of them copied, in [0-9.]+ s (re)
  $ post two
  200
  $ lectern backup saved --json
  .*"number":2,"bytes":[0-9]+,"files":[0-9]+,"bytes_copied":[0-9]+. (re)
  $ mkdir other; touch other/file; lectern backup other
  Error: $HOME/other holds other files: name a folder that is new, empty, or holds earlier backups
  [1]

The running server verifies, too
  $ lectern verify
  2 statements, 0 documents, 0 attachments were looked at: all is well
  $ kill $pid; wait $pid

A store that a server has open is left alone, and a command says so before anything else
  $ > log; lectern runserver -h 127.0.0.1 -p 0 2> log & pid=$!; within grep -q serves log
  $ lectern restore saved
  Error: another lectern process owns the folder $HOME/.config/lectern/embedded: stop the server first
  [1]
  $ kill $pid; wait $pid

A store that is there is not overwritten; what takes its place is the backup that was asked for
  $ lectern restore saved
  Error: there is a store in $HOME/.config/lectern/embedded: with --replace it is kept under another name, and the backup takes its place
  [1]
  $ rm -r .config/lectern
  $ lectern restore saved
  backup 2 of .* is in .HOME/.config/lectern/embedded (re)
  the credentials are in $HOME/.config/lectern/auth.json
  $ lectern verify
  2 statements, 0 documents, 0 attachments were looked at: all is well
  $ lectern restore saved --number 1 --replace
  backup 1 of .* is in .HOME/.config/lectern/embedded (re)
  the credentials are in $HOME/.config/lectern/auth.json
  $ lectern verify --json
  {"statements":1,"documents":0,"attachments":0,"wrong":0,"repaired":false,"faults":[],"remarks":[]}

Damage is told, and repaired from what is left; the damaged store stays beside it
  $ truncate -s 60 .config/lectern/embedded/MANIFEST-*
  $ lectern verify > told; echo $?; grep -c MANIFEST told
  1
  1
  $ lectern verify --repair | grep ^saved
  saved: 1 statements, 0 documents, 0 attachments
  $ lectern verify
  1 statements, 0 documents, 0 attachments were looked at: all is well
  $ ls .config/lectern | grep -c damaged
  1
