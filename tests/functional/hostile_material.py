"""What hostile requests are made of: texts, paths, queries, headers and bodies that no well-meaning caller sends."""

import json
from collections.abc import Sequence

from tests.functional.web_client import CORE, raw_for_api

PAGES = ("/", "/advice", "/advice.md", "/claims", "/claims/{}", "/sources", "/methodology", "/docs")
API = (
    "/api/v1/questionnaire",
    "/api/v1/advice",
    "/api/v1/claims",
    "/api/v1/claims/{}",
    "/api/v1/sources",
    "/healthz",
    "/readyz",
    "/openapi.json",
)
FILES = ("/static/tiebreak.css", "/static/docs.js", "/static/swagger/swagger-ui.css", "/static/{}")
PLACES = PAGES + API + FILES

TEXTS = (
    "",
    " ",
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' OR 1=1 --",
    "../../../../etc/passwd",
    "\x00",
    "a\r\nset-cookie: a=b",
    "{{7*7}}${7*7}%s%n",
    "\u202eevil\u200b",
    "\U0001f600" * 40,
    "²",
    "\ud800",
    "\udcff\ud83d",
    "A" * 3000,
    "None",
    "pytorch",
    "python",
    "__proto__",
    "str",
    "0",
)

PATHS = (
    "/../../../../etc/passwd",
    "/static/../app/main.py",
    "/static/%2e%2e/app/main.py",
    "/static/%2e%2e%2fapp%2fmain.py",
    "/static/..%5c..%5capp%5cmain.py",
    "/static/%00",
    "/static/tiebreak.css%00.png",
    "/static//etc/passwd",
    "/static/" + "a" * 5000,
    "/static/swagger/../../main.py",
    "/static",
    "/static/",
    "//",
    "//evil.example/",
    "//evil.example/claims/",
    "/claims/",
    "/claims//",
    "/claims/%2e%2e",
    "/claims/%2e%2e%2f",
    "/claims/%00/",
    "/claims/%ff%fe",
    "/claims/" + "x" * 20_000,
    "/claims/a/b/c",
    "/api/v1/claims/%ed%a0%80",
    "/api/v1/../v1/claims",
    "/api/v1/advice/",
    "/api/v2/advice",
    "/API/V1/ADVICE",
    "/%2f%2f",
    "/advice%3Flanguage=python",
    "/advice;language=python",
    "/.git/config",
    "/%",
    "/%zz",
    "/\\evil.example",
    "/" + "/".join("abc") * 500,
    "*",
    "",
    "http://evil.example/claims/",
)

RAW_QUERIES = (b"\xff\xfe=\xff", b"&&&===", b"%", b"%ff=%fe&%00=%00", b"a" * 9000, b"language=" + b"x" * 70_000)

HEADERS: dict[str, Sequence[bytes]] = {
    "accept": (
        b"text/html",
        b"text/html",
        b"*/*",
        b"application/json",
        b"",
        b"text/html;q=0",
        b";;;,,,",
        b"\xff\xfe",
        b"text/html," * 400,
    ),
    "content-type": (
        b"application/json; charset=utf-16",
        b"text/plain",
        b"multipart/form-data",
        b"multipart/form-data; boundary=x",
        b"application/x-www-form-urlencoded",
        b"\xff",
        b"",
        b"application/problem+json",
    ),
    "content-length": (b"-1", b"abc", b"9" * 40, b"\xb2", b"1e3", b"", b"0", b"70000", b"0" * 30 + b"9999999"),
    "host": (b"evil.example", b"[", b"a b", b"", b"evil.example\r\nx: y", b"\xff", b"x" * 3000, b"evil.example:999999"),
    "range": (b"bytes=0-10", b"bytes=abc", b"bytes=9-1", b"bytes=99999999-", b"bytes=-5", b"bytes=0-1,3-4", b"x=1"),
    "if-range": (b"abc", b"Wed, 21 Oct 2015 07:28:00 GMT", b"\xff"),
    "if-modified-since": (b"yesterday", b"Wed, 99 Foo 2015", b"Wed, 21 Oct 2999 07:28:00 GMT", b"\xff"),
    "if-none-match": (b"*", b'"x"', b"W/", b"\xff"),
    "transfer-encoding": (b"chunked", b"gzip", b"identity, chunked"),
    "content-encoding": (b"gzip", b"br"),
    "cookie": (b"a=b" * 3000, b"\xff", b";;=;"),
    "x-forwarded-host": (b"evil.example",),
    "x-forwarded-proto": (b"javascript",),
    "x-http-method-override": (b"DELETE",),
    "origin": (b"null", b"http://evil.example"),
    "authorization": (b"Bearer " + b"x" * 2000, b"Basic \xff"),
    "expect": (b"100-continue",),
    "upgrade": (b"websocket",),
}


def _raw_bodies() -> tuple[bytes, ...]:
    valid = json.dumps({"answers": raw_for_api(CORE)})
    digits = "9" * 5000
    return (
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        valid.encode()[:-3],
        valid.encode() * 2,
        valid.encode("utf-16"),
        valid.encode("utf-32"),
        b"\xef\xbb\xbf" + valid.encode(),
        b'{"answers": {"language": "\xff\xfe"}}',
        b'{"answers": {"\xed\xa0\x80": "python"}}',
        b"\xff" * 100,
        b"\x00" * 100,
        b"[" * 60_000,
        b"[" * 900 + b"]" * 900,
        b'{"answers":' * 5_000,
        b'{"answers":' * 500 + b"1" + b"}" * 500,
        f'{{"answers": {{"language": {digits}}}}}'.encode(),
        f'{{"answers": {{"language": 0.{digits}}}}}'.encode(),
        b'{"answers": {"language": 1e999999999}}',
        b'{"answers": NaN, "policy": -Infinity}',
        b'{"answers": {"language": "python"}, "answers": {}, "policy": "today", "policy": 1}',
        b'{"answers": {"language": "\\ud800", "\\udfff": ["\\ud83d"]}, "\\ud800": 1, "policy": "\\udead"}',
        b"language=python&goal=production",
        b'--x\r\ncontent-disposition: form-data; name="answers"\r\n\r\n{}\r\n--x--',
        b'{"answers": {' + b",".join(b'"k%d": "v"' % n for n in range(4000)) + b"}}",
        b'{"answers": {"needs": [' + b'"speed",' * 7000 + b'"speed"]}}',
    )


RAW_BODIES = _raw_bodies()
