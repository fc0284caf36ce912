"""Deliveries of events as they come day by day: in order, late, twice, out of order, corrected."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tiny_shop import Shop, make_shop, write_shop

EVENT = {
    "event_id": "",
    "event_name": "view_item",
    "occurred_at": "",
    "received_at": "",
    "anonymous_id": "",
    "customer_id": "",
    "product_id": "p1",
    "engagement_seconds": "3",
    "utm_source": "naver",
    "platform": "web",
}


def events(*rows: dict[str, str]) -> list[dict[str, str]]:
    """Return events, received as they occurred where not said."""
    return [{**EVENT, "received_at": row["occurred_at"], **row} for row in rows]


def in_order(shop: Shop, raw: Path) -> None:
    """The next day, after a session that goes over midnight."""
    deliver(
        raw,
        "in_order",
        *events(
            {"event_id": "n1", "anonymous_id": "night", "occurred_at": "2026-03-31T15:05:00"},
            {"event_id": "n2", "anonymous_id": "night", "occurred_at": "2026-03-31T15:20:00"},
            {"event_id": "n3", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
        ),
    )


def late(shop: Shop, raw: Path) -> None:
    """Events of three days ago: one bridges two sessions of the day, one is before them all."""
    deliver(
        raw,
        "late",
        *events(
            {
                "event_id": "l1",
                "anonymous_id": "bridge",
                "occurred_at": "2026-03-29T10:25:00",
                "received_at": "2026-04-01T10:25:00",
            },
            {
                "event_id": "l2",
                "anonymous_id": "bridge",
                "customer_id": "c03",
                "event_name": "add_to_cart",
                "utm_source": "google",
                "occurred_at": "2026-03-29T09:55:00",
                "received_at": "2026-03-31T10:00:00",
            },
            {"event_id": "l3", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
        ),
    )


def duplicated(shop: Shop, raw: Path) -> None:
    """The file of the day before again, and a copy with other values."""
    shutil.copyfile(raw / "events" / "2026-03-31.csv", raw / "events" / "again.csv")
    deliver(
        raw,
        "duplicated",
        *events(
            {
                "event_id": "e2",
                "anonymous_id": "bridge",
                "event_name": "add_to_wishlist",
                "occurred_at": "2026-03-29T10:50:00",
                "received_at": "2026-03-31T23:00:00",
            },
            {"event_id": "d1", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
            {"event_id": "d1", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
        ),
    )


def moved(shop: Shop, raw: Path) -> None:
    """The only event that its day has more than once turns out to be of another day."""
    deliver(
        raw,
        "moved",
        *events(
            {
                "event_id": "v1",
                "anonymous_id": "a1",
                "occurred_at": "2026-03-27T03:00:00",
                "received_at": "2026-03-30T03:00:00",
            }
        ),
    )


def repeated_history(shop: Shop, raw: Path) -> None:
    """All that was delivered first comes again, so that nothing that is kept can stay."""
    shutil.copyfile(raw / "events" / "first.csv", raw / "events" / "long_ago.csv")


def out_of_order(shop: Shop, raw: Path) -> None:
    """Two days in one file, the newer first, and a file of the day before after it."""
    deliver(
        raw,
        "out_of_order_1",
        *events(
            {"event_id": "o1", "anonymous_id": "a1", "occurred_at": "2026-04-02T03:00:00"},
            {"event_id": "o2", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:10:00"},
            {"event_id": "o3", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:00:00"},
        ),
    )
    deliver(
        raw,
        "out_of_order_2",
        *events({"event_id": "o4", "anonymous_id": "a1", "occurred_at": "2026-04-01T03:05:00"}),
    )


def corrected(shop: Shop, raw: Path) -> None:
    """An order of half a year ago is refunded, and another takes its value."""
    shop["orders"][0] |= {"status": "refunded", "updated_at": "2026-04-01T00:00:00"}
    shop["orders"][1] |= {"gross_amount": "123456", "updated_at": "2026-04-01T00:00:00"}
    write_shop({"orders": shop["orders"]}, raw)
    in_order(shop, raw)


def merged(shop: Shop, raw: Path) -> None:
    """A login makes two accounts one person; a fourth one makes a device a shared one."""
    deliver(
        raw,
        "merged",
        *events(
            {
                "event_id": "m1",
                "anonymous_id": "bridge",
                "customer_id": "c07",
                "occurred_at": "2026-04-01T03:00:00",
            },
            {
                "event_id": "m2",
                "anonymous_id": "bridge",
                "customer_id": "c11",
                "occurred_at": "2026-04-01T03:01:00",
            },
            *(
                {
                    "event_id": f"m{number}",
                    "anonymous_id": "tablet",
                    "customer_id": f"c{number}",
                    "occurred_at": f"2026-04-01T04:{number}:00",
                }
                for number in (13, 14)
            ),
        ),
    )


def missing_day(shop: Shop, raw: Path) -> None:
    """A day that was not delivered comes weeks later, after the days that follow it."""
    deliver(
        raw,
        "missing_day",
        *events(
            {"event_id": "g1", "anonymous_id": "a1", "occurred_at": "2026-03-02T03:00:00"},
            {"event_id": "g2", "anonymous_id": "night", "occurred_at": "2026-03-02T03:00:00"},
        ),
    )


def rewritten(shop: Shop, raw: Path) -> None:
    """A file that was read has lost a day and won another; one is gone."""
    deliver(
        raw,
        "2026-03-31",
        *events({"event_id": "r1", "anonymous_id": "a1", "occurred_at": "2026-03-28T03:00:00"}),
    )
    (raw / "events" / "2026-03-29.csv").unlink()


DAYS: dict[str, list[Callable[[Shop, Path], None]]] = {
    "one_day": [in_order, late, duplicated, moved, out_of_order],
    "another_day": [corrected, merged, missing_day, rewritten, repeated_history],
}
"""Kinds of deliveries, by the day on which they come together."""


def deliver(raw: Path, name: str, *rows: dict[str, str]) -> None:
    """Write a file of events."""
    write_shop({name: list(rows)}, raw / "events")


def begin(raw: Path) -> None:
    """Write the shop as it was at the end of 31 March, its events in three files."""
    shop = make_shop(5)
    first = shop.pop("events")
    write_shop(shop, raw)
    deliver(raw, "first", *first)
    deliver(
        raw,
        "2026-03-29",
        *events(
            {"event_id": "e1", "anonymous_id": "bridge", "occurred_at": "2026-03-29T10:00:00"},
            {"event_id": "e2", "anonymous_id": "bridge", "occurred_at": "2026-03-29T10:50:00"},
            {
                "event_id": "e3",
                "anonymous_id": "bridge",
                "customer_id": "c01",
                "occurred_at": "2026-03-29T20:00:00",
            },
            {"event_id": "v1", "anonymous_id": "a1", "occurred_at": "2026-03-25T03:00:00"},
            {"event_id": "v1", "anonymous_id": "a1", "occurred_at": "2026-03-25T03:00:00"},
            {"event_id": "w1", "anonymous_id": "a1", "occurred_at": "2026-03-20T03:00:00"},
            {
                "event_id": "w2",
                "anonymous_id": "a1",
                "occurred_at": "2026-03-20T04:00:00",
                "received_at": "2026-03-31T05:00:00",
            },
        ),
    )
    deliver(
        raw,
        "2026-03-31",
        *events(
            {"event_id": "e4", "anonymous_id": "night", "occurred_at": "2026-03-31T14:40:00"},
            {"event_id": "unread", "anonymous_id": "night", "occurred_at": "at noon"},
            # known of another day before: the newer delivery counts, here and there
            {"event_id": "w1", "anonymous_id": "a1", "occurred_at": "2026-03-31T03:00:00"},
            {"event_id": "w2", "anonymous_id": "a1", "occurred_at": "2026-03-31T04:00:00"},
            *(
                {
                    "event_id": f"t{number}",
                    "anonymous_id": "tablet",
                    "customer_id": f"c{number}",
                    "occurred_at": f"2026-03-30T04:{number}:00",
                }
                for number in (20, 21)
            ),
        ),
    )
