"""OpenStack Swift, whole, in one process on loopback: proxy (with its own log-in, tempauth, and static large objects),
account, container and object server, with one disk below FOLDER. Run by a Python that has `swift`:

    swift_server.py FOLDER PROXY_PORT"""

import json
import os
import sys

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402

PROXY = """
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors cache tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:cache]
paste.filter_factory = swift_server:cache_factory
[filter:slo]
use = egg:swift#slo
[filter:catch_errors]
use = egg:swift#catch_errors
"""
STORAGE = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""


class Cache:
    """What the proxy remembers, tokens among it, in the place of memcached."""

    def __init__(self):
        self.values = {}

    def get(self, key, **_):
        return json.loads(self.values.get(key, "null"))

    def set(self, key, value, **_):
        self.values[key] = json.dumps(value)

    def incr(self, key, delta=1, **_):
        self.set(key, (self.get(key) or 0) + delta)
        return self.get(key)

    def delete(self, key, **_):
        self.values.pop(key, None)


def cache_factory(_, **__):
    cache = Cache()

    def wrapped(app):
        def call(environment, start_response):
            environment["swift.cache"] = cache
            return app(environment, start_response)
        return call
    return wrapped


def main(folder, port):
    with open(os.path.join(folder, "swift.conf"), "w") as file:
        file.write("[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n"
                   "[storage-policy:0]\nname = gold\ndefault = yes\n")
    from swift.common import utils
    utils.set_swift_dir(folder)  # not /etc/swift
    from swift.common.ring import RingBuilder
    os.makedirs(os.path.join(folder, "devices", "disk", "tmp"))
    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.wsgi import loadapp
    pool = eventlet.GreenPool()
    quiet = open(os.devnull, "w")
    for name in ("account", "container", "object"):
        listener = eventlet.listen(("127.0.0.1", 0))
        ring = RingBuilder(4, 1, 1)
        ring.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1, "ip": "127.0.0.1",
                      "port": listener.getsockname()[1], "device": "disk"})
        ring.rebalance()
        ring.get_ring().save(os.path.join(folder, name + ".ring.gz"))
        conf = os.path.join(folder, name + ".conf")
        with open(conf, "w") as file:
            file.write(STORAGE.format(folder=folder, name=name))
        pool.spawn(wsgi.server, listener, loadapp(conf), quiet, protocol=SwiftHttpProtocol)
    conf = os.path.join(folder, "proxy.conf")
    with open(conf, "w") as file:
        file.write(PROXY.format(folder=folder))
    wsgi.server(eventlet.listen(("127.0.0.1", port)), loadapp(conf), quiet, protocol=SwiftHttpProtocol)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
