"""A visitor who can be recognised in everything that they send."""

from tests.support.runs.run_services import RUNS

MARK = "zq7visitor"
ADDRESS = "203.0.113.77"
TOKEN = f"{MARK}-token"
SENT = {
    "user-agent": f"{MARK}-agent",
    "referer": f"https://{MARK}.example/",
    "cookie": f"a={MARK}",
    "x-forwarded-for": ADDRESS,
    "accept-language": MARK,
    "x-request-id": f"{MARK}_id with a space",
    "authorization": f"Bearer {TOKEN}",
    "origin": f"https://{MARK}.example",
    "traceparent": f"00-{MARK}",
}
REQUESTS = [
    ("GET", f"/{MARK}/{MARK}?{MARK}={MARK}", b""),
    ("GET", f"/claims/{MARK}", b""),
    ("GET", f"/advice?language={MARK}&{MARK}=1", b""),
    ("GET", f"/static/{MARK}", b""),
    ("GET", f"/api/v1/runs/{MARK}", b""),
    ("GET", f"/api/v1/runs/{MARK}/events", b""),
    ("DELETE", f"/api/v1/runs/{MARK}", b""),
    (MARK.upper(), "/claims", b""),
    ("GET", f"/advice?goal={MARK * 1_000}", b""),
    ("POST", "/api/v1/advice", f'{{"answers": {{"language": "{MARK}"}}, "{MARK}": 1}}'.encode()),
    ("POST", "/api/v1/advice", MARK.encode() * 8_000),
    ("POST", RUNS, f'{{"probe": "{MARK}", "claims": ["{MARK}"]}}'.encode()),
    ("POST", RUNS, f'{{"probe": "everything", "claims": ["{MARK}"]}}'.encode()),
]
