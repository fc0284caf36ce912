"""A small made-up shop of a few hundred rows, the same for the same seed."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

AS_OF = "2026-03-31"
"""Local day (Asia/Seoul) that tests let the marts describe; a few facts lie after it."""
LAST_MOMENT = datetime(2026, 3, 31, 14, 59, 59)
"""The last second of that day, in UTC."""

Shop = dict[str, list[dict[str, str]]]
"""Rows by raw table, each value as it stands in the file; '' is none."""

CHANNELS = ("email", "sms", "push", "kakao")
EVENTS = ("page_view", "view_item", "view_item", "add_to_cart", "add_to_wishlist", "search")


def make_shop(seed: int) -> Shop:
    """Return a shop of 40 accounts, 150 orders and 600 events over nine months.

    Some accounts share an e-mail, some devices an account, some orders name nobody that signed up.
    One order, one event and one order line are such that a build rejects them.
    """
    rng = random.Random(seed)
    products = [f"p{number}" for number in range(12)]
    accounts = [f"c{number:02}" for number in range(40)]
    shop: Shop = {
        "customers": [_account(rng, number, name) for number, name in enumerate(accounts)],
        "products": [_product(rng, number, name) for number, name in enumerate(products)],
        "prices": _distinct(20, lambda: _price(rng, products), "product_id", "changed_at"),
        "inventory": _distinct(50, lambda: _count(rng, products), "product_id", "counted_at"),
        "orders": [_order(rng, number, accounts) for number in range(150)],
        "events": [_event(rng, number, accounts, products) for number in range(600)],
        "consents": _distinct(
            110, lambda: _consent(rng, accounts), "customer_id", "channel", "changed_at"
        ),
        "suppressions": [
            {
                "contact": rng.choice((name, f"person{number}@example.com")),
                "channel": rng.choice(CHANNELS),
                "reason": "manual",
                "suppressed_at": _moment(rng, 100),
            }
            for number, name in enumerate(accounts)
            if number % 13 == 5
        ],
        "devices": [
            {
                "device_id": f"d{number}",
                "customer_id": name,
                "platform": "ios",
                "push_token": f"token{number}",
                "is_push_enabled": rng.choice(("true", "true", "false")),
                "last_seen_at": _moment(rng, 60),
            }
            for number, name in enumerate(accounts)
            if number % 2
        ],
    }
    shop["order_items"] = [
        {
            "order_id": order["order_id"],
            "line_number": str(line),
            "product_id": rng.choice(products),
            "quantity": str(rng.randint(1, 3)),
            "unit_price": str(rng.randint(5, 400) * 100),
        }
        for order in shop["orders"]
        for line in range(1, rng.randint(1, 3) + 1)
    ]
    shop["orders"].append({**shop["orders"][0], "order_id": "unreadable", "gross_amount": "much"})
    shop["events"].append({**shop["events"][0], "event_id": "unreadable", "occurred_at": "then"})
    shop["order_items"].append({**shop["order_items"][0], "order_id": "nowhere"})
    return shop


def write_shop(shop: Shop, folder: Path, copies: int = 1) -> Path:
    """Write each table as a CSV file, or as a folder of `copies` equal files; return the folder."""
    for name, rows in shop.items():
        (folder / name if copies > 1 else folder).mkdir(parents=True, exist_ok=True)
        for copy in range(copies):
            path = folder / name / f"{copy}.csv" if copies > 1 else folder / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return folder


def shuffle_shop(shop: Shop, seed: int) -> Shop:
    """Return the shop with the rows and the columns of every table in another order."""
    rng = random.Random(seed)
    shuffled = {}
    for name, rows in shop.items():
        columns = rng.sample(list(rows[0]), len(rows[0]))
        shuffled[name] = [
            {column: row[column] for column in columns} for row in rng.sample(rows, len(rows))
        ]
    return shuffled


def shift_shop(shop: Shop, days: int) -> Shop:
    """Return the shop with every timestamp moved by whole days. Days of birth stay."""

    def shifted(column: str, value: str) -> str:
        if not column.endswith("_at") or not value[:1].isdigit():
            return value
        return (datetime.fromisoformat(value) + timedelta(days=days)).isoformat()

    return {
        name: [{column: shifted(column, value) for column, value in row.items()} for row in rows]
        for name, rows in shop.items()
    }


def scale_shop(shop: Shop, factor: int) -> Shop:
    """Return the shop with every amount of money, all of them whole, times `factor`."""

    def scaled(column: str, value: str) -> str:
        is_money = column.endswith(("_amount", "price")) and value.isdigit()
        return str(int(value) * factor) if is_money else value

    return {
        name: [{column: scaled(column, value) for column, value in row.items()} for row in rows]
        for name, rows in shop.items()
    }


def _account(rng: random.Random, number: int, customer_id: str) -> dict[str, str]:
    contact = number - 35 if number >= 35 else number
    return {
        "customer_id": customer_id,
        "email": f" Person{contact}@Example.com",
        "phone": f"010-{1000 + number}-{rng.randint(0, 9999):04}" if rng.random() < 0.8 else "",
        "name": rng.choice(("김민수", "이서연", 'Kim, "MJ"', "박\n지훈")),
        "birth_date": rng.choice(("1990-02-28", "2000-12-31", "2018-06-01", "")),
        "language": "ko",
        "country": rng.choice(("KR", "US", "")),
        "signed_up_at": _moment(rng) if rng.random() < 0.8 else "",
        "acquisition_source": rng.choice(("naver", "google", "")),
        "referred_by_customer_id": f"c{rng.randint(0, 39):02}" if rng.random() < 0.2 else "",
        "updated_at": _moment(rng),
    }


def _product(rng: random.Random, number: int, product_id: str) -> dict[str, str]:
    return {
        "product_id": product_id,
        "name": f"상품 {number}",
        "brand": rng.choice(("A", "B")),
        "list_price": str(rng.randint(5, 400) * 100),
        "launched_at": _moment(rng, 300),
    }


def _price(rng: random.Random, products: list[str]) -> dict[str, str]:
    return {
        "product_id": rng.choice(products),
        "changed_at": _moment(rng),
        "price": str(rng.randint(5, 400) * 100),
    }


def _count(rng: random.Random, products: list[str]) -> dict[str, str]:
    return {
        "product_id": rng.choice(products),
        "counted_at": _moment(rng, 60),
        "on_hand": str(rng.choice((0, 0, 5, 40))),
    }


def _order(rng: random.Random, number: int, accounts: list[str]) -> dict[str, str]:
    gross = rng.randint(10, 500) * 100
    status = rng.choice(("delivered", "paid", "shipped", "partially_refunded", "cancelled"))
    named = rng.random()
    return {
        "order_id": f"o{number:03}",
        "ordered_at": _moment(rng),
        "status": status,
        "gross_amount": str(gross),
        "discount_amount": str(rng.choice((0, 0, gross // 10))),
        "refunded_amount": str(gross // 2 if status == "partially_refunded" else 0),
        "customer_id": rng.choice(accounts[:30]) if named < 0.85 else "",
        "email": f"guest{number % 5}@example.com" if named >= 0.9 else "",
        "currency": "KRW",
        "sales_channel": rng.choice(("web", "app", "store")),
    }


def _event(
    rng: random.Random, number: int, accounts: list[str], products: list[str]
) -> dict[str, str]:
    visitor = rng.randint(0, 45)
    day = rng.randint(0, 3) if rng.random() < 0.4 else rng.randint(0, 200)
    moment = LAST_MOMENT - timedelta(days=day, minutes=rng.randint(0, 90))
    name = rng.choice(EVENTS) if number % 40 else rng.choice(("sign_up", "share", "purchase"))
    return {
        "event_id": f"e{number:03}",
        "event_name": name,
        "occurred_at": moment.isoformat(),
        "anonymous_id": f"a{visitor}" if rng.random() < 0.9 else "",
        "customer_id": accounts[visitor % 40] if rng.random() < 0.5 else "",
        "platform": rng.choice(("web", "ios")),
        "utm_source": rng.choice(("naver", "kakao", "")),
        "product_id": rng.choice(products) if name != "search" else "",
        "engagement_seconds": str(rng.randint(0, 12)),
    }


def _consent(rng: random.Random, accounts: list[str]) -> dict[str, str]:
    return {
        "customer_id": rng.choice(accounts),
        "channel": rng.choice((*CHANNELS, "all")),
        "purpose": "marketing",
        "is_granted": rng.choice(("true", "true", "true", "false")),
        "changed_at": _moment(rng),
    }


def _moment(rng: random.Random, days: int = 270) -> str:
    """A second of the last `days` days, or now and then of the two days after the last one."""
    ago = timedelta(days=rng.randint(0, days), seconds=rng.randint(1, 86_399))
    if rng.random() < 0.02:
        ago = -timedelta(seconds=rng.randint(1, 2 * 86_400))
    return (LAST_MOMENT - ago).isoformat()


def _distinct(count: int, make: Callable[[], dict[str, str]], *key: str) -> list[dict[str, str]]:
    """Return `count` rows of `make`, no two with the same key."""
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    while len(rows) < count:
        row = make()
        rows.setdefault(tuple(row[column] for column in key), row)
    return list(rows.values())
