"""Starts a worker in any Python interpreter: `python boot.py <reply descriptor>`.

Only this package becomes importable, under its own name, whatever folder it lies in: neither the service nor the
packages installed beside it leak into the environment that is being probed.
"""

from __future__ import annotations

import importlib.util
import sys


def _make_importable() -> None:
    folder = __file__.rpartition("/")[0]
    sys.path[:] = [entry for entry in sys.path if entry not in (folder, "")]
    spec = importlib.util.spec_from_file_location(
        "probes", f"{folder}/__init__.py", submodule_search_locations=[folder]
    )
    assert spec is not None  # noqa: S101 - narrows for the type checker: the location is given
    assert spec.loader is not None  # noqa: S101
    package = importlib.util.module_from_spec(spec)
    sys.modules["probes"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    _make_importable()
    from probes.worker.main import main

    main(int(sys.argv[1]))
