"""Run a command as a child process and measure it: seconds, peak memory, bytes read and written."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAUSE = 0.2
"""Seconds between two looks at the memory of the child and its children."""


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Args:
        seconds: wall clock.
        cpu_seconds: of all threads and children; beyond `seconds` when cores work side by side.
        peak_bytes: the most memory (resident set) held at one time by the child and its children.
        read_bytes, written_bytes: asked of the system, whether a disk or its cache answered.
        output: what it printed.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    read_bytes: int
    written_bytes: int
    output: str


class FailedError(Exception):
    """The command ended with another code than 0. The message holds the end of what it printed."""


def measure(
    command: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str] | None = None
) -> Measured:
    """Run a command in a folder, its output in the file `log`, and measure it (Linux only)."""
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    watcher = _Watcher(child.pid)
    watcher.start()
    # the child is left as it ended until its counters are read
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    seconds = time.monotonic() - started
    counters = _counters(child.pid)
    watcher.stop()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text(encoding="utf-8")
    if child.returncode:
        raise FailedError(f"{' '.join(command)} ended with {child.returncode}\n{text[-3000:]}")
    # a child for which nobody waited, as Spark's, is not in the command's own counters
    seen = watcher.counted
    return Measured(
        seconds=seconds,
        cpu_seconds=max(usage.ru_utime + usage.ru_stime, seen.get("cpu", 0.0)),
        peak_bytes=watcher.peak_bytes,  # ru_maxrss knows that of this process too, at the fork
        read_bytes=max(counters.get("rchar", 0), int(seen.get("rchar", 0))),
        written_bytes=max(counters.get("wchar", 0), int(seen.get("wchar", 0))),
        output=text,
    )


class _Watcher(threading.Thread):
    """Looks at the memory and the counters of a process and its children until it is stopped."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._over = threading.Event()
        self.peak_bytes = 0
        self.counted: dict[str, float] = {}

    def run(self) -> None:
        while not self._over.wait(PAUSE):
            members = _family(self._process)
            held = sum(_resident_bytes(process) for process in members)
            self.peak_bytes = max(self.peak_bytes, held, _highest_bytes(self._process))
            looks = [{**_counters(process), "cpu": _cpu_seconds(process)} for process in members]
            for name in ("cpu", "rchar", "wchar"):
                counted = sum(look.get(name, 0.0) for look in looks)
                self.counted[name] = max(self.counted.get(name, 0.0), counted)

    def stop(self) -> None:
        self._over.set()
        self.join()


def _family(process: int) -> list[int]:
    """Return a process and all that descend from it."""
    members, new = [process], [process]
    while new:
        found: list[int] = []
        for member in new:
            for tasks in Path(f"/proc/{member}/task").glob("*/children"):
                try:
                    found += [int(word) for word in tasks.read_text().split()]
                except OSError:
                    continue
        members, new = members + found, found
    return members


def _resident_bytes(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


def _highest_bytes(process: int) -> int:
    """Return the most memory that the program of a process has held so far."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def _cpu_seconds(process: int) -> float:
    """Return the seconds that a process has run so far, with the children that it waited for."""
    try:
        # the name before the last bracket may hold anything
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(word) for word in words[11:15]) / os.sysconf("SC_CLK_TCK")


def _counters(process: int) -> dict[str, int]:
    """Return the counters of /proc/PID/io; empty where the system does not show them."""
    try:
        lines = Path(f"/proc/{process}/io").read_text().splitlines()
    except OSError:
        return {}
    return {name: int(value) for name, value in (line.split(": ") for line in lines)}
