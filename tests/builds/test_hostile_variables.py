"""Every variable refuses what could mean something to SQL, a shell, make or Jinja, by its name.

The patterns of macros/landing/check_vars.sql are asked in Python, each with every hostile text; a
few runs of dbt and of make show that the macro and the Makefile hold to them.
"""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import duckdb
import pytest
import yaml
from jinja2 import Environment
from warehouse import ROOT, parsed, profiles_folder

HOSTILE = {
    "a quote": "1' or '1'='1",
    "two quotes": '1"; drop schema landing cascade; --',
    "a semicolon": "1; drop schema landing cascade",
    "a backslash": "1\\",
    "a line end": "1\n2",
    "a return": "1\r2",
    "NUL": "1\x002",
    "a command": "$(touch pwned)",
    "a command of old": "`touch pwned`",
    "a function of make": "$(shell touch pwned)",
    "an expression of Jinja": "{{ run_query('drop schema landing cascade') }}",
    "a statement of Jinja": "{% do run_query('drop schema landing cascade') %}",
    "a megabyte": "1" * 1_000_000,
}
LOOK_ALIKES = {
    "full-width digits": "２０２６-０１-０１",
    "Arabic digits": "٣",
    "a Cyrillic capital": "КRW",
    "a space of no width": "1\u200b",
}
FREE_TEXT = ("raw", "sender_name", "erasure_ticket_category")
"""Variables that are text of people: they may be in any script."""


@cache
def project_variables() -> dict[str, object]:
    """Return the variables of dbt_project.yml with their defaults."""
    text = (ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["vars"])


@cache
def patterns() -> dict[str, list[str]]:
    """Return pattern and explanation of each variable, as Jinja reads them in the macro."""
    text = (ROOT / "macros" / "landing" / "check_vars.sql").read_text(encoding="utf-8")
    [assignment] = re.findall(r"{% set patterns = {.*?} %}", text, re.DOTALL)
    return dict(Environment().from_string(assignment).module.patterns)  # type: ignore[attr-defined]


def passes(name: str, value: object) -> bool:
    """Return what the macro says of a value; see check_vars."""
    return bool(re.match(patterns()[name][0], str(value))) and "\n" not in str(value)


def test_every_variable_of_the_project_is_checked_and_no_other() -> None:
    assert set(patterns()) == set(project_variables())
    macro = (ROOT / "macros" / "landing" / "check_vars.sql").read_text(encoding="utf-8")
    assert "modules.re.match(rule[0], var(name) | string) or '\\n' in var(name) | string" in macro


@pytest.mark.parametrize("name", sorted(project_variables()))
def test_a_variable_takes_its_default_and_nothing_hostile(name: str) -> None:
    assert passes(name, project_variables()[name])
    assert [kind for kind, value in HOSTILE.items() if passes(name, value)] == []
    if name not in FREE_TEXT:
        assert [kind for kind, value in LOOK_ALIKES.items() if passes(name, value)] == []


def run_dbt(folder: Path, *arguments: str, **variables: object) -> str:
    """Run a command of dbt on a warehouse with one table; return what it said after failing."""
    path = folder / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema landing; create table landing.kept as select 1 as one")
    os.environ |= {
        "WAREHOUSE": str(path),
        "DBT_PROFILES_DIR": str(profiles_folder(folder)),
        "TARGET": "duckdb",
    }
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    quiet = ["--log-level", "none", "--log-level-file", "none", "--quiet"]
    places = ["--target-path", str(folder / "target"), "--log-path", str(folder)]
    given = ["--vars", json.dumps(variables), "--project-dir", str(ROOT)]
    runner = dbtRunner(manifest=parsed(ROOT).deepcopy())
    result = runner.invoke([*quiet, *arguments, *given, *places])
    DuckDBConnectionManager.close_all_connections()
    assert not result.success
    found = [str(item.message) for item in getattr(result.result, "results", None) or []]
    said = " ".join([*found, str(result.exception)])
    del runner, result  # an exception holds on to the connection
    gc.collect()
    with duckdb.connect(str(path), read_only=True) as connection:
        listed = "select table_schema || '.' || table_name from information_schema.tables"
        assert connection.execute(listed).fetchall() == [("landing.kept",)]
    return said


@pytest.mark.parametrize(
    ("command", "name", "kind"),
    [
        ("build", "raw", "a quote"),
        ("build", "as_of", "NUL"),
        ("run", "sender_name", "a backslash"),
        ("test", "max_rejected_share", "a semicolon"),
        ("seed", "reporting_currency", "a command"),
    ],
)
def test_a_refused_variable_leaves_the_warehouse_as_it_was(
    command: str, name: str, kind: str, tmp_path: Path
) -> None:
    said = run_dbt(tmp_path, command, **{name: HOSTILE[kind]})
    assert f"The variable `{name}` is" in said
    assert patterns()[name][1] in said


def test_jinja_in_the_variables_of_dbt_is_refused_before_dbt_would_run_it(tmp_path: Path) -> None:
    """Dbt renders a variable wherever it is asked for, with run_query within reach."""
    for number, kind in enumerate(("an expression of Jinja", "a statement of Jinja")):
        (tmp_path / str(number)).mkdir()
        said = run_dbt(tmp_path / str(number), "build", raw=HOSTILE[kind])
        assert 'The variable `raw` is "{' in said
        assert "without Jinja in it, which dbt would run" in said


# Through make


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
MADE = " ".join(re.findall(r"^variables [:+]= (.*)$", MAKEFILE, re.MULTILINE)).split()
"""The variables that the Makefile passes on: a new one is tried here without being listed."""
ASKED_BY = {"SIZE": "bench"}
"""Targets of variables that `make build` does not read."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the Makefile and the project, whose environment is the one of these tests."""
    folder = tmp_path_factory.mktemp("make")
    for name in ("Makefile", "dbt_project.yml", "profiles.example.yml"):
        shutil.copyfile(ROOT / name, folder / name)
    for name in ("src", "models", "macros", "seeds", "requirements", "sample", "bench"):
        (folder / name).symlink_to(ROOT / name)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    return folder


HARMFUL = (
    "x'\"; touch pwned; $(touch pwned) $$(touch pwned) `touch pwned` $(shell touch pwned) {{ 1 }}"
)


@pytest.mark.parametrize("name", MADE)
def test_make_refuses_a_hostile_variable_by_its_name_and_runs_nothing_of_it(
    name: str, home: Path
) -> None:
    for lock in ("build.lock", "test.lock"):
        if name == "PYTHON":  # asked only where the environment is to be made
            (home / ".venv" / lock).unlink(missing_ok=True)
        else:
            shutil.copyfile(ROOT / "requirements" / lock, home / ".venv" / lock)
    before = sorted(path.name for path in home.iterdir())
    ours = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "DBT_PROFILES_DIR", *MADE}
    environment = {key: text for key, text in os.environ.items() if key not in ours}
    done = subprocess.run(
        ["make", ASKED_BY.get(name, "build"), f"{name}={HARMFUL}"],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr
    made = {path.name for path in home.iterdir()} - {
        "artifacts"
    }  # where make keeps what it sets up
    assert made == set(before) - {"artifacts"}
