"""What a person sees while dbt works: one short line now and then, and every warning in full."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable
from typing import Any, TextIO

SILENT_WARNINGS = frozenset(
    ["LogTestResult", "RunResultWarning", "RunResultWarningMessage", "RunResultFailure"]
)
"""Events that repeat what the list of results says better at the end."""
SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Listens to dbt's events. On a terminal one line is rewritten; elsewhere lines are few.

    Args:
        out: where the lines go.
        clock: seconds from any fixed moment, growing.
    """

    def __init__(
        self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.warnings: list[str] = []
        self._out = out or sys.stdout
        self._clock = clock
        self._begun = clock()
        self._line_at = self._begun
        self._total = 0
        self._done: set[str] = set()
        self._is_terminal = self._out.isatty()

    def seconds(self) -> float:
        """Return the seconds since the beginning."""
        return self._clock() - self._begun

    def say(self, text: str) -> None:
        """Print a line of its own."""
        self._clear()
        print(text, file=self._out, flush=True)
        self._line_at = self._clock()

    def listen(self, event: Any) -> None:
        """Take one event of dbt (an EventMsg)."""
        name, level = event.info.name, event.info.level
        if name == "LogStartLine":
            self._total = max(self._total, int(event.data.total))
        elif name == "NodeFinished":
            node = event.data.node_info
            if node.unique_id not in self._done:
                self._done.add(node.unique_id)
                self._step(node.node_name, node.resource_type)
        elif level == "warn" and name not in SILENT_WARNINGS:
            text = one_line(event.info.msg)
            if text not in self.warnings:
                self.warnings.append(text)
                self.say(textwrap.fill(f"  warning: {text}", 100, subsequent_indent="    "))

    def close(self) -> None:
        """End the rewritten line."""
        self._clear()

    def _step(self, name: str, kind: str) -> None:
        if kind == "operation" or not self._total:
            return
        done = min(len(self._done), self._total)
        text = f"  {done:>4} of {self._total}, {self.seconds():.0f} s: {name}"
        if self._is_terminal:
            print(f"\r\x1b[K{text[:99]}", end="", file=self._out, flush=True)
        elif self._clock() - self._line_at >= SECONDS_BETWEEN_LINES:
            self.say(text)

    def _clear(self) -> None:
        if self._is_terminal:
            print("\r\x1b[K", end="", file=self._out, flush=True)


def one_line(text: str) -> str:
    """Return text with its line ends and runs of spaces made single spaces."""
    return " ".join(text.split())
