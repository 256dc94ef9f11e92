"""What is taken out of installed packages, and what stays."""

import shutil
import subprocess
from pathlib import Path

import pytest

from image.pruning import WITH_SYMBOLS, main, prune

STAYS = [
    "numpy/__init__.py",
    "numpy/testing/__init__.py",
    "tensorflow/python/ops.py",
    "tests/of_a_package_of_that_name.py",
    "torch/bin/torch_shm_manager",
    "torch/lib/libc10.so",
    "torch/testing/__init__.py",
]
HEADERS = ["tensorflow/include/tensorflow/op.h", "torch/include/torch/torch.h", "torch/share/cmake/x.cmake"]
GOES = [
    "clang/cindex.py",
    "networkx/algorithms/tests/tests/test_x.py",
    "numpy/_core/lib/libnpymath.a",
    "numpy/_core/tests/test_x.py",
    "tensorflow/python/framework/x_test.py",
    "torch/bin/test_api",
    "torch/test/x",
]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    for name in STAYS + HEADERS + GOES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("content", encoding="utf-8")
    return tmp_path


def left(packages: Path) -> list[str]:
    return sorted(str(path.relative_to(packages)) for path in packages.rglob("*") if path.is_file())


def test_tests_headers_and_tools_go(packages: Path) -> None:
    prune(packages, keep_headers=False)
    assert left(packages) == sorted(STAYS)


def test_headers_stay_where_there_is_a_compiler(packages: Path) -> None:
    main("cpp", str(packages))
    assert left(packages) == sorted(STAYS + HEADERS)


def test_there_are_no_other_tools(packages: Path) -> None:
    with pytest.raises(SystemExit, match="TOOLS is none or cpp, not 'rust'"):
        main("rust", str(packages))
    assert left(packages) == sorted(STAYS + HEADERS + GOES)


@pytest.mark.skipif(not (shutil.which("strip") and shutil.which("g++")), reason="needs binutils and a C++ compiler")
def test_a_stripped_library_can_still_be_called(tmp_path: Path) -> None:
    library = tmp_path / WITH_SYMBOLS[0]
    library.parent.mkdir(parents=True)
    source = tmp_path / "x.cpp"
    source.write_text('static int hidden() { return 41; } extern "C" int shown() { return hidden() + 1; }')
    subprocess.run(["g++", "-g", "-shared", "-fPIC", source, "-o", library], check=True)
    before = library.stat().st_size
    prune(tmp_path, keep_headers=False)
    assert library.stat().st_size < before
    ask = f"import ctypes; print(ctypes.CDLL({str(library)!r}).shown())"
    assert subprocess.run(["python3", "-c", ask], capture_output=True, text=True, check=True).stdout == "42\n"
