"""What a worker's process is given: an allow-list of variables, and marks by which it is found again."""

import os
from collections.abc import Mapping
from pathlib import Path

PASSED_ON = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "CUDA_HOME",
    "CUDA_PATH",
    "CUDA_VISIBLE_DEVICES",
    "CUDA_DEVICE_ORDER",
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES",
    "CC",
    "CXX",
    "SYSTEMROOT",
)

OWNER, RUN = "TIEBREAK_WORKER_OF", "TIEBREAK_WORKER_RUN"
"""Who started a worker and for which run: what it leaves behind is found by these, even in a session of its own."""

QUIET: Mapping[str, str] = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "KERAS_BACKEND": "tensorflow",
    "NVIDIA_TF32_OVERRIDE": "0",  # float32 means float32 in both frameworks
    "OPENBLAS_NUM_THREADS": "1",  # NumPy's own; its spinning threads would disturb what is timed
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def worker_environment(scratch: Path, owner: str, run: str) -> dict[str, str]:
    """The whole environment of a worker: nothing else of this process's own reaches it."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    user_base = os.environ.get("PYTHONUSERBASE") or str(Path.home() / ".local")
    places = {"HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONUSERBASE": user_base}
    return {**passed, **QUIET, **places, OWNER: owner, RUN: run}
