"""The same rows go in, the same rows come out: on any threads, in any order, in any files."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import duckdb
from warehouse import ROOT, Build, build

SAMPLE = ROOT / "sample"

TELL_OF_FILES = {
    "quality.data_quality": ["file_format", "file_count"],
    "quality.rejected_rows": ["file", "file_row"],
}
"""Columns that say in which file a row came, so they differ when the files do."""


def shuffled_sample(folder: Path) -> Path:
    """Write the sample's rows in random order; events in four files, consents and points as CSV."""
    folder.mkdir()
    for file in sorted(SAMPLE.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        random.Random(file.name).shuffle(rows)
        with (folder / file.name).open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([header, *rows])
    (folder / "events").mkdir()
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        for file in sorted(SAMPLE.glob("*.parquet")):
            rows_of = f"select * from '{file}' as source order by hash(source, 'shuffled')"
            if file.stem == "events":
                connection.execute(f"create temp table events as {rows_of}")
                for part in range(4):
                    connection.execute(
                        f"copy (select * from events where hash(event_id) % 4 = {part})"
                        f" to '{folder}/events/part-{3 - part}.parquet'"
                    )
                continue
            name = f"{file.stem}.csv" if file.stem in ("consents", "points") else file.name
            connection.execute(f"copy ({rows_of}) to '{folder / name}'")
    return folder


def test_rows_in_another_order_and_in_other_files_on_one_thread_give_the_rows_of_eight(
    sample_build: Build, tmp_path: Path
) -> None:
    built = build(shuffled_sample(tmp_path / "raw"), tmp_path, threads=1, engine_threads=1)
    assert built.is_green, built.messages
    assert len(built.tables()) > 20
    assert built.one("select file_count from quality.data_quality where table_name = 'events'") == (
        4
    )
    assert built.differences(sample_build, without=TELL_OF_FILES) == {}
