"""The container's health check: asks the service beside it whether it is ready, and exits with 0 when it is.

Run by its path with `python -IS`. It imports a socket and nothing else, so that it starts in hundredths of a second and
does not disturb what is being measured. It follows the same settings as the service.
"""

import os
import socket
import sys

TIMEOUT_S = 4.0

WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


def address() -> tuple[str, int]:
    """Where the service listens, seen from beside it."""
    host = os.environ.get("TIEBREAK_LISTEN_HOST", "")
    return "localhost" if host in WILDCARDS else host, int(os.environ.get("TIEBREAK_LISTEN_PORT") or 8000)


def is_ready(host: str, port: int) -> bool:
    """Whether `/readyz` answers with 200. Raises OSError when nobody answers in time."""
    with socket.create_connection((host, port), TIMEOUT_S) as connection:
        connection.sendall(f"GET /readyz HTTP/1.0\r\nHost: {host}\r\n\r\n".encode("ascii"))
        return connection.recv(16).split(b" ")[1:2] == [b"200"]


if __name__ == "__main__":
    try:
        sys.exit(0 if is_ready(*address()) else 1)
    except OSError as error:
        sys.exit(f"nobody answers: {error}")
