"""The operating system and the Python that runs the service."""

import platform

from app.machine.models import System
from app.machine.readers import clean, line, or_none
from app.machine.roots import THIS_COMPUTER, Roots


def describe_system(roots: Roots = THIS_COMPUTER) -> System:
    """The kernel under `roots`; the C library and Python are always the service's own."""
    return System(
        os=clean(_os_name()) if roots.is_this_computer else None,
        kernel=line(roots.proc / "sys/kernel/osrelease") or (_kernel() if roots.is_this_computer else None),
        libc=clean(" ".join(or_none(platform.libc_ver) or ())),
        python=f"{platform.python_implementation()} {platform.python_version()}",
    )


def _os_name() -> str | None:
    """Such as `Debian GNU/Linux 12 (bookworm)`, `macOS 15.1` or what Windows calls itself."""
    if platform.system() == "Darwin":
        return f"macOS {platform.mac_ver()[0]}"
    release = or_none(platform.freedesktop_os_release) or {}
    return release.get("PRETTY_NAME") or or_none(platform.platform)


def _kernel() -> str | None:
    return clean(platform.release())
