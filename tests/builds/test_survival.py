"""Builds that are killed, fill the disk or meet each other lose nothing, and readers never notice.

Every build is `python -m dangol build` in a process of its own on the tiny shop. SURVIVAL_KILLS is
the number of kills of each kind; where it is given, every model is built and not only some.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from tiny_shop import Shop, make_shop, write_shop
from warehouse import ROOT, Build, profiles_folder

from dangol.settings import Settings
from dangol.workplace import Workplace, held

KILLS = int(os.environ.get("SURVIVAL_KILLS", "3"))
MODELS = [] if "SURVIVAL_KILLS" in os.environ else ["+customers", "+rfm_scores", "+data_quality"]
"""Models that are built where many builds are killed; none: all."""
FEW = ["+orders", "+rejected_rows"]
"""Models that are built where one build is enough."""
LIMIT = "rejected_share_is_within_the_limit"
CUT = "2026-03-21"
"""The day from which on orders and events come with the second delivery."""
TOTALS = (
    "select count(*), sum(net_revenue), (select sum(order_count) from marts.customers)"
    " from marts.orders"
)
CHOICES = ("RAW", "WAREHOUSE", "AS_OF", "TARGET", "CURRENCY", "TIMEZONE", "THREADS", "OUT")


@dataclass
class Ground:
    """Where all builds of this file happen: always the same paths, so that dbt parses once.

    Args:
        home: folder of everything.
        seconds: what an undisturbed build takes.
        told: what each fault came to, for the table.
    """

    home: Path
    seconds: float = 0.0
    told: list[str] = field(default_factory=list)

    @property
    def raw(self) -> Path:
        """RAW of every build."""
        return self.home / "raw"

    @property
    def disk(self) -> Path:
        """The folder of the warehouse, which may be a disk of its own."""
        return self.home / "disk"

    @property
    def place(self) -> Workplace:
        """The paths of the build."""
        return Workplace.of(Settings(warehouse="shop.duckdb"), self.disk)

    def environment(self) -> dict[str, str]:
        """Return the environment variables of every build."""
        kept = {name: text for name, text in os.environ.items() if name not in CHOICES}
        return kept | {
            "PYTHONPATH": str(ROOT / "src"),
            "DBT_PROFILES_DIR": str(profiles_folder(self.home)),
            "DBT_TARGET_PATH": str(self.home / "target"),
            "DBT_LOG_PATH": str(self.home / "logs"),
            "WAREHOUSE": str(self.place.published),
            "RAW": str(self.raw),
            "MEMORY": "100MB",
            "THREADS": "2",
        }

    def start(self, *options: str, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        """Start a build. before: a command that runs what follows it."""
        return subprocess.Popen(
            [*before, sys.executable, "-m", "dangol", "build", *options],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def build(self, *options: str, before: tuple[str, ...] = ()) -> tuple[int, str]:
        """Build to the end; return the exit code and everything printed, on one line."""
        process = self.start(*options, before=before)
        text, _ = process.communicate(timeout=600)
        return process.returncode, " ".join(text.split())

    def build_models(self, models: list[str]) -> Build:
        """Build models without tests, which must go well; return what was published."""
        code, text = self.build(*selecting(models))
        assert code == 0, text
        return self.published

    @property
    def published(self) -> Build:
        """What readers see."""
        return Build(self.place.published, is_green=True)

    def saved(self, name: str) -> Build:
        """Keep what is published under another name, and return it."""
        path = self.home / f"{name}.duckdb"
        shutil.copyfile(self.place.published, path)
        return Build(path, is_green=True)

    def begin_with(self, build: Build | None) -> None:
        """Publish an earlier build, or nothing; no trace of others is left."""
        shutil.rmtree(self.disk, ignore_errors=True)
        self.disk.mkdir()
        if build:
            shutil.copyfile(build.warehouse, self.place.published)

    def deliver(self, shop: Shop) -> None:
        """Put a shop's files into RAW."""
        shutil.rmtree(self.raw, ignore_errors=True)
        write_shop(shop, self.raw)

    def wait_until(self, holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
        """Wait for something that a build does while it runs."""
        until = time.monotonic() + 300
        while not holds():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.02)

    def wait_for_copy(self, process: subprocess.Popen[str]) -> None:
        """Wait until a build has begun to work on its copy."""
        self.wait_until(self.place.copy.exists, process)


