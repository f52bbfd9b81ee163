A server that starts and ends, for what follows
  $ export RALPH_RUNSERVER_HOST=127.0.0.1 RALPH_RUNSERVER_PORT=0 RALPH_RUNSERVER_BACKEND=memory
  $ port_of() { sed -n 's|.*://127.0.0.1:\([0-9]*\)/.*|\1|p' $1 | head -1; }
  $ start() { rm -f log; : > log; "$@" 2>> log & pid=$!; within grep -q 'serves xAPI' log || cat log; port=$(port_of log); }
  $ said() { sed 's/^[-0-9]* [:.0-9Z]* //' log | grep -v -e serves -e 'no credentials file' -e '^info backend' -e GET; }
  $ lives() { curl -sf http://127.0.0.1:$port/__lbheartbeat__ > /dev/null && echo lives; }
  $ certificate() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=$1 -keyout new.key -out new.pem -days 2 2> /dev/null && mv new.key tls.key && mv new.pem tls.pem; }
  $ served() { openssl s_client -connect 127.0.0.1:$port < /dev/null 2> /dev/null | openssl x509 -noout -subject; }

SIGHUP does not end the server: it reads its files again and says so
  $ start lectern runserver
  $ kill -HUP $pid; within grep -q 'SIGHUP was received' log; lives
  lives
  $ kill $pid; wait $pid; said
  info SIGHUP was received: the credentials file is read again whenever it changes
  info ending: SIGTERM was received; what is under way is finished
  info ended

A new certificate is served without a restart, after SIGHUP or by itself
  $ certificate first
  $ LECTERN_RUNSERVER_TLS_CERTIFICATE=tls.pem LECTERN_RUNSERVER_TLS_KEY=tls.key start lectern runserver
  $ served
  subject=CN = first
  $ certificate second; kill -HUP $pid; within grep -q 'certificate was read again' log; served
  subject=CN = second
  $ : > log; certificate third; within grep -q 'certificate was read again' log; served
  subject=CN = third

A certificate that cannot be read leaves the former one in service
  $ : > log; echo nonsense > tls.pem; within grep -q error log; served
  subject=CN = third
  $ said
  error TLS certificate tls.pem: .*: the former certificate is served on; put a whole pair of files in place (re)
  $ kill $pid; wait $pid

The first Ctrl-C says that a second one ends at once, and it does
  $ lectern auth -u jane -p secret -s all -M mailto:jane@example.org -w > /dev/null
  $ start lectern runserver
  $ curl -s -o whoami -u jane:secret http://127.0.0.1:$port/whoami
  $ exec 9<> /dev/tcp/127.0.0.1/$port; printf 'POST /xAPI/statements HTTP/1.1\r\nHost: a\r\nAuthorization: Basic %s\r\nContent-Length: 9\r\n\r\n' $(printf jane:secret | base64) >&9
  $ sleep 0.2
  $ kill -INT $pid; within grep -q ending log; said
  info ending: SIGINT was received; what is under way is finished (Ctrl-C again ends at once)
  $ kill -INT $pid; wait $pid; echo $?; exec 9>&-
  130

A terminal that is closed lets the server finish and end
  $ cat > close.py <<'END'
  > import os, pty, sys, time
  > pid, terminal = pty.fork()
  > if pid == 0:
  >     os.dup2(os.open("log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
  >     os.execvp("lectern", ["lectern", "runserver"])
  > for _ in range(1000):
  >     if os.path.exists("log") and "serves xAPI" in open("log").read(): break
  >     time.sleep(0.02)
  > os.close(terminal)
  > print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
  > END
  $ rm log; python3 close.py; said
  0
  info ending: SIGHUP of a closed terminal was received; what is under way is finished
  info ended

A service manager is told when requests are served and when they no longer are
  $ cat > manager.py <<'END'
  > import os, signal, socket, subprocess, sys
  > told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
  > told.bind("notify"); told.settimeout(20)
  > child = subprocess.Popen(["lectern", "runserver"], env={**os.environ, "NOTIFY_SOCKET": os.path.abspath("notify")}, stderr=subprocess.DEVNULL)
  > print(told.recv(100).decode())
  > child.send_signal(signal.SIGHUP)
  > print(told.recv(100).decode().split("\n")[0]); print(told.recv(100).decode())
  > child.send_signal(signal.SIGTERM)
  > print(told.recv(100).decode()); print(child.wait())
  > END
  $ python3 manager.py
  READY=1
  RELOADING=1
  READY=1
  STOPPING=1
  0

A socket that the service manager hands over is served in place of host and port
  $ cat > activate.py <<'END'
  > import os, socket
  > kept = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(os.environ["SOCKETS"]))]
  > for i, one in enumerate(kept): os.set_inheritable(os.dup2(one.fileno(), 3 + i), True)
  > os.environ.update(LISTEN_FDS=str(len(kept)), LISTEN_PID=str(os.getpid()))
  > print(kept[0].getsockname()[1], flush=True)
  > os.execvp("lectern", ["lectern", "runserver", "-p", "1"])
  > END
  $ rm log; : > log; SOCKETS=1 python3 activate.py > given 2>> log & pid=$!; within grep -q 'serves xAPI' log
  $ port=$(cat given); lives; [ $(port_of log) = $port ] && echo the same port
  lives
  the same port
  $ kill $pid; wait $pid
  $ SOCKETS=2 python3 activate.py 2>&1 > /dev/null | grep -v credentials
  Error: 2 sockets were handed over by the service manager; one is served: leave one ListenStream in the socket unit
