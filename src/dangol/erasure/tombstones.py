"""Tombstones: what is left of an erased person, keyed hashes that a replay is compared with."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

FOLDER_VARIABLE = "DANGOL_ERASURES"
"""Environment variable: the folder of the tombstones, when it is not `erasures` of the project."""
KEY_VARIABLE = "DANGOL_ERASURE_KEY"
"""Environment variable: the secret key, as text; without it the file `key` holds one."""

HEADERS = ("type", "hash", "erased_on")
CHECK = "key"
"""Type of the row that tells whether a key is the one that the others were made with."""
CHECKED_TEXT = "dangol erasure key"
LEAST_KEY_LENGTH = 16


class ErasureError(Exception):
    """Nobody can be erased, or kept out, as things are. The message says why, and what to do."""


@dataclass
class Tombstones:
    """The tombstones of a project.

    Args:
        path: the CSV file: type, hash (HMAC-SHA-256, hexadecimal), erased_on (a local day).
        rows: erased_on by type and hash.
        check: hash of a fixed text by the key that made them; None: there are none yet.
    """

    path: Path
    rows: dict[tuple[str, str], date] = field(default_factory=dict)
    check: str | None = None

    def add(self, key: bytes, identifiers: Iterable[tuple[str, str]], erased_on: date) -> int:
        """Add identifiers, normalised and each with its type; the later day holds.

        Returns:
            The number of tombstones that are new.
        """
        before = len(self.rows)
        self.check = keyed_hash(key, CHECKED_TEXT)
        for kind, value in identifiers:
            entry = (kind, keyed_hash(key, value))
            self.rows[entry] = max(self.rows.get(entry, erased_on), erased_on)
        return len(self.rows) - before

    def write(self) -> None:
        """Write the file in one step, so that a crash leaves the old one or the new one."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(HEADERS)
        if self.check:
            writer.writerow([CHECK, self.check, ""])
        for (kind, digest), day in sorted(self.rows.items()):
            writer.writerow([kind, digest, f"{day}"])
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, text.getvalue().encode(), 0o644)


def folder_of(root: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the tombstones and of the key. root: the project folder."""
    return root / (environ.get(FOLDER_VARIABLE) or "erasures")


def read_tombstones(folder: Path) -> Tombstones:
    """Return the tombstones of a folder; none where it has none.

    Raises:
        ErasureError: the file is there and is not what `write` writes.
    """
    path = folder / "tombstones.csv"
    found = Tombstones(path)
    if not path.exists():
        return found
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file, strict=True))
        if not lines or tuple(lines[0]) != HEADERS:
            raise ValueError(f"its header is not {','.join(HEADERS)}")
        for kind, digest, day in lines[1:]:
            if len(digest) != hashlib.sha256().digest_size * 2:
                raise ValueError(f"{digest!r} is no hash")
            if kind == CHECK:
                found.check = digest
            else:
                found.rows[kind, digest] = date.fromisoformat(day)
    except (OSError, ValueError, csv.Error) as error:
        raise ErasureError(
            f"{path} cannot be read ({error}). It keeps erased people out of the warehouse: put"
            " the last good copy back."
        ) from error
    if found.rows and not found.check:
        raise ErasureError(f"{path} lacks the row of type `{CHECK}`: put the last good copy back.")
    return found


def read_key(
    folder: Path, tombstones: Tombstones, *, make: bool, environ: Mapping[str, str] = os.environ
) -> bytes:
    """Return the secret key, of the environment or of the file `key`.

    Args:
        folder: the folder of the tombstones.
        tombstones: those that the key must have made.
        make: make the file when there is no key, and no tombstone yet.
        environ: the environment variables.

    Raises:
        ErasureError: there is no key, others can read it, or it is not the one of the tombstones.
    """
    path = folder / "key"
    text = environ.get(KEY_VARIABLE)
    if not text:
        if not path.exists():
            if tombstones.check or not make:
                raise ErasureError(
                    f"{tombstones.path} holds the tombstones of erased people and the key to them"
                    f" is missing: set {KEY_VARIABLE}, or put {path} back. Without it they would"
                    " come back with the next file that names them."
                )
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(path, f"{secrets.token_hex(32)}\n".encode(), 0o600)
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ErasureError(f"Others can read {path}, the secret key: chmod 600 {path}")
        text = path.read_text("utf-8").strip()
    if len(text) < LEAST_KEY_LENGTH:
        raise ErasureError(
            f"The erasure key is shorter than {LEAST_KEY_LENGTH} characters: anybody could guess"
            " who was erased. Take 64 random hexadecimal digits, as of `openssl rand -hex 32`."
        )
    key = hashlib.sha256(text.encode()).digest()
    if tombstones.check and not hmac.compare_digest(
        tombstones.check, keyed_hash(key, CHECKED_TEXT)
    ):
        raise ErasureError(
            f"The erasure key is not the one that {tombstones.path} was written with: erased"
            " people would not be recognised. Put the old key back."
        )
    return key


def keyed_hash(key: bytes, value: str) -> str:
    """Return the HMAC-SHA-256 of a text (UTF-8), in hexadecimal."""
    return hmac.digest(key, value.encode(), "sha256").hex()


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file aside, flush it to disk and move it into its place; or leave nothing."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:  # such as a full disk
        aside.unlink(missing_ok=True)
        raise
