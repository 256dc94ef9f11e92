"""Programs outside Python that probes need: compilers, Node.js, a browser. One that is not here is `Missing`.

Everything is written to the current folder, and programs end with the call that started them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from probes.kit.observing import Missing, plain

SECONDS, PAGE_SECONDS = 250, 60
"""How long a program may take, and a page in the browser; the machine may be busy."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HEADLESS = (
    "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
    "--disable-component-update --no-first-run"
)


def found(what: str, *names: str) -> str:
    """The path of the first of these programs that is here."""
    paths = (shutil.which(name) for name in names)
    return next(filter(None, paths), None) or _missing(what)


def _missing(what: str) -> Any:
    raise Missing(what)


def run(*command: str, **environment: str) -> str:
    """What a program prints. One that fails raises its first line that speaks of an error."""
    ended = subprocess.run(  # noqa: S603 - a program that `found` names, or one just compiled
        command, capture_output=True, text=True, timeout=SECONDS, check=False, env={**os.environ, **environment}
    )
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if line.strip()] or [f"exit status {ended.returncode}"]
        telling = (line for line in lines if any(word in line.lower() for word in ("error", "undefined")))
        raise RuntimeError(plain(next(telling, lines[-1])))
    return ended.stdout


def cpp_compiler(standard: str) -> str:
    """A C++ compiler that knows this version of the language."""
    compiler = found("C++ compiler (g++)", os.environ.get("CXX", "g++"))
    Path("nothing.cpp").write_text("")
    try:
        run(compiler, f"-std={standard}", "-fsyntax-only", "nothing.cpp")
    except RuntimeError:
        raise Missing(f"compiler that knows {standard}") from None
    return compiler


def cpp_program(source: str, flags: Sequence[str], standard: str = "c++17") -> Any:
    """Compile and link a C++ program with these flags, run it, and read what it prints as JSON."""
    compiler = cpp_compiler(standard)
    Path("program.cpp").write_text(source)
    run(compiler, f"-std={standard}", "-O0", "-w", "program.cpp", *flags, "-o", "./program")
    return json.loads(run("./program"))


def java_program(source: str, library: str) -> Any:
    """What a Java program, the class `Program`, prints, as JSON. The jars in /usr/share/java are given to it."""
    compiler, java = found("Java compiler (javac)", "javac"), found("Java", "java")
    jars = Path("/usr/share/java")
    if not list(jars.glob(f"{library}*.jar")):
        raise Missing(f"{library} in {jars}")
    Path("Program.java").write_text(source)
    run(compiler, "-cp", f"{jars}/*", "Program.java")
    return json.loads(run(java, "-cp", f"{jars}/*{os.pathsep}.", "Program"))


def npm_package(name: str) -> Path:
    """Where npm has installed a package for everybody, with `npm install --global`."""
    npm = found("npm, Node.js's package manager,", "npm")
    folder = Path(run(npm, "root", "--global", npm_config_update_notifier="false").strip()) / name
    return folder if folder.is_dir() else _missing(f"npm package {name}")


def in_node(script: str, package: str) -> Any:
    """What a script of Node.js that requires this package prints in its last line, as JSON."""
    node, folder = found("Node.js", "node"), npm_package(package)
    modules = folder.parents[package.count("/")]
    return json.loads(run(node, "-e", script, NODE_PATH=str(modules)).strip().splitlines()[-1])


def in_browser(script: str, **folders: Path) -> Any:
    """What a script's `answer` is in a browser without a window.

    It is the body of an asynchronous function in a module. Files of the current folder are at `/`, and those of other
    folders at `/<name>/`.
    """
    browser = found("browser (Chromium or Chrome)", *BROWSERS)
    for name, folder in folders.items():
        with contextlib.suppress(FileExistsError):
            Path(name).symlink_to(folder)
    Path("page.html").write_text(
        "<!doctype html><script type=module>\n"
        f"const work = async () => {{ {script} }};\n"
        "const told = await work().then(answer => ({answer}), error => ({error: String(error)}));\n"
        "await fetch('/', {method: 'POST', body: JSON.stringify(told)});\n</script>"
    )
    told: list[Any] = []
    with _served(told) as (address, arrived), Path("browser.log").open("w") as log:
        command = [browser, *HEADLESS.split(), f"--user-data-dir={Path('profile').resolve()}", f"{address}/page.html"]
        short = {**os.environ, "TMPDIR": "."}  # a socket's path may not be long
        process = subprocess.Popen(command, stdout=log, stderr=log, env=short)  # noqa: S603 - found
        try:
            _await(process, arrived)
        finally:
            process.terminate()
            process.wait(10)
    if not told:
        raise RuntimeError(f"the browser gave no answer; it says: {plain(Path('browser.log').read_text()[-400:])}")
    if "error" in told[0]:
        raise RuntimeError(told[0]["error"])
    return told[0]["answer"]


def _await(process: subprocess.Popen[bytes], arrived: Callable[[float], bool]) -> None:
    """Wait for the page's answer, as long as the browser lives and the time is not over."""
    until = time.monotonic() + PAGE_SECONDS
    while not arrived(0.2) and process.poll() is None and time.monotonic() < until:
        pass


@contextlib.contextmanager
def _served(told: list[Any]) -> Iterator[tuple[str, Callable[[float], bool]]]:
    """The current folder, served on this machine only; what is sent back goes to `told`."""
    arrived = threading.Event()

    class Desk(SimpleHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep still."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", arrived.wait
        finally:
            server.shutdown()
