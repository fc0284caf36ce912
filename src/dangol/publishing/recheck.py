"""Ask the newest opt-outs again: the project's consent models, on a copy, over RAW as it is now.

The warehouse is only read. A private file beside it gets the tables that the models need and no
others; there dbt runs, first the models that say who no longer wants messages, and who has had one,
as of the moment of the publication, with every opt-out that has arrived, whatever its time; then,
as of the day of the build again, what follows from them, down to the export tables.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dangol.build import failures_of, invoke, prepare, same_environment_after
from dangol.erasure.engine import attach_tombstones
from dangol.publishing.basis import Basis, RefusedError, find_basis
from dangol.quoting import literal
from dangol.settings import Settings
from dangol.workplace import Workplace

RAW_ANSWERS = ("consents", "suppressions", "messages", "message_events", "tickets")
"""Raw tables in which people say that they want no more messages."""

UNREADABLE = "stg_unreadable_opt_outs"
"""What the rejected rows of these tables may say."""

NAMES = {
    "consents": "customer_id",
    "suppressions": "contact",
    "message_events": "message_id",
    "tickets": "customer_id",
}
"""Column of the raw tables that says whose answer a row is."""

SENT = "int_sent_messages"
ASKED = ("int_consent_states", "int_open_suppressions", "int_erasure_requests", SENT)
"""Models that say who no longer wants messages, or has had one. All else stays as built."""

BUILT, PRIVATE = "built", "again"
"""Databases while tables are copied: the warehouse, whatever its name, and the private file."""

PERMISSIONS = "int_message_permissions"
PLANNED = "campaign_recipients"
"""Whom the build planned to message, and what a message needs so that it may leave."""


@dataclass(frozen=True)
class Steps:
    """What is run again, in two steps, and what it reads that is not; all dbt ids of nodes.

    Args:
        opt_outs: the models up to the permissions.
        messages: what follows from them, without the ledger.
        kept: their other parents, as built.
    """

    opt_outs: frozenset[str]
    messages: frozenset[str]
    kept: frozenset[str]


@dataclass(frozen=True)
class Scratch:
    """The private copy after the newest opt-outs.

    Args:
        path: DuckDB file with `audiences.campaign_messages` and the export tables.
        basis: the build that it was made from.
        too_late: messages left out by campaign, since their time to be sent has passed.
        already_sent: messages left out by campaign, since the person was sent the campaign, or for
            advertising any other, after the as-of day.
        withdrew: messages left out by campaign, since the person opted out after the build.
        nameless: unreadable rows by raw table that do not say whose answer they are.
    """

    path: Path
    basis: Basis
    too_late: dict[str, int]
    already_sent: dict[str, int]
    withdrew: dict[str, int]
    nameless: dict[str, int]


def steps_of(manifest: Any) -> Steps:
    """Return what is to be run again, from dbt's graph."""
    ids = {
        node.name: unique_id
        for unique_id, node in manifest.nodes.items()
        if node.resource_type in ("model", "seed", "snapshot")
    }
    parents = {unique_id: manifest.nodes[unique_id].depends_on_nodes for unique_id in ids.values()}
    children: dict[str, list[str]] = {unique_id: [] for unique_id in ids.values()}
    for child, of_child in parents.items():
        for parent in of_child:
            children.setdefault(parent, []).append(child)

    ends = {ids[name] for name in ASKED}
    exports = {unique_id for name, unique_id in ids.items() if name.startswith("export_")}
    starts = {ids[f"stg_{table}"] for table in RAW_ANSWERS} | {ids[UNREADABLE]}
    asked = _reach(starts, children) & _reach(ends, parents)
    permissions = _reach({ids[PERMISSIONS]}, parents)
    ledger = _reach({ids[PLANNED]}, parents) - permissions
    again = asked | (_reach(ends, children) & _reach(exports, parents)) - ledger
    opt_outs = again & (permissions | asked)
    read = {parent for unique_id in again for parent in parents[unique_id]}
    return Steps(
        frozenset(opt_outs),
        frozenset(again - opt_outs),
        frozenset(parent for parent in read - again if parent in parents),
    )


