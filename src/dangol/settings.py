"""What a person may choose for a build, read from the environment and checked before dbt starts."""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
import shutil
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path

from dangol.raw_files import refused_file

TARGETS = ("duckdb", "spark")
RESERVED_CATALOGS = frozenset(
    (
        *("audiences", "exports", "intermediate", "kept", "landing", "marts", "metrics", "quality"),
        *("raw", "reference", "staging", "information_schema", "main", "pg_catalog", "system"),
        *("temp", "dangol_erasure"),
    )
)
"""Names of schemas, of DuckDB's own databases and of that of erasing, which stands beside the
warehouse: `marts.customers` would mean two things."""


PLACE = r"[^'\"`;\\*?\[\]{}$\x00-\x1f]{1,1000}"
"""Pattern of a file or folder whose name means nothing but itself to SQL, a shell or Jinja."""
LONGEST = 200
"""Characters of a value that a message repeats; bytes of the warehouse's file name."""


class UsageError(Exception):
    """A value that cannot be meant. The message says which, and what it should look like."""


MOST_MEMORY = 5 * 10**9
"""Bytes that DuckDB may use where nobody says otherwise; the process needs some beside them."""


def default_threads() -> str:
    """Return how many threads a build uses unless it is told: the machine's cores, at most 8."""
    usable = getattr(os, "sched_getaffinity", None)
    return str(min(len(usable(0)) if usable else os.cpu_count() or 1, 8))


def default_memory() -> str:
    """Return how much memory DuckDB uses unless it is told: 5GB, or 60 % of a smaller machine."""
    return f"{min(MOST_MEMORY, memory_of_machine() * 6 // 10) // 10**6}MB"


def memory_of_machine() -> int:
    """Return the bytes of memory of this machine, or of the container if it may use less."""
    sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = Path("/sys/fs/cgroup") / name
        if limit.is_file() and limit.read_text("ascii").strip().isdigit():  # not `max`
            sizes.append(int(limit.read_text("ascii")))
    return min(sizes)


def shown(text: str) -> str:
    """Return a value as a message shows it: quoted, and of a long one the beginning."""
    return repr(text) if len(text) <= LONGEST else f"{text[:LONGEST]!r}... ({len(text):,} letters)"


