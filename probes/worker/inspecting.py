"""What an interpreter has of a framework: version, build, wheel and BLAS. Imports the framework to ask it."""

from __future__ import annotations

import hashlib
import platform
import sys
from importlib import metadata
from typing import Any

Facts = dict[str, Any]

DISTRIBUTIONS = {
    "pytorch": ("torch", "numpy", "triton", "mkl"),
    "tensorflow": (
        "tensorflow",
        "tensorflow-cpu",
        "tensorflow-intel",
        "tensorflow-macos",
        "keras",
        "numpy",
        "ml-dtypes",
    ),
}


def describe_build(framework: str) -> Facts:
    """The interpreter, the packages and how the framework was built.

    Returns:
        python, executable, version, packages {name: version}, wheel (hash of its record), build (the framework's own
        words), blas (who multiplies matrices), compiled_for (instruction sets), devices (what it can run on).

    Raises:
        ImportError: the framework is not installed.
    """
    facts = _pytorch() if framework == "pytorch" else _tensorflow()
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "packages": _packages(framework),
        "wheel": _wheel(framework),
        **facts,
    }


def _packages(framework: str) -> dict[str, str]:
    found = {name: _distribution(name) for name in DISTRIBUTIONS[framework]}
    return {name: distribution.version for name, distribution in found.items() if distribution}


def _distribution(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def _wheel(framework: str) -> Facts | None:
    """Which wheel it came from: its tags, and the SHA-256 of its RECORD, which holds the hash of every file."""
    for name in DISTRIBUTIONS[framework]:
        distribution = _distribution(name)
        if distribution is None:
            continue
        record, wheel = distribution.read_text("RECORD"), distribution.read_text("WHEEL") or ""
        tags = [line.partition(": ")[2] for line in wheel.splitlines() if line.startswith("Tag: ")]
        digest = hashlib.sha256(record.encode()).hexdigest() if record else None
        return {"name": name, "tags": tags, "record_sha256": digest}
    return None


def _pytorch() -> Facts:
    import torch

    config = torch.__config__.show()
    uses_mkl = torch.backends.mkl.is_available()
    blas = "Intel MKL" if uses_mkl else _setting(config, "BLAS_INFO") or "unknown"
    if torch.backends.mkldnn.is_available():
        blas += ", with oneDNN"
    devices = ["cpu"]
    devices += ["cuda"] if torch.cuda.is_available() else []
    devices += ["mps"] if torch.backends.mps.is_available() else []
    return {
        "version": torch.__version__,
        "build": config,
        "blas": blas,
        "compiled_for": torch.backends.cpu.get_cpu_capability(),
        "cuda": torch.version.cuda,
        "devices": devices,
        "device_names": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())],
    }


def _setting(config: str, key: str) -> str | None:
    for part in config.replace("\n", ",").split(","):
        name, _, value = part.strip().partition("=")
        if name == key:
            return value
    return None


def _tensorflow() -> Facts:
    import tensorflow as tf

    build = dict(tf.sysconfig.get_build_info())
    gpus = tf.config.list_physical_devices("GPU")
    flags = " ".join(tf.sysconfig.get_compile_flags())
    return {
        "version": tf.__version__,
        "build": f"compiler {tf.version.COMPILER_VERSION}; {flags.split('-I')[0].strip()}; {_plain(build)}",
        "blas": _tensorflow_blas(),
        "compiled_for": None,
        "cuda": build.get("cuda_version"),
        "devices": ["cpu", *(["cuda"] if gpus else [])],
        "device_names": [tf.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus],
    }


def _plain(build: Facts) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(build.items()))


def _tensorflow_blas() -> str:
    """TensorFlow multiplies with oneDNN where that is switched on, else with Eigen's own kernels."""
    try:
        from tensorflow.python.util import _pywrap_util_port

        enabled = bool(_pywrap_util_port.IsMklEnabled())
    except (ImportError, AttributeError):
        return "unknown"
    return "oneDNN" if enabled else "Eigen"