def selecting(models: list[str]) -> list[str]:
    return ["--skip-tests", *(["--select", *models] if models else [])]


def shop_until(day: str | None) -> Shop:
    """Return the tiny shop, without the orders and events of a day and of those after it."""
    shop = make_shop(4)
    if day is None:
        return shop
    moments = {"orders": "ordered_at", "events": "occurred_at"}
    return shop | {
        table: [row for row in shop[table] if row[column] < day or row[column][0] > "9"]
        for table, column in moments.items()
    }


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The place of all builds; at the end it prints the table of faults (pytest -s shows it)."""
    made = Ground(tmp_path_factory.mktemp("survival"))
    yield made
    print("\nfault | tried | survived | seen", *made.told, sep="\n")


@pytest.fixture(scope="module")
def first(ground: Ground) -> Build:
    """An undisturbed build of all but the last day."""
    ground.deliver(shop_until(CUT))
    ground.begin_with(None)
    ground.build_models(MODELS)
    return ground.saved("first")


@pytest.fixture(scope="module")
def second(ground: Ground, first: Build) -> Build:
    """An undisturbed build of the last day too, on top of the first."""
    ground.begin_with(first)
    ground.deliver(shop_until(None))
    begun = time.monotonic()
    ground.build_models(MODELS)
    ground.seconds = time.monotonic() - begun
    saved = ground.saved("second")
    assert saved.differences(first) != {}
    return saved


# Killed


@pytest.mark.parametrize("kind", ["full", "next"])
def test_a_build_killed_at_any_moment_leaves_the_old_marts_or_the_new_ones_and_a_rerun_ends_well(
    ground: Ground, first: Build, second: Build, kind: str
) -> None:
    before, after = (None, first) if kind == "full" else (first, second)
    ground.deliver(shop_until(CUT if kind == "full" else None))
    ground.begin_with(before)
    chances = random.Random(f"survival {kind}")
    was_new = 0
    for number in range(KILLS):
        process = ground.start(*selecting(MODELS))
        time.sleep(ground.seconds * (number + chances.random()) / KILLS)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if not ground.place.published.exists():
            assert before is None
            continue
        if before and ground.published.differences(before) == {}:
            continue
        assert ground.published.differences(after) == {}  # it had come to the end
        was_new += 1
    rerun = ground.build_models(MODELS)
    assert rerun.differences(after) == {}
    assert [item.name for item in ground.place.folder.iterdir()] == ["lock"]
    [(killed, green)] = rerun.rows(
        "select count(case when status = 'discarded' and finished_at is null then 1 end),"
        " count(case when status = 'green' then 1 end) from quality.run_history"
    )
    assert killed <= KILLS - was_new
    assert green == was_new + (1 if before is None else 2)
    ground.told.append(
        f"SIGKILL of a {kind} build | {KILLS} | {KILLS} | the old marts ({was_new} times the new"
        f" ones, after they were published); {killed} had begun to write"
    )


def test_plain_dbt_killed_in_place_leaves_a_file_that_opens_and_a_rerun_ends_well(
    ground: Ground, first: Build
) -> None:
    ground.deliver(shop_until(CUT))
    ground.begin_with(None)
    place = ground.place
    place.folder.mkdir()
    # dbt in place, at the path where it is used to be, so that it need not parse again
    choices = place.settings(Settings(memory="100MB", threads="2")).environment()
    command = [sys.executable, "-c", "from dbt.cli.main import cli; cli()", "--quiet", "build"]
    command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    command += ["--vars", f'{{"raw": "{ground.raw}"}}']
    command += ["--select", *MODELS] if MODELS else []

    def run(seconds: float | None) -> int:
        with subprocess.Popen(
            command, cwd=ROOT, env=ground.environment() | choices, stderr=subprocess.DEVNULL
        ) as process:
            if seconds is not None:
                ground.wait_for_copy(process)  # type: ignore[arg-type]
                time.sleep(seconds)
                process.kill()
        return process.returncode

    tries = 3
    for number in range(tries):
        assert run(0.2 + 2.5 * number) == -signal.SIGKILL
        with duckdb.connect(str(place.copy)) as connection:
            for (table,) in connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
            ).fetchall():
                assert connection.execute(f"select count(*) from {table}").fetchone()
    assert run(None) == 0
    assert Build(place.copy, is_green=True).differences(first) == {}
    ground.told.append(
        f"SIGKILL of `dbt build` in place | {tries} | {tries} | the file opens; its marts are in"
        " part old and in part new until the rerun"
    )


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_build_that_is_asked_to_stop_says_so_and_lets_go(
    ground: Ground, first: Build, stop: signal.Signals, code: int
) -> None:
    ground.begin_with(first)
    process = ground.start(*selecting(MODELS))
    ground.wait_for_copy(process)
    time.sleep(3)
    process.send_signal(stop)
    text, _ = process.communicate(timeout=60)
    assert process.returncode in (code, -stop), text  # a shell shows both as the code
    assert "the build was interrupted" in text
    assert "is as it was" in " ".join(text.split())
    assert "Traceback" not in text
    assert ground.published.differences(first) == {}
    with held(ground.place.folder, "a test"):
        pass  # nobody else holds it
    ground.told.append(f"{stop.name} | 1 | 1 | `the build was interrupted ...`, exit code {code}")


# Full disks


@pytest.fixture(scope="module")
def small_disk() -> Callable[[str, Path], tuple[str, ...]]:
    """Return a function from a size and a folder to the command that gives a program such a disk.

    Whatever the folder holds is copied to the disk first, and back at the end. It takes a name
    space of its own, which needs no rights on most Linux machines.
    """
    script = textwrap.dedent(
        """
        size=$1 folder=$2; shift 2
        cp -a "$folder" "$folder.before" && mount -t tmpfs -o "size=$size" none "$folder" || exit 99
        cp -a "$folder.before/." "$folder" && "$@"
        code=$?
        rm -rf "$folder.before" && cp -a "$folder" "$folder.after" && umount "$folder" &&
            rm -rf "$folder" && mv "$folder.after" "$folder" || exit 99
        exit $code
        """
    )
    if shutil.which("unshare") is None:
        pytest.skip("no command `unshare`, so no small disk")
    able = subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    )
    if able.returncode != 0:
        pytest.skip(f"no small disk without more rights: {able.stderr.decode().strip()}")
    return lambda size, folder: ("unshare", "-rm", "sh", "-c", script, "sh", size, str(folder))


def test_a_build_that_fills_the_disk_says_so_and_leaves_the_old_marts(
    ground: Ground, first: Build, small_disk: Callable[[str, Path], tuple[str, ...]]
) -> None:
    ground.begin_with(first)
    # room for the copy, for what the run writes of itself at first, and not for all models
    size = 9 * first.warehouse.stat().st_size // 4
    disk = small_disk(str(size), ground.disk)
    code, text = ground.build(*selecting(MODELS), "--full-refresh", before=disk)
    assert code == 1, text
    assert "the disk is full; free now: 0 MB in " in text.replace("The disk", "the disk")
    assert "Traceback" not in text
    assert ground.published.differences(first) == {}
    # with space again nothing is in the way
    rerun = ground.build_models(FEW)
    assert rerun.one("select count(*) from quality.run_history where status = 'discarded'") == 1
    ground.told.append(
        "the build fills the disk | 1 | 1 | `The disk is full; free now: 0 MB in ...`, exit code 1,"
        " the old marts"
    )


def test_a_copy_that_does_not_fit_on_the_disk_is_not_begun(
    ground: Ground, first: Build, small_disk: Callable[[str, Path], tuple[str, ...]]
) -> None:
    ground.begin_with(first)
    size = first.warehouse.stat().st_size * 3 // 2
    code, text = ground.build(*selecting(FEW), before=small_disk(str(size), ground.disk))
    assert code == 1, text
    assert "has too little space: a build works on a copy of the warehouse, which needs" in text
    assert ground.published.differences(first) == {}
    ground.told.append(
        "no space for the copy | 1 | 1 | `... too little space: a build works on a copy of the"
        " warehouse, which needs ...`, before anything is done"
    )


def test_spilling_that_fills_the_disk_says_so_and_leaves_the_old_marts(
    ground: Ground, first: Build, small_disk: Callable[[str, Path], tuple[str, ...]]
) -> None:
    ground.begin_with(first)
    shutil.rmtree(ground.raw)
    ground.raw.mkdir()
    duckdb.sql(
        f"""
        copy (
            select
                md5(number::varchar) as order_id,
                timestamp '2026-01-01' + to_seconds(number::int) as ordered_at,
                'paid' as status,
                1000 as gross_amount,
                md5((number % 1000)::varchar) as customer_id,
            from range(3000000) as numbers (number)
        ) to '{ground.raw}/orders.parquet'
        """
    )
    spilled = ground.home / "spilled"  # a disk of its own, which the tables cannot fill
    spilled.mkdir()
    code, text = ground.build(
        *selecting(["stg_orders"]),
        "--spill-folder",
        str(spilled),
        before=small_disk("15000000", spilled),
    )
    assert code == 1, text
    assert "There is no space on the disk for what does not fit into MEMORY (100MB)" in text
    assert "give a SPILL_FOLDER on a larger disk" in text
    assert "Traceback" not in text
    assert ground.published.differences(first) == {}
    ground.told.append(
        "spilling fills the disk | 1 | 1 | `There is no space on the disk for what does not fit"
        " into MEMORY (100MB) ...`, exit code 1, the old marts"
    )


# Several at once


@dataclass(frozen=True)
class Crowd:
    """What others saw while a build of the second delivery worked, on top of the first.

    Args:
        code: exit code of the build.
        process: its process id.
        second_code: exit code of a build that was started meanwhile.
        second_text: what that one said.
        second_seconds: how long it took.
        readings: what a reader that opened the file again and again saw, in order.
        kept: what a reader saw at the end that had the file open from before the build.
        refused: what a loader was told that tried to open the file for writing.
    """

    code: int
    process: int
    second_code: int
    second_text: str
    second_seconds: float
    readings: list[str]
    kept: list[str]
    refused: list[str]


READER = """
import duckdb, sys
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    for line in sys.stdin:
        print(connection.execute(line).fetchall(), flush=True)
