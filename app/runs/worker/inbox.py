"""What a worker process sends: its replies, a line each, and the text that it prints. Both are bounded."""

import contextlib
import os
import selectors

KEPT_LOG_BYTES = 16_384
MAX_LOG_BYTES = 32 * 2**20
MAX_REPLY_BYTES = 4 * 2**20

BLOCK_BYTES = 1 << 16


class PipeClosed(Exception):
    """The process has closed the pipe of its replies."""


class Flooded(Exception):
    """The process sent more than it may; the message says what."""


class Inbox:
    """Reads two pipes of a process.

    Args:
        replies: the descriptor of the pipe of replies. The inbox owns it.
        output: the descriptor of what the process prints. It stays its owner's.
    """

    def __init__(self, replies: int, output: int) -> None:
        self._replies, self._output = replies, output
        self._reply, self._log, self._log_bytes = bytearray(), bytearray(), 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(replies, selectors.EVENT_READ)
        self._selector.register(output, selectors.EVENT_READ)

    @property
    def has_reply(self) -> bool:
        return b"\n" in self._reply

    def receive(self, seconds: float) -> None:
        """Read what comes next, waiting for it at most so long. Raises PipeClosed and Flooded."""
        for key, _ in self._selector.select(seconds):
            self._read(key.fd)

    def take_reply(self) -> bytes:
        """Remove the first reply and return it."""
        line, _, rest = bytes(self._reply).partition(b"\n")
        self._reply = bytearray(rest)
        return line

    def forget_half_a_reply(self) -> None:
        """Begin anew after the end of a child that may have written half a reply and many lines."""
        self._reply, self._log_bytes = bytearray(), 0

    def forget_log(self) -> None:
        self._log, self._log_bytes = bytearray(), 0

    def printed(self) -> str:
        """The end of the text that the process printed."""
        return self._log.decode("utf-8", "replace").strip()

    def drain(self) -> None:
        """Read what is still in the pipe of the output, without waiting for writers that outlive the process."""
        os.set_blocking(self._output, False)
        with contextlib.suppress(OSError):
            while data := os.read(self._output, BLOCK_BYTES):
                self._log = (self._log + data)[-KEPT_LOG_BYTES:]
                if len(data) < BLOCK_BYTES:
                    break

    def close(self) -> None:
        """Stop reading. Safe to call again."""
        self._selector.close()
        if self._replies >= 0:
            os.close(self._replies)
            self._replies = -1

    def _read(self, descriptor: int) -> None:
        data = os.read(descriptor, BLOCK_BYTES)
        if not data:
            self._selector.unregister(descriptor)
            if descriptor == self._replies:
                raise PipeClosed
        elif descriptor == self._replies:
            self._add_to_reply(data)
        else:
            self._add_to_log(data)

    def _add_to_reply(self, data: bytes) -> None:
        self._reply += data
        if len(self._reply) > MAX_REPLY_BYTES:
            raise Flooded(f"a reply was longer than {MAX_REPLY_BYTES:,} bytes")

    def _add_to_log(self, data: bytes) -> None:
        self._log_bytes += len(data)
        self._log = (self._log + data)[-KEPT_LOG_BYTES:]
        if self._log_bytes > MAX_LOG_BYTES:
            raise Flooded(f"the process printed more than {MAX_LOG_BYTES:,} bytes")
