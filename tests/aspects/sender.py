"""Sends batches of statements as Open edX's event router does, with its client library, tincan: run by
the Python of a folder that has it. sender.py ENDPOINT... < a JSON list of batches; batch n goes to endpoint
n modulo their number, again after any 503 for a minute. Writes a JSON list: [status, text] of each batch."""

import json
import sys
import time

from tincan import RemoteLRS

PATIENCE_S = 60


def send(lrs, batch):
    end = time.monotonic() + PATIENCE_S
    while True:
        answer = lrs.save_statements(batch)
        if answer.response.status != 503 or time.monotonic() > end:
            return [answer.response.status, answer.data]
        time.sleep(0.1)


def main():
    lrss = [RemoteLRS(version="1.0.3", endpoint=endpoint, username="lms", password="supersecret")
            for endpoint in sys.argv[1:]]
    batches = json.load(sys.stdin)
    json.dump([send(lrss[n % len(lrss)], batch) for n, batch in enumerate(batches)], sys.stdout)


if __name__ == "__main__":
    main()
