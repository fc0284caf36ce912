"""Which build may be published: the last complete one, if it is green, recent and undisturbed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

PLAN_HOURS = 24
"""A build plans the messages of the day that begins when its as-of day ends."""


class RefusedError(Exception):
    """Nothing may be published. The message says why, and what to do."""


@dataclass(frozen=True)
class Basis:
    """The build that a publication rests on.

    Args:
        invocation_id: dbt's id of the run.
        finished_at: when it ended, UTC.
        as_of: the local day that it describes.
        plan_begins_at: the end of that day, UTC; messages go out in the 24 hours from then.
        raw: the folder that it read; '' for the schema `raw` of the warehouse.
        variables: the dbt variables that its command line gave.
    """

    invocation_id: str
    finished_at: datetime
    as_of: date
    plan_begins_at: datetime
    raw: str
    variables: dict[str, Any]

    @property
    def plan_ends_at(self) -> datetime:
        """When the day of the plan is over, UTC."""
        return self.plan_begins_at + timedelta(hours=PLAN_HOURS)


def find_basis(
    connection: duckdb.DuckDBPyConnection, now: datetime, max_age_hours: int | None, default: int
) -> Basis:
    """Return the build that may be published.

    Args:
        connection: reads the warehouse; its session zone is UTC.
        now: UTC, without a zone.
        max_age_hours: how old the build may be; None takes its own variable of that name.
        default: what holds where neither says so.

    Raises:
        RefusedError: there is none.
    """
    try:
        runs = connection.execute(
            "select invocation_id, command, is_complete, status, started_at, finished_at,"
            " as_of_date, raw, variables from quality.run_history"
            " where status != 'discarded' order by started_at, rowid"
        ).fetchall()
    except duckdb.CatalogException:
        raise RefusedError(
            "The warehouse has no record of a build (quality.run_history). Run `make build`."
        ) from None
    complete = [number for number, run in enumerate(runs) if run[2]]
    if not complete:
        raise RefusedError(
            "The warehouse has no complete build, with all models and data tests. Run `make build`."
        )
    build, *later = runs[complete[-1] :]
    _refuse_unless_green(build, "The last complete build")
    for run in later:
        _refuse_unless_green(run, "A later run on the warehouse")
    invocation_id, _, _, _, _, finished_at, as_of, raw, text = build
    variables = json.loads(text)
    allowed = max_age_hours or int(variables.get("max_age_hours", default))
    if now - finished_at > timedelta(hours=allowed):
        hours = (now - finished_at) / timedelta(hours=1)
        raise RefusedError(
            f"The last build ended {hours:,.0f} hours ago ({_moment(finished_at)}); at most"
            f" {allowed} are allowed (MAX_AGE_HOURS). Run `make build`."
        )
    begins = connection.execute("select as_of_ends_at from intermediate.int_as_of").fetchall()
    return Basis(invocation_id, finished_at, as_of, begins[0][0], raw, variables)


def _refuse_unless_green(run: tuple[Any, ...], what: str) -> None:
    """Raise RefusedError for a run that failed or never ended."""
    command, status, started_at = run[1], run[3], run[4]
    named = f"{what} (dbt {command}, begun {_moment(started_at)})"
    if status == "running":
        raise RefusedError(f"{named} did not end, or still goes on. Run `make build` to its end.")
    if status != "green":
        raise RefusedError(
            f"{named} failed. Files leave after a green build only: run `make build`."
        )


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