"""
"""A reader that keeps the file open."""
LOADER = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('create schema loader')"


def reading(build: Build) -> str:
    """Return the totals as a reader sees them, which are taken from two marts."""
    return str(build.rows(TOTALS))


@pytest.fixture(scope="module")
def crowd(ground: Ground, first: Build, second: Build) -> Crowd:
    """A build, a second one, two readers and a loader, all at once."""
    ground.deliver(shop_until(None))
    ground.begin_with(first)
    path = str(ground.place.published)
    with subprocess.Popen(
        [sys.executable, "-c", READER, path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as early:  # fmt: skip
        assert early.stdin is not None and early.stdout is not None
        print(TOTALS, file=early.stdin, flush=True)
        kept = [early.stdout.readline().strip()]
        process = ground.start(*selecting(MODELS))
        ground.wait_for_copy(process)
        begun = time.monotonic()
        second_code, second_text = ground.build(*selecting(MODELS))
        second_seconds = time.monotonic() - begun
        loaders = [
            subprocess.run(
                [sys.executable, "-c", LOADER, path], capture_output=True, text=True, check=False
            )
            for _ in range(2)
        ]
        readings = []
        while process.poll() is None:
            readings.append(reading(ground.published))
            time.sleep(0.05)
        text, _ = process.communicate()
        assert process.returncode == 0, text
        readings.append(reading(ground.published))
        kept.append(early.communicate(f"{TOTALS}\n")[0].strip())
    return Crowd(
        code=process.returncode,
        process=process.pid,
        second_code=second_code,
        second_text=second_text,
        second_seconds=second_seconds,
        readings=readings,
        kept=kept,
        refused=[loader.stderr for loader in loaders],
    )


def test_a_second_build_ends_within_seconds_and_names_the_first_which_goes_on(
    ground: Ground, second: Build, crowd: Crowd
) -> None:
    assert crowd.second_code == 1
    said = f"another build is at work here: process {crowd.process}, `dangol build --skip-tests"
    assert said in crowd.second_text
    assert crowd.second_seconds < 30  # a second on an idle machine
    assert ground.published.differences(second) == {}
    ground.told.append(
        "a second build meanwhile | 1 | 1 | `another build is at work here: process ..., since"
        f" ...`, exit code 1 after {crowd.second_seconds:.1f} s; the first one ends green"
    )


def test_a_reader_during_a_build_sees_the_old_marts_or_the_new_ones_and_never_an_error(
    ground: Ground, first: Build, second: Build, crowd: Crowd
) -> None:
    old, new = reading(first), reading(second)
    assert old != new
    changed = crowd.readings.index(new)
    assert set(crowd.readings[:changed]) == {old}
    assert set(crowd.readings[changed:]) == {new}
    assert crowd.kept == [old, old]
    ground.told.append(
        f"a reader that opens the file again and again | {len(crowd.readings)} |"
        f" {len(crowd.readings)} | {changed} times the old marts, then the new ones"
    )


def test_a_loader_cannot_write_during_a_build_and_is_told_why(ground: Ground, crowd: Crowd) -> None:
    assert len(crowd.refused) == 2
    for told in crowd.refused:
        assert "Could not set lock on file" in told
        assert "(PID " in told  # of the build or of a reader
    subprocess.run([sys.executable, "-c", LOADER, str(ground.place.published)], check=True)
    assert ground.published.one(
        "select count(*) from information_schema.schemata where schema_name = 'loader'"
    )
    ground.told.append(
        "a loader that writes meanwhile | 2 | 2 | DuckDB's `Could not set lock on file ...`;"
        " it can write afterwards"
    )


# Audited


def test_a_failing_data_test_leaves_the_last_good_marts_and_says_where_the_copy_is(
    ground: Ground, first: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_until(None)
    for order in shop["orders"][::3]:
        order["status"] = "stolen"
    ground.deliver(shop)
    ground.begin_with(first)
    monkeypatch.setenv("DBT_INDIRECT_SELECTION", "cautious")  # only tests of what is built
    code, text = ground.build("--select", *FEW, "+data_quality", LIMIT)
    assert code == 1, text
    assert f"test {LIMIT}: " in text, text
    assert f"For readers nothing has changed: {ground.place.published} is as it was." in text
    assert f"What failed is in {ground.place.copy} until the next build." in text
    assert ground.published.differences(first) == {}
    assert ground.published.one("select count(*) from quality.run_history") == 1
    copy = Build(ground.place.copy, is_green=False)
    assert copy.one("select rows_rejected from quality.data_quality where table_name = 'orders'")
    assert copy.rows("select status from quality.run_history order by started_at") == [
        ("green",), ("failed",)
    ]  # fmt: skip
    ground.told.append(
        "a failing data test | 1 | 1 | the test and its reason; `For readers nothing has changed`;"
        " where the failed copy is"
    )
