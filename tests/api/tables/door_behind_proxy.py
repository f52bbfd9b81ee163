"""The same behind a proxy that serves all of it below a path, whether it takes the path away or not."""

from scenario import GET, Failure, Scenario

SETTINGS = {"RALPH_RUNSERVER_ROOT_PATH": "/lrs"}
HTML = {"Accept": "text/html"}
N = dict(version=None, user=None)


def names_public_paths(answer, names):
    paths = [answer.json[name] for name in ("endpoint", "about", "documentation", "openapi", "health")]
    if paths != ["/lrs/xAPI/", "/lrs/xAPI/about", "/lrs/docs", "/lrs/openapi.json", "/lrs/__heartbeat__"]:
        raise Failure(str(paths))


def names_public_server(answer, names):
    if answer.json["servers"] != [{"url": "/lrs"}]:
        raise Failure(str(answer.json["servers"]))


SCENARIOS = [
    Scenario(
        "the endpoint to copy and all links are those that clients reach",
        *[GET(path, headers=HTML, status=200, has='<code id="endpoint">/lrs/xAPI/</code>', **N)
          for path in ("/lrs", "/lrs/", "/lrs/xAPI/", "/", "/xAPI/")],
        *[GET(path, status=200, check=names_public_paths, **N) for path in ("/lrs/", "/lrs/xAPI/", "/")],
        GET("/lrs/docs", status=200, has='src="/lrs/docs/page.js"', **N),
        GET("/lrs/docs/page.js", status=200, **N),
        GET("/lrs/openapi.json", status=200, check=names_public_server, **N), versions=("1.0.3",)),
]
