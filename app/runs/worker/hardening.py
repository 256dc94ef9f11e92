"""What this process keeps to itself: its memory, and with it the settings that are secrets."""

import ctypes
import sys

PR_SET_DUMPABLE = 4


def hide_own_memory() -> None:
    """Let no other process of the same user read this one's environment or memory (Linux only).

    Workers run as the user of the service. Without this, `/proc/<pid>/environ` would show them the token and the
    password that were handed to the service as variables. It also keeps a core dump from being written.
    """
    if sys.platform == "linux":
        arguments = (ctypes.c_ulong(argument) for argument in (0, 0, 0, 0))
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, *arguments)
