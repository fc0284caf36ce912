"""Fixtures that every test folder shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHOICES = ("WAREHOUSE", "THREADS", "TARGET", "DBT_PROFILES_DIR")
"""Environment variables that builds in this process set (tests/builds/warehouse.py)."""
GIVEN = {name: os.environ.get(name) for name in CHOICES}
"""What they are before any build: fixtures of the session build before those of a file begin."""


@pytest.fixture(scope="module", autouse=True)
def choices_of_others() -> Iterator[None]:
    """Leave the next file none of the choices that builds of this one have made."""
    yield
    for name, value in GIVEN.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the public data files that the published figures come from; skip when absent."""
    folder = Path(os.environ.get("DANGOL_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set DANGOL_DATA to the folder that holds it")
    return folder