def _reach(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """Return the nodes from which, or to which, edges lead, the starting ones included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(edges.get(node, ()))
    return found


@same_environment_after()
def recheck(
    settings: Settings, root: Path, folder: Path, now: datetime, max_age_hours: int | None
) -> Scratch:
    """Make the private copy in a folder, run the models again there, and return it.

    Args:
        settings: checked choices; the warehouse is theirs.
        root: the project folder; becomes the working folder.
        folder: an empty folder that only the owner may read.
        now: UTC, without a zone.
        max_age_hours: how old the build may be; None lets the project say.

    Raises:
        RefusedError: there is no build that may be published, or the opt-outs cannot be asked.
    """
    # as the build did, so that dbt need not parse the project again; nothing is opened there
    prepare(Workplace.of(settings, root).settings(settings), root)
    project = yaml.safe_load((root / "dbt_project.yml").read_text("utf-8"))
    path = folder / Path(settings.warehouse).name
    making = folder / f"{PRIVATE}.duckdb"
    with duckdb.connect(str(making)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        _attach(connection, root, settings.warehouse)
        basis = find_basis(connection, now, max_age_hours, project["vars"]["max_age_hours"])
        manifest = _parse(basis, folder)
        steps = steps_of(manifest)
        parents = [manifest.nodes[unique_id] for unique_id in sorted(steps.kept)]
        copy = _Copy(connection)
        copy.create_schemas({"kept", "raw", *(node.schema for node in parents)})
        for node in parents:
            copy.take(node.schema, node.alias)
        copy.take("landing", "deliveries", to="kept")
        copy.take("reference", "destinations", to="kept")
        copy.take_arms()
        if not basis.raw:
            copy.take_raw_schema()
        planned = _counts(connection, f"audiences.{PLANNED}")
        connection.execute(f"use {PRIVATE}")
        is_over = now >= basis.plan_ends_at
        if not is_over:
            connection.execute(f"delete from audiences.{PLANNED} where send_at < ?", [now])
        in_time = _counts(connection, f"audiences.{PLANNED}")
        connection.execute("create table kept.int_as_of as from intermediate.int_as_of")
        connection.execute(
            "update intermediate.int_as_of"
            " set as_of_ends_at = ?, opt_outs_end_at = timestamp '9999-12-31 00:00:00'",
            [now],
        )
    making.rename(path)

    _write_profile(root, folder, path)
    os.environ["SPILL_FOLDER"] = str(folder / "spill")
    _run(manifest, steps.opt_outs, basis, folder)
    with duckdb.connect(str(path)) as connection:
        attach_tombstones(connection, root)
        _check_answers(connection, basis, project["vars"]["max_rejected_share"])
        nameless = _nameless_answers(connection)
        _leave_out_the_sent(connection)
        unsent = _counts(connection, f"audiences.{PLANNED}")
        connection.execute("create or replace table intermediate.int_as_of as from kept.int_as_of")
    _run(manifest, steps.messages, basis, folder)
    with duckdb.connect(str(path), read_only=True) as connection:
        left = _counts(connection, "audiences.campaign_messages")
    return Scratch(
        path,
        basis,
        too_late=_difference(planned, in_time),
        already_sent=_difference(in_time, unsent),
        withdrew=_difference(unsent, left),
        nameless=nameless,
    )


def _attach(connection: duckdb.DuckDBPyConnection, root: Path, warehouse: str) -> None:
    """Make the warehouse, read-only, the database that names mean."""
    path = root / warehouse
    if not path.is_file():
        raise RefusedError(f"There is no warehouse at {warehouse}. Run `make build`.")
    try:
        connection.execute(f"attach {literal(path)} as {BUILT} (read_only)")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise RefusedError(
            f"{warehouse} cannot be read now; perhaps a build is writing to it. ({reason})"
        ) from None
    connection.execute(f"use {BUILT}")


class _Copy:
    """Takes tables of the warehouse into the private file.

    Args:
        connection: has the private file open, and the warehouse as what names mean.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def create_schemas(self, schemas: Iterable[str]) -> None:
        """Create schemas; DuckDB allows it only while names mean the private file."""
        self._connection.execute(f"use {PRIVATE}")
        for schema in sorted(schemas):
            self._connection.execute(f'create schema "{schema}"')
        self._connection.execute(f"use {BUILT}")

    def take(self, schema: str, table: str, to: str | None = None, limit: str = "") -> None:
        """Copy a table or view into the schema of the same name, or another one."""
        try:
            self._connection.execute(
                f'create table {PRIVATE}."{to or schema}"."{table}"'
                f' as from "{schema}"."{table}" {limit}'
            )
        except duckdb.CatalogException:
            raise RefusedError(
                f"The warehouse has no table {schema}.{table}: it was built by another version of"
                " the project. Run `make build`."
            ) from None

    def take_arms(self) -> None:
        """Copy how many people each campaign has in each arm, and how many it really held out."""
        self._connection.execute(
            f"create table {PRIVATE}.kept.arms as"
            " select campaign_id, arm, count(*) as people from audiences.campaign_arms group by all"
        )
        self._connection.execute(
            f"create table {PRIVATE}.kept.held_out as"
            " select campaign_id, count(distinct customer_id) as people"
            " from audiences.campaign_eligibility"
            " where reason_code = 'campaign_holdout' group by all"
        )

    def take_raw_schema(self) -> None:
        """Copy the answers out of the schema `raw`; of orders and events, only that they exist."""
        found = self._connection.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = current_database() and table_schema = 'raw' order by 1"
        ).fetchall()
        for (table,) in found:
            if table in (*RAW_ANSWERS, "orders", "events"):
                self.take("raw", table, limit="" if table in RAW_ANSWERS else "limit 0")


