An entry is printed for whoever keeps the file by hand
  $ lectern auth -u jane -p secret -s statements/write -s statements/read -M mailto:jane@example.org -N Jane -t hers
  Add this entry to the list in your credentials file $HOME/.config/lectern/auth.json
  
  {
    "agent": {"mbox": "mailto:jane@example.org", "name": "Jane"},
    "scopes": ["statements/write", "statements/read"],
    "target": "hers",
    "hash": "\$2b\$12\$.{53}", (re)
    "username": "jane"
  }
  $ lectern auth -u jane -p secret -s all -A jane https://example.org 2> /dev/null | jq -c .agent
  {"account":{"name":"jane","homePage":"https://example.org"}}
  $ lectern auth -u jane -p secret -s all -O https://jane.example.org 2> /dev/null | jq -c .agent
  {"openid":"https://jane.example.org"}

With -w it is added to the file, which only its owner may read
  $ lectern auth -u jane -p secret -s all -M mailto:jane@example.org -w
  User 'jane' was added to $HOME/.config/lectern/auth.json
  $ ralph auth -u joe -p secret -s all -S ebd31e95054c018b10727ccffd2ef2ec3a016ee9 --write-to-disk
  User 'joe' was added to $HOME/.config/lectern/auth.json
  $ stat -c %a .config/lectern/auth.json
  600
  $ jq -c '.[] | [.username, .scopes]' .config/lectern/auth.json
  ["jane",["all"]]
  ["joe",["all"]]
  $ ls -A .config/lectern
  auth.json

A user who is there already is not replaced
  $ lectern auth -u jane -p other -s all -M mailto:jane@example.org -w
  Error: $HOME/.config/lectern/auth.json: user 'jane' is there already
  [1]

The others' entries stay as they were written
  $ cp .config/lectern/auth.json before; lectern auth -u jim -p x -s all -M mailto:j@example.org -w > /dev/null
  $ head -n -8 .config/lectern/auth.json | diff - <(head -n -2 before) && echo same
  same

A linked file stays a link, a file keeps who may read it
  $ mkdir elsewhere; mv .config/lectern/auth.json elsewhere/; chmod 640 elsewhere/auth.json
  $ ln -s ~/elsewhere/auth.json .config/lectern/auth.json
  $ lectern auth -u jack -p x -s all -M mailto:j@example.org -w > /dev/null
  $ stat -c %F .config/lectern/auth.json; stat -c %a elsewhere/auth.json; jq length elsewhere/auth.json
  symbolic link
  640
  4

A password is asked for twice
  $ printf 'a\nb\n\nsecret\nsecret\n' | lectern auth -u jo -s all -M mailto:j@example.org -w
  Password: 
  Repeat for confirmation: 
  The two passwords are not the same.
  Password: 
  The password is empty.
  Password: 
  Repeat for confirmation: 
  User 'jo' was added to $HOME/.config/lectern/auth.json
  $ printf 'a\n' | lectern auth -u jo -s all -M mailto:j@example.org
  Password: 
  Repeat for confirmation: 
  Error: no password was given
  [1]

Scopes of older versions are taken with a warning by Ralph's name, and by force
  $ ralph auth -u old -p x -s ralph_scope -M mailto:o@example.org -w
  Warning: scope 'ralph_scope' grants nothing once scopes are enforced (RALPH_LRS_RESTRICT_BY_SCOPES)
  User 'old' was added to $HOME/.config/lectern/auth.json

  $ lectern auth -u older -p x -s ralph_scope -M mailto:o@example.org -w 2>&1 | tail -1 | cut -c 1-50
  Error: scope 'ralph_scope' grants nothing; there a
  $ lectern auth -u older -p x -s ralph_scope -M mailto:o@example.org -w --force
  Warning: scope 'ralph_scope' grants nothing
  User 'older' was added to $HOME/.config/lectern/auth.json

A wrong use is an error of use
  $ lectern auth -u x -p x -s all
  Usage: lectern auth [OPTIONS]
  Try 'lectern auth --help' for help.
  
  Error: exactly one identifier of the agent is needed: -M, -S, -O or -A
  [2]
  $ lectern auth -u x -p x -s all -M x@example.org
  Usage: lectern auth [OPTIONS]
  Try 'lectern auth --help' for help.
  
  Error: 'agent' is wrong: "mbox" must be a mail address such as mailto:ada@example.com
  [2]
  $ lectern auth -u x -p x -s all -M mailto:x@example.org -O https://x.example.org 2>&1 | tail -1
  Error: exactly one identifier of the agent is needed: -M, -S, -O or -A
  $ lectern auth -u x -s all 2>&1 | tail -1
  Error: exactly one identifier of the agent is needed: -M, -S, -O or -A
  $ lectern auth -p x 2>&1 | tail -1
  Error: --username is required
  $ lectern auth -u x -p '' -s all -M mailto:x@example.org
  Error: the password is empty
  [1]

A file that is wrong is not overwritten
  $ echo '[{' > broken.json
  $ RALPH_AUTH_FILE=broken.json lectern auth -u x -p x -s all -M mailto:x@example.org -w
  Error: $HOME/broken.json: not JSON: the text is not well-formed JSON (near byte 3: line 2, column 1)
  [1]
  $ cat broken.json
  [{
