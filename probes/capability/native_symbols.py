"""What the compiled core of each framework is made of, by the names of its functions.

Torch, the Lua library of 2002 to 2017, had a core in C whose functions begin with TH: `THFloatTensor_new`,
`THTensor_(add)` and their likes. PyTorch began as a Python interface to it. Here the exported names of the libraries
that are loaded are read from their files and counted: those of Torch's C core, and those of the C++ core, ATen and c10.
TensorFlow's half counts the same for its own C interface and its C++ core.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Mapping
from pathlib import Path

from probes.kit.observing import Missing, Observation

TITLE = "The names in the compiled core"
SUBJECT = "libraries"


def exported_names(library: Path) -> list[bytes]:
    """The names in an ELF library's table of dynamic symbols that it defines itself."""
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:5] != b"\x7fELF\x02":
            raise Missing("library in the format of Linux (ELF), whose names can be read,")
        (start,), (size, count) = struct.unpack_from("<Q", data, 40), struct.unpack_from("<HH", data, 58)
        sections = [struct.unpack_from("<IIQQQQIIQQ", data, start + number * size) for number in range(count)]
        symbols = next(section for section in sections if section[1] == 11)
        names = sections[symbols[6]]
        strings = data[names[4] : names[4] + names[5]]
        table = data[symbols[4] : symbols[4] + symbols[5]]
    defined = [name for name, _, _, section, _, _ in struct.iter_unpack("<IBBHQQ", table) if section]
    return [strings[name : strings.index(b"\0", name)] for name in defined]


def counted(folder: Path, libraries: str, patterns: Mapping[str, bytes]) -> Observation:
    """How many exported names begin as each pattern says, over all libraries of the folder that match."""
    found = sorted(folder.glob(libraries))
    if not found:
        raise Missing(f"library named {libraries}")
    names = [name for library in found for name in exported_names(library)]
    listed = b"\n" + b"\n".join(names)
    begin_so = {kind: len(re.findall(b"\n" + pattern, listed)) for kind, pattern in patterns.items()}
    return {"names": len(names)} | begin_so


def pytorch() -> Observation:
    """The libraries in torch/lib."""
    import torch

    patterns = {
        "torch_c_core": rb"TH[A-Za-z]*_[a-z]",
        "c_interface": rb"aoti_torch_",
        "cpp_core": rb"_ZNK?(2at|3c10)",
    }
    return {"exported": lambda: counted(Path(torch.__file__).parent / "lib", "lib*.so", patterns)}


def tensorflow() -> Observation:
    """The libraries beside the tensorflow package."""
    import tensorflow as tf

    patterns = {"torch_c_core": rb"TH[A-Za-z]*_[a-z]", "c_interface": rb"TFE?_[A-Z]", "cpp_core": rb"_ZNK?10tensorflow"}
    return {"exported": lambda: counted(Path(tf.__file__).parent, "libtensorflow_*.so.2", patterns)}
