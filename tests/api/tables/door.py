"""What a browser and a client find at /, /xAPI/, /docs and /openapi.json, without credentials."""

from scenario import GET, HEAD, POST, Failure, Scenario

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
N = dict(version=None, user=None)
PAGE = {"Content-Type": "^text/html; charset=utf-8$", "Cache-Control": "^no-cache$", "X-Content-Type-Options": "^nosniff$",
        "Content-Security-Policy": "^default-src 'none';"}
FILES = {"page.css": "text/css", "page.js": "text/javascript", "element.js": "text/javascript",
         "operation.js": "text/javascript", "schema.js": "text/javascript", "request.js": "text/javascript"}


def is_door(answer, names):
    if answer.json != {"name": "Lectern", "version": answer.json["version"], "xapi": ["1.0.3", "2.0.0"], "endpoint": "/xAPI/",
                       "about": "/xAPI/about", "documentation": "/docs", "openapi": "/openapi.json",
                       "health": "/__heartbeat__"}:
        raise Failure(str(answer.json))


def runs_only_its_own_script(answer, names):
    policy = answer.headers["content-security-policy"]
    for part in ("script-src 'sha256-", "style-src 'sha256-", "frame-ancestors 'none'"):
        if part not in policy:
            raise Failure(f"{part} is not in {policy}")
    if len(answer.body) > 6000 or b"src=" in answer.body or b"<link rel=\"stylesheet\"" in answer.body:
        raise Failure("the page is large or needs other files")


def keeps_etag(answer, names):
    names["etag"] = answer.headers["etag"]


def has_no_body(answer, names):
    if answer.body or int(answer.headers["content-length"]) < 100:
        raise Failure(repr(answer))


def describes_statements(answer, names):
    if set(answer.json["paths"]["/xAPI/statements"]) != {"get", "put", "post"} or answer.json["servers"] != [{"url": "/"}]:
        raise Failure(str(answer.json["servers"]))


ONE = ("1.0.3",)
SCENARIOS = [
    Scenario(
        "a browser gets a page at the root and at the endpoint, with a policy that runs nothing else",
        *[GET(path, headers=BROWSER, status=200, has='<code id="endpoint">/xAPI/</code>', header={**PAGE, "Vary": "Accept"},
              check=runs_only_its_own_script, **N) for path in ("/", "/xAPI", "/xAPI/")], versions=ONE),
    Scenario(
        "a client gets JSON there, whatever it accepts or nothing",
        *[GET(path, headers=headers, status=200, check=is_door, header={"Content-Type": "^application/json$"}, **N)
          for path in ("/", "/xAPI/") for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"},
                                                      {"Accept": "application/json, text/html;q=0.9"})], versions=ONE),
    Scenario(
        "a version header that is not served does no harm there",
        GET("/", headers={"X-Experience-API-Version": "0.95"}, status=200, check=is_door, **N), versions=ONE),
    Scenario(
        "wrong credentials do no harm there",
        GET("/xAPI/", password="wrong", status=200, check=is_door), versions=ONE),
    Scenario(
        "HEAD has the headers of the page and no body",
        *[HEAD(path, headers=BROWSER, status=200, check=has_no_body, header=PAGE, **N) for path in ("/", "/xAPI/", "/docs")],
        versions=ONE),
    Scenario(
        "a browser that has a page asks whether it is still the one",
        *[step for path in ("/", "/docs", "/docs/page.js", "/openapi.json") for step in (
            GET(path, headers=BROWSER, status=200, check=keeps_etag, **N),
            GET(path, headers={**BROWSER, "If-None-Match": "{etag}"}, status=304, body_is="",
                header={"ETag": "^W/\"[0-9a-f]+\"$", "Cache-Control": "^no-cache$"}, **N),
            GET(path, headers={**BROWSER, "If-None-Match": '"another"'}, status=200, **N))], versions=ONE),
    Scenario(
        "the page and the JSON are two answers to a cache",
        GET("/", headers=BROWSER, status=200, check=keeps_etag, **N),
        GET("/", headers={"If-None-Match": "{etag}"}, status=200, check=is_door, header={"Vary": "Accept"}, **N), versions=ONE),
    Scenario(
        "only GET and HEAD are for these, and what is not there is not",
        POST("/", {}, status=405, header={"Allow": "^GET, HEAD$"}, **N),
        POST("/docs/page.js", {}, status=405, header={"Allow": "^GET, HEAD$"}, **N),
        *[GET(path, headers=BROWSER, status=404, header={"Content-Type": "^application/json$"}, **N)
          for path in ("/docs/other.js", "/docs/door.html", "/nowhere", "/xAPI/nowhere")], versions=ONE),
    Scenario(
        "the API describes itself, and its page comes with all that it needs",
        GET("/openapi.json", status=200, check=describes_statements, header={"Content-Type": "^application/json$"}, **N),
        GET("/docs", status=200, has="<h1>", header={**PAGE, "Content-Security-Policy": "script-src 'self'"}, **N),
        GET("/docs/", status=200, has='src="/docs/page.js"', **N),
        *[GET("/docs/" + name, status=200, header={"Content-Type": f"^{media}; charset=utf-8$"}, **N)
          for name, media in FILES.items()], versions=ONE),
    Scenario(
        "the console comes without credentials, and says nothing of what is stored",
        *[GET(path, status=200, has='src="/console/main.js"', header={
            **PAGE, "Content-Security-Policy": "script-src 'self'; style-src 'self'; connect-src 'self';"}, **N)
          for path in ("/console", "/console/")],
        GET("/console/console.css", status=200, header={"Content-Type": "^text/css; charset=utf-8$"}, **N),
        GET("/console/main.js", status=200, header={"Content-Type": "^text/javascript; charset=utf-8$"}, **N),
        *[GET(path, status=404, **N) for path in ("/console/none.js", "/console/console.html", "/console/a/main.js")],
        POST("/console/main.js", {}, status=405, header={"Allow": "^GET, HEAD$"}, **N), versions=ONE),
]
