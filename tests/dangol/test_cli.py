"""The command line says what is wrong and ends with the exit code that scripts rely on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dangol.cli import main
from dangol.settings import Settings
from dangol.workplace import held

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in (
        *("RAW", "WAREHOUSE", "AS_OF", "TARGET", "CURRENCY", "TIMEZONE", "THREADS", "MEMORY"),
        "SPILL_FOLDER",
    ):
        monkeypatch.delenv(name, raising=False)


def test_a_value_that_cannot_be_meant_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--as-of", "2026-02-30"]) == 2
    assert "AS_OF is '2026-02-30'; there is no such day." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["why", "erase"])
def test_an_identifier_that_is_not_utf_8_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    warehouse = tmp_path / "shop.duckdb"
    duckdb.connect(str(warehouse)).close()
    given = os.fsdecode("김".encode("cp949"))
    assert main([command, "--customer", given, "--warehouse", str(warehouse)]) == 2
    assert r"--customer is b'\xb1\xe8', which is not UTF-8" in capsys.readouterr().err


def test_an_unknown_command_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["destroy"])
    assert stopped.value.code == 2


def test_a_folder_outside_the_project_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["summary"]) == 2
    assert "not in a dangol project" in " ".join(capsys.readouterr().err.split())


def test_a_summary_without_a_warehouse_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["summary", "--warehouse", str(tmp_path / "none.duckdb")]) == 1
    assert "make build" in capsys.readouterr().out


def test_a_summary_of_spark_is_refused_since_it_has_nothing_to_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Settings, "_check_target", lambda _: None)  # no Java is needed to refuse
    assert main(["summary", "--target", "spark"]) == 2
    assert "reads a DuckDB warehouse; TARGET is 'spark'" in capsys.readouterr().err


def test_a_warehouse_that_another_process_holds_is_named_with_its_holder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "held.duckdb"
    holding = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        code = main(["build", "--warehouse", str(path)])
        holder.communicate(b"\n")
    said = " ".join(capsys.readouterr().err.split())
    assert code == 1
    assert "is in use by another program" in said
    assert f"(process {holder.pid})" in said


def test_a_file_that_is_no_duckdb_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "text.duckdb"
    path.write_text("not a database " * 1000)
    assert main(["build", "--warehouse", str(path)]) == 1
    assert "cannot be opened as a DuckDB file" in " ".join(capsys.readouterr().err.split())


def test_a_second_build_on_spark_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPARK_FOLDER", str(tmp_path))
    monkeypatch.setattr(Settings, "_check_target", lambda _: None)  # no Java is needed to refuse
    with held(tmp_path, "dangol build --target spark"):
        assert main(["build", "--target", "spark"]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert f"another build is at work here: process {os.getpid()}, `dangol build" in said


def test_a_mapping_is_run_and_its_rows_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop.csv").write_text("id,day,sum\n1,2026-01-01,10\n2,2026-01-02,20\n")
    (tmp_path / "shop.sql").write_text(
        "create table orders as select id as order_id, day as ordered_at, 'paid' as status,"
        " sum as gross_amount from read_csv(getvariable('source'));"
    )
    out = tmp_path / "raw"
    source = str(tmp_path / "shop.csv")
    assert main(["map", str(tmp_path / "shop.sql"), "--source", source, "--out", str(out)]) == 0
    assert re.search(r"orders +2 rows", capsys.readouterr().out)
    found = duckdb.sql(f"select count(*) from '{out / 'orders.parquet'}'").fetchone()
    assert found == (2,)


def test_a_mapping_that_fails_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.sql")
    assert main(["map", missing, "--source", missing, "--out", str(tmp_path)]) == 1
    assert "mapping not found" in capsys.readouterr().err


def test_a_sample_that_is_too_small_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sample", "--customers", "1", "--out", str(tmp_path)]) == 2
    assert "at least 10 customers" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["RAW", "WAREHOUSE", "AS_OF", "CURRENCY", "TIMEZONE", "MEMORY"])
@pytest.mark.parametrize("value", ["'; touch {0}; '", "$(touch {0})", "$(shell touch {0})"])
def test_make_never_runs_what_a_variable_holds(tmp_path: Path, name: str, value: str) -> None:
    proof = tmp_path / "proof"
    given = f"{name}={value.format(proof)}"
    for arguments, extra in (([given], {}), ([], dict([given.split("=", 1)]))):
        environ = {key: text for key, text in os.environ.items() if key != "MAKEFLAGS"} | extra
        done = subprocess.run(
            ["make", "--no-print-directory", "build", *arguments],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert f"{name} is " in done.stderr
    assert not proof.exists()


def test_a_mapping_ends_with_the_command_that_builds_its_tables_from_where_it_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = tmp_path / "shop.sql"
    sql.write_text("create table orders as select 1 as order_id", "utf-8")
    arguments = ["map", str(sql), "--source", str(sql), "--out"]
    assert main([*arguments, str(tmp_path / "o")]) == 0
    assert f"build it with: make build RAW={tmp_path}/o" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    assert main([*arguments, "my shop"]) == 0
    command = f"make -C {ROOT} build 'RAW={tmp_path}/my shop'"
    assert f"build it with: {command}" in capsys.readouterr().out


def test_every_command_in_the_documents_is_where_a_fresh_clone_has_it() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")]
    assert len(documents) > 10
    for document in documents:
        blocks = re.findall(r"(?ms)^ *```sh\n(.*?)^ *```$", document.read_text("utf-8"))
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        assert [line for line in lines if line.startswith("dangol ")] == [], document
        if document.is_relative_to(ROOT / "examples") or document.name == "value.md":
            maps = [line for line in lines if " map " in line]
            assert not maps or lines[lines.index(maps[0]) - 1].startswith(
                "make environment-build"
            ), document


def test_a_source_without_a_path_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = tmp_path / "shop.sql"
    sql.write_text("create table orders as from read_csv(getvariable('source'))")
    assert main(["map", str(sql), "--source", "source=", "--out", str(tmp_path / "raw")]) != 0
    assert "the source 'source' has no path; write NAME=PATH" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["map", "sample"])
@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("a_file", "a_file"),
        ("a_file/below", "a file stands where a folder should be"),
        ("x" * 256, "the name is too long"),
    ],
)
def test_a_folder_that_cannot_be_written_is_told(
    command: str, place: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = tmp_path / "a_file"
    sql.write_text("create table orders as select 1 as order_id", "utf-8")
    given = ["map", str(sql), "--source", str(sql)] if command == "map" else ["sample"]
    assert main([*given, "--out", str(tmp_path / place)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("dangol:")
    assert says in " ".join(error.split())


def test_a_mapping_that_is_not_utf_8_is_told_with_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sql = tmp_path / "shop.sql"
    sql.write_bytes("create table orders as\nselect '김' as order_id".encode("cp949"))
    assert main(["map", str(sql), "--source", str(sql), "--out", str(tmp_path / "o")]) == 1
    assert "shop.sql is not UTF-8 (line 2): save it as UTF-8" in " ".join(
        capsys.readouterr().err.split()
    )
