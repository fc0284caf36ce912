"""A build works beside the warehouse: locks, copies, and what is carried from one to the next."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from dangol.settings import Settings
from dangol.workplace import WorkError, Workplace, held, publish, tell_shortage, working

HISTORY = (
    "create schema if not exists quality; create table if not exists quality.run_history"
    " (invocation_id varchar not null, status varchar, failure_count integer);"
)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    """The paths of a warehouse that is not there yet."""
    return Workplace.of(Settings(warehouse="shop.duckdb"), tmp_path)


def write(path: Path, *statements: str) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def read(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@contextmanager
def another_process(*statements: str, path: Path, read_only: bool = False) -> Iterator[int]:
    """Have the file open in another process, which ends without closing it; give its id."""
    code = (
        "import duckdb, os, sys\n"
        f"connection = duckdb.connect(sys.argv[1], read_only={read_only})\n"
        "for statement in sys.argv[2:]:\n"
        "    connection.execute(statement)\n"
        "print(1, flush=True)\n"
        "input()\n"
        "os._exit(9)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path), *statements],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.communicate(b"\n")


def names_in(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_what_was_built_on_the_copy_is_published_and_only_the_lock_stays(place: Workplace) -> None:
    with working(place, "build"):
        assert not place.copy.exists()
        write(place.copy, "create table built as select 1 as number")
        place.spill.mkdir()
        assert not place.published.exists()
        publish(place)
    assert read(place.published, "from built") == [(1,)]
    assert names_in(place.folder) == ["lock"]
    assert names_in(place.published.parent) == ["shop.duckdb", "shop.duckdb.work"]


def test_the_copy_holds_all_that_the_warehouse_holds_and_its_permissions(place: Workplace) -> None:
    write(place.published, "create table kept as select range from range(10000)")
    place.published.chmod(0o640)
    with working(place, "build"):
        assert read(place.copy, "select count(*) from kept") == [(10000,)]
        write(place.copy, "create table built as select 1 as number")
        publish(place)
    assert read(place.published, "select count(*), number from kept, built group by all") == (
        [(10000, 1)]
    )
    assert place.published.stat().st_mode & 0o777 == 0o640


def test_without_publishing_the_warehouse_stays_to_the_last_byte(place: Workplace) -> None:
    write(place.published, "create table kept as select 1 as number")
    before = place.published.read_bytes()
    with working(place, "build"):
        write(place.copy, "drop table kept")
    assert place.published.read_bytes() == before
    assert names_in(place.folder) == ["lock", "shop.duckdb"]


def test_a_link_to_the_warehouse_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "big.duckdb", "create table kept as select 1 as number")
    (tmp_path / "shop.duckdb").symlink_to(tmp_path / "data" / "big.duckdb")
    place = Workplace.of(Settings(warehouse="shop.duckdb"), tmp_path)
    with working(place, "build"):
        assert place.copy == tmp_path / "data" / "big.duckdb.work" / "shop.duckdb"
        write(place.copy, "insert into kept select 2")
        publish(place)
    assert (tmp_path / "shop.duckdb").is_symlink()
    assert read(tmp_path / "data" / "big.duckdb", "select count(*) from kept") == [(2,)]


# Locks


def test_a_second_build_ends_and_names_the_first(tmp_path: Path) -> None:
    with (
        held(tmp_path, "dangol build --raw my_shop"),
        pytest.raises(WorkError) as refused,
        held(tmp_path, "dangol build"),
    ):
        pass
    said = str(refused.value)
    assert f"process {os.getpid()}, `dangol build --raw my_shop`, since 20" in said


def test_a_lock_that_nobody_holds_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(
        "process 1,\n`dangol build`,\nsince yesterday, and much longer\n"
    )
    with held(tmp_path, "dangol build"):
        assert (tmp_path / "lock").read_text().startswith(f"process {os.getpid()},\n")
    with held(tmp_path, "dangol build"):
        pass


def test_while_a_build_works_others_read_the_warehouse_and_cannot_write(place: Workplace) -> None:
    write(place.published, "create table kept as select 1 as number")
    writing = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    with working(place, "build"):
        write(place.copy, "insert into kept select 2")
        with another_process(path=place.published, read_only=True):
            pass
        tried = subprocess.run(
            [sys.executable, "-c", writing, str(place.published)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert tried.returncode == 1
    assert f"(PID {os.getpid()})" in tried.stderr
    subprocess.run([sys.executable, "-c", writing, str(place.published)], check=True)


def test_a_reader_that_came_before_goes_on_reading_what_it_read(place: Workplace) -> None:
    write(place.published, "create table kept as select range as number from range(100000)")
    code = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(connection.sql('select count(*) from kept').fetchone()[0], flush=True)\n"
        "input()\n"
        "print(connection.sql('select sum(number) from kept').fetchone()[0])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(place.published)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as reader:  # fmt: skip
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"100000\n"
        with working(place, "build"):
            write(place.copy, "delete from kept where number > 0")
            publish(place)
        assert read(place.published, "select count(*) from kept") == [(1,)]
        assert reader.communicate(b"\n")[0] == b"4999950000\n"


def test_a_program_that_writes_to_the_warehouse_is_named(place: Workplace) -> None:
    with (
        another_process(path=place.published) as process,
        pytest.raises(WorkError, match=rf"in use by another program: .* \(process {process}\)"),
        working(place, "build"),
    ):
        pass


# A log that a program has left beside the warehouse


def test_changes_that_are_only_in_the_log_are_kept_and_made_once(place: Workplace) -> None:
    write(place.published, "create table loaded as select 1 as number")
    with another_process("insert into loaded select 2", path=place.published):
        pass  # ends without writing into the file
    assert names_in(place.published.parent) == ["shop.duckdb", "shop.duckdb.wal"]
    with working(place, "build"):
        assert not place.published.with_name("shop.duckdb.wal").exists()
        assert read(place.copy, "from loaded order by 1") == [(1,), (2,)]
        publish(place)
    assert read(place.published, "from loaded order by 1") == [(1,), (2,)]


def test_a_log_that_cannot_be_written_into_the_file_because_of_a_reader_stops_the_build(
    place: Workplace,
) -> None:
    write(place.published, "create table loaded as select 1 as number")
    with another_process("insert into loaded select 2", path=place.published):
        pass
    with (
        another_process(path=place.published, read_only=True) as process,
        pytest.raises(WorkError, match=rf"shop.duckdb.wal.*\(process {process}\)"),
        working(place, "build"),
    ):
        pass
    assert read(place.published, "from loaded order by 1") == [(1,), (2,)]


def test_a_log_beside_the_warehouse_keeps_a_build_from_being_published(place: Workplace) -> None:
    write(place.published, "create table kept as select 1 as number")
    with working(place, "build"):
        place.published.with_name("shop.duckdb.wal").touch()
        with pytest.raises(WorkError, match="nothing was published"):
            publish(place)
    place.published.with_name("shop.duckdb.wal").unlink()
    assert read(place.published, "from kept") == [(1,)]


def test_a_warehouse_that_another_program_made_meanwhile_is_not_replaced(place: Workplace) -> None:
    with working(place, "build") as is_first:
        write(place.copy, "create table built as select 1 as number")
        write(place.published, "create table loaded as select 2 as number")
        with pytest.raises(WorkError, match="another program has made"):
            publish(place, is_first)
    assert read(place.published, "from loaded") == [(2,)]
    with working(place, "build") as is_first:
        assert not is_first
        write(place.copy, "create table built as select 1 as number")
        publish(place, is_first)
    assert read(place.published, "from loaded, built") == [(2, 1)]


# Disks


def test_a_copy_that_does_not_fit_stops_the_build_before_anything_is_written(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place.published, "create table kept as select 1 as number")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100_000))
    with (
        pytest.raises(WorkError, match=r"which needs \d+ MB, and 0 MB are free"),
        working(place, "build"),
    ):
        pass
    assert names_in(place.folder) == ["lock"]


def test_a_disk_that_fills_while_copying_stops_the_build_and_leaves_no_part(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    write(place.published, "create table kept as select 1 as number")
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(WorkError, match="the disk is full; free now: "), working(place, "build"):
        pass
    assert names_in(place.folder) == ["lock"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ('Could not write file "x.wal": No space left on device', "The disk is full; free now: "),
        (
            "Out of Memory Error: failed to offload. This limit was set by the"
            " 'max_temp_directory_size' setting.",
            "There is no space on the disk for what does not fit into MEMORY (1GB)",
        ),
        ("Out of Memory Error: failed to allocate", "MEMORY (1GB) is too small"),
    ],
)
def test_what_was_short_is_told_once_and_first(place: Workplace, message: str, told: str) -> None:
    place.folder.mkdir()
    [said] = tell_shortage(["model b: not there", f"model a: {message}"], place, "1GB")
    assert said.startswith(told)
    assert said.endswith(f"\nmodel a: {message}")
    assert tell_shortage(["model b: not there"], place, "1GB") == ["model b: not there"]


def test_two_warehouses_never_spill_into_the_same_folder(tmp_path: Path) -> None:
    spills = {
        Workplace.of(Settings(warehouse=name, spill_folder="spill"), tmp_path).spill
        for name in ("a/shop.duckdb", "b/shop.duckdb")
    }
    assert {path.parent for path in spills} == {tmp_path / "spill"}
    assert len(spills) == 2


# History


def test_runs_that_were_not_published_are_kept_as_discarded(place: Workplace) -> None:
    write(place.published, HISTORY, "insert into quality.run_history values ('first', 'green', 0)")
    with working(place, "build"):
        write(place.copy, "insert into quality.run_history values ('second', 'failed', 3)")
    with working(place, "build"):
        write(place.copy, "insert into quality.run_history values ('third', 'green', 0)")
        publish(place)
    assert read(place.published, "from quality.run_history order by all") == [
        ("first", "green", 0),
        ("second", "discarded", 3),
        ("third", "green", 0),
    ]


def test_the_history_of_a_killed_build_is_read_from_its_log(place: Workplace) -> None:
    place.folder.mkdir()
    killed = "insert into quality.run_history values ('killed', 'running', null)"
    with another_process(HISTORY, killed, path=place.copy):
        pass
    assert place.copy.with_name("shop.duckdb.wal").exists()
    with working(place, "build"):
        write(place.copy, "create table built as select 1 as number")
        publish(place)
    assert read(place.published, "from quality.run_history") == [("killed", "discarded", None)]


def test_the_history_outlives_a_build_that_is_killed_while_it_copies(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(place.published, HISTORY)
    with working(place, "build"):
        write(place.copy, "insert into quality.run_history values ('lost?', 'failed', 1)")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", killed)
        with pytest.raises(KeyboardInterrupt), working(place, "build"):
            pass
    assert not place.copy.exists()
    with working(place, "build"):
        publish(place)
    assert read(place.published, "from quality.run_history") == [("lost?", "discarded", 1)]


def test_a_failed_copy_that_cannot_be_read_is_told_and_replaced(place: Workplace) -> None:
    write(place.published, HISTORY)
    place.folder.mkdir()
    place.copy.write_bytes(b"half a file")
    said: list[str] = []
    with working(place, "build", said.append):
        assert read(place.copy, "from quality.run_history") == []
    assert len(said) == 1
    assert "The history of failed builds in" in said[0]


def test_a_history_with_other_columns_and_other_tables_of_runs_is_carried_too(
    place: Workplace,
) -> None:
    write(place.published, HISTORY)
    with working(place, "build"):
        write(
            place.copy,
            "alter table quality.run_history add column seconds integer",
            "insert into quality.run_history values ('second', 'failed', 3, 60)",
            "create table quality.run_tables as"
            " select 'second' as invocation_id, 'orders' as table_name",
        )
    with working(place, "build"):
        publish(place)
    assert read(place.published, "from quality.run_history") == [("second", "discarded", 3)]
    assert read(place.published, "from quality.run_tables") == [("second", "orders")]