def _parse(basis: Basis, folder: Path) -> Any:
    """Return dbt's manifest of the project; what the build's own run has parsed is used again."""
    parsed = Path(os.environ.get("DBT_TARGET_PATH", "target")) / "partial_parse.msgpack"
    (folder / "target").mkdir()
    if parsed.is_file():
        shutil.copyfile(parsed, folder / "target" / parsed.name)
    result = invoke(["parse", *_places(folder)], basis.variables)
    _pass_on(result.exception, folder)
    if not result.success:
        raise RefusedError(f"dbt cannot read the project: {' '.join(failures_of(result))}")
    return result.result


def _write_profile(root: Path, folder: Path, path: Path) -> None:
    """Write the shop's own profile with another file, so that dbt can only write to the copy."""
    profiles = Path(os.environ.get("DBT_PROFILES_DIR", root))
    content = yaml.safe_load((profiles / "profiles.yml").read_text("utf-8"))
    output = {**content["dangol"]["outputs"]["duckdb"], "path": str(path)}
    profile = {"dangol": {"target": "duckdb", "outputs": {"duckdb": output}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), "utf-8")


def _run(manifest: Any, chosen: Iterable[str], basis: Basis, folder: Path) -> None:
    """Run models in the copy. The newest delivery of a row counts, so no `as_of` is given."""
    names = sorted(manifest.nodes[unique_id].name for unique_id in chosen)
    arguments = ["run", "--select", *names, "--profiles-dir", str(folder), *_places(folder)]
    result = invoke(arguments, {**basis.variables, "as_of": ""}, manifest)
    _pass_on(result.exception, folder)
    if not result.success:
        source = f"the folder {basis.raw}" if basis.raw else "the schema raw"
        reason = " ".join(failures_of(result))
        if "No space left on device" in reason:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder))
        raise RefusedError(f"The newest opt-outs cannot be asked of {source}: {reason}")


def _pass_on(error: BaseException | None, folder: Path) -> None:
    """Raise what ended a run of dbt and is no fault of its own: it was stopped, or the disk."""
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, OSError):
        raise OSError(error.errno, error.strerror, error.filename or str(folder))


def _places(folder: Path) -> list[str]:
    return ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]


def _check_answers(
    connection: duckdb.DuckDBPyConnection, basis: Basis, max_rejected_share: float
) -> None:
    """Raise RefusedError where answers went missing since the build, or cannot be read."""
    listed = ", ".join(f"'{table}'" for table in RAW_ANSWERS)
    missing = connection.execute(
        "select table_name from kept.deliveries where file_format is not null"
        f" and table_name in ({listed}) and table_name not in"
        " (select table_name from landing.deliveries where file_format is not null) order by 1"
    ).fetchall()
    if missing:
        raise RefusedError(
            f"RAW no longer holds {' and '.join(row[0] for row in missing)}, so who has opted out"
            " since the build is not known. Deliver it again, then publish."
        )
    allowed = float(basis.variables.get("max_rejected_share", max_rejected_share))
    for table in RAW_ANSWERS:
        read, rejected = connection.execute(
            f"select count(*), count(_rejected_because) from landing.{table}"
        ).fetchall()[0]
        if rejected > allowed * read:
            raise RefusedError(
                f"{rejected:,} of the {read:,} rows of {table} in RAW cannot be read, so who has"
                " opted out since the build is not known. Run `make build` to see why."
            )


def _nameless_answers(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count the rejected rows that name nobody, by raw table: a no among them is nobody's."""
    counts = {
        table: connection.execute(
            f"select count(*) from landing.{table}"
            f" where _rejected_because is not null and {column} is null"
        ).fetchall()[0][0]
        for table, column in NAMES.items()
    }
    return {table: int(count) for table, count in counts.items() if count}


def _leave_out_the_sent(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out of the plan whom something else was sent to on its day: a day has one advertisement.

    The build could not count what was sent after its as-of day, so neither caps nor cooldowns did.
    """
    connection.execute(
        f"delete from audiences.{PLANNED} as planned"
        f" using intermediate.{SENT} as sent, kept.int_as_of as as_of"
        " where planned.customer_id = sent.customer_id and sent.sent_at >= as_of.as_of_ends_at"
        " and (planned.campaign_id = sent.campaign_id or (planned.is_ad and sent.is_ad))"
    )


def _counts(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """Return the number of messages by campaign."""
    try:
        rows = connection.execute(
            f"select campaign_id, count(*) from {table} group by 1 order by 1"
        ).fetchall()
    except duckdb.CatalogException:
        raise RefusedError(f"The warehouse has no table {table}. Run `make build`.") from None
    return {str(campaign): int(count) for campaign, count in rows}


def _difference(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return by how much each count fell, where it did."""
    fell = {name: count - after.get(name, 0) for name, count in before.items()}
    return {name: count for name, count in fell.items() if count}
