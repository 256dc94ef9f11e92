"""The description of a computer: frozen models in which a fact that could not be found is None."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Base of all facts about a computer: frozen, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Processor(Fact):
    """The processor, and how much of it is there.

    `logical` and `physical` count the processors and the cores that are online. `affinity`: the processors that the
    service may use. `flags`: the instruction sets that matter for numerics, out of `cpuinfo.NUMERIC_FLAGS`. `caches`:
    bytes of one cache of each level (`L1d`, `L1i`, `L2`, `L3`) as the first processor sees it. `mhz_*` and `governor`
    are the first processor's. `virtual`: whether it is a virtual machine; `hypervisor` is a guess at whose.
    """

    model: str | None = None
    vendor: str | None = None
    architecture: str | None = None
    logical: int | None = None
    physical: int | None = None
    threads_per_core: int | None = None
    sockets: int | None = None
    numa_nodes: int | None = None
    affinity: tuple[int, ...] | None = None
    flags: tuple[str, ...] | None = None
    caches: dict[str, int] | None = None
    mhz_min: float | None = None
    mhz_max: float | None = None
    mhz_current: float | None = None
    governor: str | None = None
    virtual: bool | None = None
    hypervisor: str | None = None


class Memory(Fact):
    """Memory in bytes. `swap` is the swap space in all; `limit` is what the control group allows, None for no limit."""

    total: int | None = None
    available: int | None = None
    swap: int | None = None
    swap_free: int | None = None
    limit: int | None = None


class Limits(Fact):
    """What the control group allows.

    `cgroup`: its version. `cpus`: the quota in cores, such as 1.5; `memory`: bytes; None for no limit. `container`: a
    guess at what runs the service, such as `docker`; None when nothing points to a container.
    """

    cgroup: Literal[1, 2] | None = None
    cpus: float | None = None
    memory: int | None = None
    container: str | None = None


class System(Fact):
    """The operating system, its kernel and C library, and the Python that runs the service."""

    os: str | None = None
    kernel: str | None = None
    libc: str | None = None
    python: str | None = None


class Pressure(Fact):
    """The time in which some task waited for a resource: percent of the last 10 s, and µs since the start."""

    avg10: float | None = None
    total_us: int | None = None


class Load(Fact):
    """How busy the computer is: tasks that run or wait, as means over 1, 5 and 15 minutes, and pressure by resource."""

    minutes_1: float | None = None
    minutes_5: float | None = None
    minutes_15: float | None = None
    cpu: Pressure | None = None
    memory: Pressure | None = None
    io: Pressure | None = None


class Gpu(Fact):
    """A graphics processor.

    `memory` in bytes (`apple`: None, since it is the computer's own), clocks in MHz, power in watts, temperature in
    °C. `throttled_by`: the reasons for which clocks are lower than they could be, empty when there is none.
    """

    kind: Literal["nvidia", "apple"]
    index: int
    name: str
    uuid: str | None = None
    driver: str | None = None
    memory: int | None = None
    compute_capability: str | None = None
    mhz_sm: int | None = None
    mhz_sm_max: int | None = None
    mhz_memory: int | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    temperature_c: int | None = None
    throttled_by: tuple[str, ...] | None = None


class Compiler(Fact):
    """A C++ compiler by the name that it is called by; `version` is the first line that it says, None without one."""

    name: str
    version: str | None = None


class Machine(Fact):
    """Everything that is known of the computer.

    `id`: 12 hexadecimal digits that stay the same from minute to minute and from process to process.
    """

    id: str
    processor: Processor
    memory: Memory
    limits: Limits
    system: System
    load: Load
    gpus: tuple[Gpu, ...] = ()
    compilers: tuple[Compiler, ...] = ()
