"""Choices of a build are refused, in words, before anything of them reaches dbt."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from dangol import settings as settings_module
from dangol.settings import Settings, UsageError, catalog_of, find_project

HOSTILE = [
    "'; drop schema marts cascade; --",
    '" or 1=1',
    "$(touch pwned)",
    "`touch pwned`",
    "{{ env_var('HOME') }}",
    "a\nb",
    "a\x00b",
    "{% set x = 1 %}",
    "\\",
    "'" + "x" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_hostile_value_is_refused_by_the_name_of_its_variable(
    tmp_path: Path, name: str, text: str
) -> None:
    with pytest.raises(UsageError, match=f"^{name.upper()} is ") as refused:
        Settings(**{name: text}).check(tmp_path)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("name", ["raw", "warehouse", "out"])
def test_a_name_that_no_file_system_takes_is_no_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"^{name.upper()} is "):
        Settings(**{name: "x" * 1001}).check(tmp_path)
    if name == "raw":
        with pytest.raises(UsageError, match="no such folder"):
            Settings(raw="x" * 900).check(tmp_path)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"raw": "sampel"}, "Did you mean 'sample'"),
        ({"raw": "notes.txt"}, "is a file"),
        ({"warehouse": "marts.duckdb"}, "name of a schema"),
        ({"warehouse": "Marts.v1.duckdb"}, "'Marts' is also the name of a schema"),
        ({"warehouse": "kept.duckdb"}, "name of a schema"),
        ({"warehouse": "dangol_erasure.duckdb"}, "or database"),
        ({"warehouse": "가" * 67}, "more than 200 bytes"),
        ({"warehouse": "sample"}, "is a folder"),
        ({"warehouse": "nowhere/shop.duckdb"}, "does not exist"),
        ({"as_of": "2026-02-29"}, "no such day"),
        ({"as_of": "2026-2-1"}, "YYYY-MM-DD"),
        ({"currency": "won"}, "KRW"),
        ({"timezone": "Asia/Soul"}, "Did you mean Asia/Seoul"),
        ({"threads": "0"}, "from 1 to 99"),
        ({"memory": "5"}, "such as 5GB or 800MB"),
        ({"memory": "99MB"}, "at least 100MB"),
        ({"memory": "0GB"}, "such as 5GB"),
        ({"memory": "60%"}, "such as 5GB"),
        ({"spill_folder": "nowhere"}, "a folder that exists"),
        ({"spill_folder": "notes.txt"}, "a folder that exists"),
        ({"target": "snowflake"}, "duckdb or spark"),
    ],
)
def test_a_mistake_is_answered_with_what_would_be_right(
    tmp_path: Path, given: dict[str, str], says: str
) -> None:
    (tmp_path / "sample").mkdir()
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UsageError, match=says):
        Settings(**given).check(tmp_path)


def test_a_project_folder_that_dbt_takes_for_a_web_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "shop #1").mkdir()
    with pytest.raises(UsageError, match="Rename the folder"):
        Settings().check(tmp_path / "shop #1")


def test_good_values_pass(tmp_path: Path) -> None:
    (tmp_path / "my shop 1").mkdir()
    for name in ("shop", "my.marts.duckdb", "가게.duckdb", "1.duckdb", "-x.duckdb", "select.db"):
        Settings(warehouse=name).check(tmp_path)
    Settings(
        raw="my shop 1",
        warehouse=str(tmp_path / "shop-1.duckdb"),
        as_of="2028-02-29",
        currency="USD",
        timezone="America/New_York",
        threads="8",
        memory="800MB",
        spill_folder=str(tmp_path),
    ).check(tmp_path)


@pytest.mark.parametrize("name", ["shop", "my.shop.duckdb", "a..duckdb", "가게.duckdb", "-x.y"])
def test_a_catalog_is_called_what_duckdb_calls_it(tmp_path: Path, name: str) -> None:
    with duckdb.connect(str(tmp_path / name)) as connection:
        called = connection.execute("select current_database()").fetchall()
    assert called == [(catalog_of(tmp_path / name),)]


@pytest.mark.parametrize(
    ("size", "says"),
    [(64 * 10**9, "5000MB"), (8 * 10**9, "4800MB"), (2_147_483_648, "1288MB")],
)
def test_duckdb_gets_five_gigabytes_or_three_fifths_of_a_smaller_machine(
    monkeypatch: pytest.MonkeyPatch, size: int, says: str
) -> None:
    monkeypatch.setattr(settings_module, "memory_of_machine", lambda: size)
    settings = Settings()
    settings.check(Path.cwd())
    assert settings.environment()["MEMORY"] == says


def test_an_empty_raw_means_the_schema_raw_and_other_empty_values_mean_not_given() -> None:
    environ = {"RAW": "", "AS_OF": "", "CURRENCY": "", "WAREHOUSE": ""}
    settings = Settings.read(environ, {})
    assert settings == Settings(raw="")
    assert settings.dbt_vars() == {"raw": ""}


def test_an_option_wins_over_the_environment() -> None:
    settings = Settings.read({"AS_OF": "2026-01-01", "RAW": "a"}, {"as_of": "2026-02-01"})
    assert (settings.as_of, settings.raw) == ("2026-02-01", "a")


def test_what_is_not_given_is_left_to_the_project() -> None:
    assert Settings.read({}, {}).dbt_vars() == {}


def test_the_project_is_found_from_a_folder_inside_it(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: dangol\n")
    inner = tmp_path / "models" / "marts"
    inner.mkdir(parents=True)
    assert find_project(inner) == tmp_path


def test_a_folder_of_another_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not in a dangol project"):
        find_project(tmp_path)
