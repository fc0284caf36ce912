"""The built file as BI tools and notebooks read it: read-only, from several programs at a time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from warehouse import Build

SEGMENTS = """
    select segment_name_en, count(*) as customers
    from marts.rfm_scores
    group by segment_name_en
    order by customers desc
"""


def test_plain_duckdb_reads_the_marts(sample_build: Build) -> None:
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        segments = connection.execute(SEGMENTS).fetchall()
        scored = connection.execute("select count(*) from marts.rfm_scores").fetchone()
    assert len(segments) == 11
    assert scored == (sum(count for _, count in segments),)


def test_the_file_is_of_the_format_that_the_profile_names(sample_build: Build) -> None:
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        versions = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where not internal"
        ).fetchall()
        kinds = connection.execute(
            "select distinct compression from pragma_storage_info('marts.orders')"
            " where segment_type = 'VARCHAR'"
        ).fetchall()
    assert versions == [("v1.4.0+",)]
    assert ("DICT_FSST",) in kinds
    assert not {("FSST",), ("Dictionary",)} & set(kinds)


def test_pandas_reads_the_marts(sample_build: Build) -> None:
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        customers = connection.sql("from marts.customers").df()
        orders = connection.table("marts.orders").df()
    assert customers["customer_id"].is_unique
    assert isinstance(customers["first_seen_at"].dtype, type(pd.Series([pd.Timestamp(0)]).dtype))
    by_customer = orders.groupby("customer_id")["net_revenue"].sum().round(2)
    merged = customers.set_index("customer_id")["net_revenue"].round(2)
    assert by_customer.eq(merged.loc[by_customer.index]).all()


def test_every_public_table_and_view_can_be_read(sample_build: Build) -> None:
    assert len(sample_build.tables(("marts", "audiences", "exports"))) > 18
    for table in sample_build.tables():
        assert sample_build.one(f"select count(*) from {table}") >= 0


def test_views_work_in_a_file_that_was_copied_and_in_one_attached_under_another_name(
    sample_build: Build, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(sample_build.warehouse, tmp_path / "copy of monday.duckdb"))
    query = "select count(*) from {}audiences.campaign_recipients"
    expected = sample_build.rows(query.format(""))
    assert Build(copy, is_green=True).rows(query.format("")) == expected
    with duckdb.connect() as connection:
        connection.execute(f"attach '{copy}' as monday (read_only)")
        assert connection.execute(query.format("monday.")).fetchall() == expected


def test_readers_in_two_programs_share_the_file(sample_build: Build) -> None:
    read = (
        "import sys, duckdb\n"
        "with duckdb.connect(sys.argv[1], read_only=True) as connection:\n"
        "    print(connection.sql('select sum(net_revenue) from marts.orders').fetchone()[0])\n"
    )
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        first = connection.execute("select sum(net_revenue) from marts.orders").fetchone()
        other = subprocess.run(
            [sys.executable, "-c", read, str(sample_build.warehouse)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert first == (Decimal(other.stdout.strip()),)


def test_a_reader_cannot_change_a_mart(sample_build: Build) -> None:
    with (
        duckdb.connect(str(sample_build.warehouse), read_only=True) as connection,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        connection.execute("delete from marts.customers")
