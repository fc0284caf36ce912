"""Sessions are what gaps between events make, and local days what the clocks of the world show."""

from __future__ import annotations

from datetime import timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from warehouse import Build, compiled

SESSIONS = """
with events as (
    select
        events.*,
        coalesce(
            case when coalesce(owners.is_shared, true) then events.customer_id end,
            events.anonymous_id
        ) as visitor
    from intermediate.int_events as events
    left join intermediate.int_device_owners as owners using (anonymous_id)
    where coalesce(events.anonymous_id, events.customer_id) is not null
),
gapped as (
    select
        *,
        occurred_at > lag(occurred_at) over visits + interval 30 minute as is_after_gap
    from events
    window visits as (partition by anonymous_id, visitor order by occurred_at, event_id)
),
numbered as (
    select
        *,
        count(*) filter (coalesce(is_after_gap, true)) over (
            partition by anonymous_id, visitor
            order by occurred_at, event_id
            rows unbounded preceding
        ) as session_number
    from gapped
)
select
    anonymous_id,
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    count(*) as event_count,
    count(*) filter (event_name = 'view_item') as product_view_count,
    coalesce(sum(engagement_seconds), 0)::decimal(18, 4) as engagement_seconds,
    first(utm_source order by occurred_at, event_id) as utm_source,
    first(utm_campaign order by occurred_at, event_id) as utm_campaign,
    first(platform order by occurred_at, event_id) as platform
from numbered
group by anonymous_id, visitor, session_number
"""
"""The sessions of the sample straight from its events: no slot, no day, no day kept before."""

BUILT = """
select anonymous_id, started_at, ended_at, event_count, product_view_count, engagement_seconds,
    utm_source, utm_campaign, platform
from marts.sessions
"""

OFFSETS = """
{% for zone in modules.pytz.common_timezones if constant_offset(zone) is not none %}
select '{{ zone }}' as zone, moment
from range(timestamp '2010-01-01', timestamp '2040-01-01', interval 1 day) as days (moment)
where
    timezone('{{ zone }}', timezone('UTC', moment))
    <> moment + to_minutes({{ constant_offset(zone) }})
{{ 'union all' if not loop.last }}
{% endfor %}
"""
"""Days on which a zone's clock is not where constant_offset says that it stands still."""

MOMENTS = """
{% for zone in zones %}
select '{{ zone }}' as zone, moment as local_time, {{ to_utc('moment', zone) }} as utc
from (
    select * from range(timestamp '2024-01-01', timestamp '2026-01-01', interval 30 minute)
    union all
    select * from range(timestamp '1987-01-01', timestamp '1989-01-01', interval 30 minute)
) as moments (moment)
{{ 'union all' if not loop.last }}
{% endfor %}
"""
CLOCKS = (
    *("Asia/Seoul", "UTC", "Europe/London", "America/New_York", "America/St_Johns"),
    *("Atlantic/Azores", "America/Havana", "America/Santiago", "Australia/Lord_Howe"),
    *("Asia/Beirut", "Asia/Kathmandu", "Africa/Casablanca"),
)
"""Zones whose clocks stand still, or change at night, at midnight, by half an hour, for a month."""


def test_the_sessions_of_the_sample_are_those_of_its_events(sample_build: Build) -> None:
    for one, other in ((BUILT, SESSIONS), (SESSIONS, BUILT)):
        assert sample_build.rows(f"({one}) except all ({other}) limit 3") == []


def test_a_clock_said_to_stand_still_shows_the_same_as_the_engine(tmp_path: Path) -> None:
    sql = compiled(OFFSETS, tmp_path)
    assert sql.count("as zone") > 100
    assert duckdb.sql(sql).fetchall() == []


def test_a_time_that_a_clock_shows_twice_is_the_earlier_and_one_that_it_skips_is_moved_on(
    tmp_path: Path,
) -> None:
    zones = "{% set zones = " + repr(list(CLOCKS)) + " %}"
    for zone, local_time, utc in duckdb.sql(compiled(zones + MOMENTS, tmp_path)).fetchall():
        expected = local_time.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(timezone.utc)
        assert utc == expected.replace(tzinfo=None), (zone, local_time)
