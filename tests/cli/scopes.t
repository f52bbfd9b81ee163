Called by Ralph's name scopes do not count, and the log says for whom that matters
  $ for scope in all statements/read all/read; do lectern user add ${scope//\//-} -s $scope -p secret > /dev/null; done
  $ serve() { > log; RALPH_RUNSERVER_BACKEND=memory "$@" 2> log & within grep -q serves log; url=$(grep -o 'http://[^ ]*/xAPI' log); }
  $ get() { curl -so /dev/null -w '%{http_code}\n' -u $1:secret $url/$2; }
  $ serve ralph runserver -h 127.0.0.1 -p 0; grep -o 'scopes are .*' log; get statements-read 'agents?agent=%7B%22mbox%22:%22mailto:a@b.c%22%7D'; get statements-read 'activities/state?activityId=http://a.b&agent=%7B%22mbox%22:%22mailto:a@b.c%22%7D'
  scopes are not enforced (RALPH_LRS_RESTRICT_BY_SCOPES=false): these users may do more than their scopes say: all-read, statements-read
  200
  200
  $ kill %%; wait

Called lectern they count
  $ serve lectern runserver -h 127.0.0.1 -p 0; grep -c 'scopes are' log; get statements-read statements; get statements-read 'activities/state?activityId=http://a.b&agent=%7B%22mbox%22:%22mailto:a@b.c%22%7D'
  0
  200
  403
  $ kill %%; wait

An empty audience is warned about
  $ export RALPH_RUNSERVER_AUTH_BACKENDS=basic,oidc RALPH_RUNSERVER_AUTH_OIDC_ISSUER_URI=https://id.example
  $ serve lectern runserver -h 127.0.0.1 -p 0; grep -o 'RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE is empty.*' log
  RALPH_RUNSERVER_AUTH_OIDC_AUDIENCE is empty: every token of https://id.example is taken, those made for other services too; set it to what `aud` names in tokens for this one