@dataclass(frozen=True)
class Settings:
    """The choices of one build, as text. None means not given, so dbt_project.yml decides.

    Args:
        raw: folder of raw files, relative to the project; '' reads the schema `raw` instead.
        warehouse: DuckDB file, relative to the project.
        as_of: local day YYYY-MM-DD, or '' for the newest day.
        target: `duckdb` or `spark`.
        currency: reporting currency (ISO 4217), or '' for the only one in RAW.
        timezone: reporting time zone (IANA name).
        threads: how many models are built at a time, and on how many cores DuckDB works.
        memory: how much memory DuckDB may use before it spills to disk, such as 5GB.
        spill_folder: folder for what does not fit into memory; None: beside the warehouse.
        out: folder of published files, relative to the project.
        max_age_hours: how old a build may be to be published.
        destinations: which ones to publish, with commas between; None: all active ones.
        dry_run: 1 counts only, and writes no file.
    """

    raw: str | None = None
    warehouse: str = "dangol.duckdb"
    as_of: str | None = None
    target: str = "duckdb"
    currency: str | None = None
    timezone: str | None = None
    threads: str = field(default_factory=default_threads)
    memory: str = field(default_factory=default_memory)
    spill_folder: str | None = None
    out: str = "exports"
    max_age_hours: str | None = None
    destinations: str | None = None
    dry_run: str | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str], options: Mapping[str, str | None]) -> Settings:
        """Take each choice from `options`, else from the variable of its name in `environ`.

        An empty variable counts as not given, but for RAW, where it has a meaning.
        """
        chosen: dict[str, str] = {}
        for choice in fields(cls):
            option = options.get(choice.name)
            value = option if option is not None else environ.get(choice.name.upper())
            if choice.name == "dry_run" and value == "0":
                continue
            if value or (choice.name == "raw" and value is not None):
                chosen[choice.name] = value
        return cls(**chosen)

    def check(self, root: Path) -> None:
        """Raise UsageError for the first choice that cannot be meant. root: the project folder."""
        self._check_raw(root)
        self._check_warehouse(root)
        self._check_as_of()
        if self.currency and not re.fullmatch(r"[A-Z]{3}", self.currency):
            raise UsageError(
                f"CURRENCY is {shown(self.currency)}; it must be a code of three capitals, such as"
                " KRW."
            )
        self._check_timezone()
        if not re.fullmatch(r"[1-9][0-9]?", self.threads):
            raise UsageError(f"THREADS is {shown(self.threads)}; it must be a number from 1 to 99.")
        self._check_memory(root)
        self._check_export(root)
        self._check_target()

    def dbt_vars(self) -> dict[str, str]:
        """Return the dbt variables that were given."""
        given = {
            "raw": self.raw,
            "as_of": self.as_of,
            "reporting_currency": self.currency,
            "reporting_timezone": self.timezone,
        }
        return {name: value for name, value in given.items() if value is not None}

    def environment(self) -> dict[str, str]:
        """Return the environment variables that the profile reads."""
        given = {
            "WAREHOUSE": self.warehouse,
            "TARGET": self.target,
            "THREADS": self.threads,
            "MEMORY": self.memory,
        }
        return given | ({"SPILL_FOLDER": self.spill_folder} if self.spill_folder else {})

    def _check_raw(self, root: Path) -> None:
        if not self.raw:
            return
        if not re.fullmatch(PLACE, self.raw):
            raise UsageError(
                f"RAW is {shown(self.raw)}; it must be a folder, without quotes, backslashes,"
                " wildcards, braces, dollar signs or semicolons in its name."
            )
        if "://" in self.raw:
            return
        if is_folder(root / self.raw):
            refused = refused_file(root / self.raw)
            if refused:
                raise UsageError(f"RAW is {shown(self.raw)}; {refused}")
            return
        if is_there(root / self.raw):
            raise UsageError(f"RAW is {shown(self.raw)}, which is a file; it must be a folder.")
        near = difflib.get_close_matches(
            self.raw.rstrip("/"), sorted(item.name for item in root.iterdir() if item.is_dir()), n=1
        )
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"RAW is {shown(self.raw)}; there is no such folder (looked for"
            f" {root / self.raw}).{hint}"
        )

    def _check_warehouse(self, root: Path) -> None:
        path = Path(self.warehouse)
        if not re.fullmatch(PLACE, self.warehouse) or not re.fullmatch(
            r"[\w-][\w.-]{0,99}", path.name
        ):
            raise UsageError(
                f"WAREHOUSE is {shown(self.warehouse)}; it must be a file name such as"
                " dangol.duckdb, of letters, digits, '_', '-' and '.'."
            )
        if len(path.name.encode()) > LONGEST:
            raise UsageError(
                f"WAREHOUSE is {shown(self.warehouse)}; its file name takes more than {LONGEST}"
                " bytes, and those of the files beside it more than a file system allows."
            )
        catalog = catalog_of(path)
        if catalog.lower() in RESERVED_CATALOGS:
            raise UsageError(
                f"WAREHOUSE is {shown(self.warehouse)}; {catalog!r} is also the name of a schema or"
                " database that a build uses, so choose another, such as dangol.duckdb."
            )
        if self.target == "duckdb" and re.search("[#?]", str(root / path)):
            raise UsageError(
                f"WAREHOUSE is {shown(self.warehouse)}, so {root / path}; dbt cannot read a path"
                " with '#' or '?' in it, as if it were a web address. Rename the folder."
            )
        if is_folder(root / path):
            raise UsageError(
                f"WAREHOUSE is {shown(self.warehouse)}, which is a folder, not a file."
            )
        if not is_folder((root / path).parent):
            raise UsageError(
                f"WAREHOUSE is {shown(self.warehouse)}; its folder {path.parent} does not exist."
            )

    def _check_as_of(self) -> None:
        if not self.as_of:
            return
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.as_of):
            raise UsageError(f"AS_OF is {shown(self.as_of)}; it must be a day as YYYY-MM-DD.")
        try:
            date.fromisoformat(self.as_of)
        except ValueError:
            raise UsageError(f"AS_OF is {shown(self.as_of)}; there is no such day.") from None

    def _check_timezone(self) -> None:
        if not self.timezone:
            return
        known = zoneinfo.available_timezones()
        if self.timezone not in known:
            near = difflib.get_close_matches(self.timezone[:LONGEST], sorted(known), n=1)
            hint = f" Did you mean {near[0]}?" if near else " Names look like Asia/Seoul."
            raise UsageError(
                f"TIMEZONE is {shown(self.timezone)}; no such time zone is known.{hint}"
            )

    def _check_memory(self, root: Path) -> None:
        found = re.fullmatch(r"([1-9][0-9]{0,5})(MB|GB)", self.memory)
        if not found or int(found[1]) * {"MB": 1, "GB": 1000}[found[2]] < 100:
            raise UsageError(
                f"MEMORY is {shown(self.memory)}; it must be a size such as 5GB or 800MB, at least"
                " 100MB."
            )
        if self.spill_folder is None:
            return
        if not re.fullmatch(r"[^'\"`;\\*?\[\]{}$\x00-\x1f]+", self.spill_folder) or not (
            (root / self.spill_folder).is_dir()
        ):
            raise UsageError(
                f"SPILL_FOLDER is {shown(self.spill_folder)}; it must be a folder that exists,"
                " without quotes, backslashes, wildcards, braces, dollar signs or semicolons in its"
                " name."
            )

    def _check_export(self, root: Path) -> None:
        place = root / self.out
        if not re.fullmatch(PLACE, self.out) or (is_there(place) and not is_folder(place)):
            raise UsageError(f"OUT is {shown(self.out)}; it must be a folder, such as exports.")
        above = next((folder for folder in place.parents if is_there(folder)), root)
        if not is_folder(above):
            raise UsageError(
                f"OUT is {shown(self.out)}; {above} is a file, so no folder can be made below it."
            )
        if self.dry_run and self.dry_run != "1":
            raise UsageError(f"DRY_RUN is {shown(self.dry_run)}; it must be 1 (count only) or 0.")
        if self.max_age_hours and not re.fullmatch(r"[1-9][0-9]{0,3}", self.max_age_hours):
            raise UsageError(
                f"MAX_AGE_HOURS is {shown(self.max_age_hours)}; it must be a number of hours from"
                " 1."
            )
        if self.destinations and not re.fullmatch(r"[a-z_]+(,[a-z_]+)*", self.destinations):
            raise UsageError(
                f"DESTINATIONS is {shown(self.destinations)}; it must be names with commas between,"
                " such as braze,sms."
            )
        names = self.destinations.split(",") if self.destinations else []
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(
                f"DESTINATIONS is {shown(self.destinations or '')}; name {' and '.join(twice)} once"
                " only."
            )

    def _check_target(self) -> None:
        if self.target not in TARGETS:
            raise UsageError(f"TARGET is {shown(self.target)}; it must be duckdb or spark.")
        if self.target == "spark":
            if importlib.util.find_spec("pyspark") is None:
                raise UsageError(
                    "TARGET=spark needs Spark, which this environment lacks. Run it through make"
                    " (make build TARGET=spark) with Python 3.11 or newer."
                )
            home = os.environ.get("JAVA_HOME", "")
            if shutil.which("java") is None and not (Path(home) / "bin" / "java").is_file():
                raise UsageError("TARGET=spark needs Java 17 (such as openjdk-17-jre-headless).")


def catalog_of(warehouse: Path) -> str:
    """Return what DuckDB calls the database in a file: its name up to the first dot."""
    return warehouse.name.split(".")[0]


def is_there(path: Path) -> bool:
    """Return whether there is such a file or folder; a name that no file system takes is none."""
    try:
        return path.exists()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is such a folder."""
    return is_there(path) and path.is_dir()


def find_project(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds dangol's dbt_project.yml."""
    for folder in [start, *start.parents]:
        project = folder / "dbt_project.yml"
        if project.is_file() and re.search(r"^name: dangol$", project.read_text("utf-8"), re.M):
            return folder
    raise UsageError(f"{start} is not in a dangol project: there is no dbt_project.yml of dangol.")


def project_vars(root: Path, settings: Settings) -> dict[str, str]:
    """Return every variable of the project as text: dbt_project.yml's, or as `settings` chose."""
    import yaml

    project = yaml.safe_load((root / "dbt_project.yml").read_text("utf-8"))
    return {name: str(value) for name, value in project["vars"].items()} | settings.dbt_vars()
