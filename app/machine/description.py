"""The whole description of a computer, and the name by which results of the same computer find each other."""

import hashlib
import json

from app.machine.cgroups import describe_limits
from app.machine.compilers import describe_compilers
from app.machine.gpus import describe_gpus
from app.machine.load import describe_load
from app.machine.memory import describe_memory
from app.machine.models import Machine, Memory, Processor, System
from app.machine.processor import describe_processor
from app.machine.roots import THIS_COMPUTER, Roots
from app.machine.system import describe_system

CHANGING = {"affinity", "mhz_min", "mhz_max", "mhz_current", "governor"}
"""Facts about a processor that a user, the system or a boost switch changes while it runs."""

ID_LENGTH = 12


def describe_machine(roots: Roots = THIS_COMPUTER) -> Machine:
    """All that can be found of the computer.

    It asks other programs, which can take seconds: keep it off an event loop.
    """
    processor, memory, system = describe_processor(roots), describe_memory(roots), describe_system(roots)
    return Machine(
        id=machine_id(processor, memory, system),
        processor=processor,
        memory=memory,
        limits=describe_limits(roots),
        system=system,
        load=describe_load(roots),
        gpus=describe_gpus(roots),
        compilers=describe_compilers(roots),
    )


def machine_id(processor: Processor, memory: Memory, system: System) -> str:
    """A short hash of the processor, the memory and the kernel.

    Memory counts in whole GiB: what the kernel keeps for itself differs from one start to the next.
    """
    facts = {
        "processor": processor.model_dump(exclude=CHANGING),
        "memory_gib": None if memory.total is None else round(memory.total / 1024**3),
        "kernel": system.kernel,
    }
    written = json.dumps(facts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(written.encode("ascii")).hexdigest()[:ID_LENGTH]
