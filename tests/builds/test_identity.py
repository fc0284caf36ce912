"""Who is one person: chains, shared contacts and devices, guests, the sample's planted truth."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from warehouse import ROOT, Build, Once, build, build_once

TRUTH = ROOT / "tests" / "fixtures" / "sample_truth"

ORDER_COLUMNS = [
    "order_id",
    "customer_id",
    "email",
    "phone",
    "ordered_at",
    "status",
    "gross_amount",
]

Link = tuple[str, list[int]]
"""(email, phone or device; numbers of the customers that share one)."""


# --- a small shop with every case, built once


class Shop:
    """Raw orders and events that tie customers to contacts and devices."""

    def __init__(self) -> None:
        self.orders: list[tuple[str, str | None, str | None, str | None, int]] = []
        self.events: list[tuple[str, str]] = []

    def order(
        self,
        customer: str | None,
        email: str | None = None,
        phone: str | None = None,
        minute: int | None = None,
    ) -> None:
        """Add an order that carries a contact; minute of its time, else its place in the list."""
        number = len(self.orders)
        self.orders.append((f"o{number}", customer, email, phone, minute or number))

    def visit(self, customer: str, device: str) -> None:
        """Add an event of a customer on a device."""
        self.events.append((customer, device))

    def write(self, folder: Path) -> Path:
        """Write the raw files and return their folder."""
        folder.mkdir(parents=True)
        with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(ORDER_COLUMNS)
            for order_id, customer, email, phone, minute in self.orders:
                day, rest = divmod(minute, 1440)
                time = f"2025-01-{day + 1:02}T{rest // 60:02}:{rest % 60:02}:00Z"
                writer.writerow((order_id, customer, email, phone, time, "paid", 1))
        with (folder / "events.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ("event_id", "event_name", "occurred_at", "customer_id", "anonymous_id")
            )
            for number, (customer, device) in enumerate(self.events):
                writer.writerow(
                    (f"e{number}", "page_view", "2025-01-01T00:00:00Z", customer, device)
                )
        return folder


def every_case() -> Shop:
    """Return a shop in which each rule of identity has its customers."""
    shop = Shop()
    # ten customers in a chain: each shares a phone, an e-mail or a device with the next; written
    # in more than one way, so that only what is normalised is equal
    ten = [f"ten-{number}" for number in range(10)]
    for number, (left, right) in enumerate(pairwise(ten)):
        if number % 3 == 0:
            shop.order(left, phone=f"010-1111-{number:04}")
            shop.order(right, phone=f"+82 10 1111 {number:04}")
        elif number % 3 == 1:
            shop.order(left, email=f"Ten{number}@Example.com ")
            shop.order(right, email=f"ten{number}@example.com")
        else:
            shop.visit(left, f"tablet-of-{number}")
            shop.visit(right, f"tablet-of-{number}")
    long_chain = [f"long-{number * 37 % 200:03}" for number in range(200)]
    for number, (left, right) in enumerate(pairwise(long_chain)):
        for customer in (left, right):
            shop.order(customer, phone=f"010-2222-{number:04}")
    for size in (3, 4):
        for number in range(size):
            shop.order(f"phone-of-{size}-{number}", phone=f"010-3333-000{size}")
            shop.order(f"email-of-{size}-{number}", email=f"desk{size}@example.com")
            shop.order(f"device-of-{size}-{number}")
            shop.visit(f"device-of-{size}-{number}", f"tablet of {size}")
    # guests: the same e-mail twice; a phone that a member has; somebody else
    shop.order(None, email="guest@example.com")
    shop.order(None, email="GUEST@example.com", phone="010-4444-0001")
    shop.order("member", phone="010-4444-0002")
    shop.order(None, phone="01044440002")
    shop.order(None, email="other@example.com")
    shop.order(None)
    return shop


@pytest.fixture(scope="session")
def cases(once: Once) -> Build:
    """The small shop, built as far as its orders and identities."""
    return build_once(
        once,
        "identity_cases",
        lambda folder: build(
            every_case().write(folder / "raw"), folder, select=["+orders", "+customer_identities"]
        ),
    )


def people(cases: Build, prefix: str) -> set[tuple[str, int]]:
    """Return (person, number of customer_ids) of the customer_ids that begin with the prefix."""
    return set(
        cases.rows(
            f"""
            select customer_id, count(*)
            from marts.customer_identities
            where identifier_type = 'customer_id' and identifier like '{prefix}%'
            group by customer_id
            """
        )
    )


def test_a_chain_of_ten_customers_is_the_one_who_ordered_first(cases: Build) -> None:
    assert people(cases, "ten-") == {("ten-0", 10)}


def test_a_chain_of_two_hundred_customers_converges_in_one_build(cases: Build) -> None:
    assert people(cases, "long-") == {("long-000", 200)}


@pytest.mark.parametrize("kind", ["phone", "email", "device"])
def test_three_may_share_a_contact_or_a_device_and_four_may_not(cases: Build, kind: str) -> None:
    assert people(cases, f"{kind}-of-3-") == {(f"{kind}-of-3-0", 3)}
    assert people(cases, f"{kind}-of-4-") == {(f"{kind}-of-4-{number}", 1) for number in range(4)}


def test_a_device_of_four_is_nobodys_and_a_device_of_three_is_theirs(cases: Build) -> None:
    assert cases.rows(
        """
        select identifier, customer_id, matched_by
        from marts.customer_identities
        where identifier in ('tablet of 3', 'tablet of 4')
        order by identifier
        """
    ) == [("tablet of 3", "device-of-3-0", "event"), ("tablet of 4", None, "shared")]


def test_a_guest_is_the_member_or_guest_with_the_same_contact(cases: Build) -> None:
    rows = cases.rows(
        "select customer_id from marts.orders order by ordered_at desc, order_id limit 6"
    )
    guests = [person for (person,) in rows][::-1]
    assert guests[0] == guests[1]
    assert guests[2] == guests[3] == "member"
    assert len({guests[0], "member", guests[4]}) == 3
    assert guests[4] is not None
    assert guests[5] is None


# --- the sample's planted truth


def pairs(groups: Counter[str] | Counter[tuple[str, str]]) -> int:
    """Return how many pairs of members the groups hold."""
    return sum(size * (size - 1) // 2 for size in groups.values())


@pytest.fixture(scope="module")
def planted(sample_build: Build) -> list[tuple[str, str, str, str | None]]:
    """(identifier, its type, planted person, person in the marts) of every planted identifier."""
    truth = TRUTH / "identities.csv"
    with duckdb.connect(str(sample_build.warehouse), read_only=True) as connection:
        return connection.execute(
            f"""
            with found as (
                select identifier, identifier_type, customer_id from marts.customer_identities
                union all
                select order_id, 'order_id', customer_id from marts.orders
            )
            select planted.identifier, planted.identifier_type, planted.person, found.customer_id
            from read_csv('{truth}', header = true, all_varchar = true) as planted
            left join found using (identifier, identifier_type)
            where planted.identifier_type in ('customer_id', 'anonymous_id', 'order_id')
            """
        ).fetchall()


def test_planted_people_are_found_pair_by_pair(
    planted: list[tuple[str, str, str, str | None]],
) -> None:
    in_truth = pairs(Counter(person for _, _, person, _ in planted))
    in_marts = pairs(Counter(found for *_, found in planted if found))
    in_both = pairs(Counter((person, found) for _, _, person, found in planted if found))
    assert in_both == in_marts  # precision 1.0: nobody is merged with somebody else
    assert in_both / in_truth >= 0.99


def test_planted_people_are_named_by_their_oldest_customer_id(
    planted: list[tuple[str, str, str, str | None]],
) -> None:
    wrong = [row for row in planted if not row[2].startswith("guest:") and row[2] != row[3]]
    assert len(planted) > 6_900
    assert wrong == []


def test_planted_shared_contacts_and_devices_merge_nobody(sample_build: Build) -> None:
    with (TRUTH / "unmergeable.csv").open(encoding="utf-8", newline="") as file:
        shared = list(csv.DictReader(file))
    person_of = {
        (kind, identifier): person
        for identifier, kind, person in sample_build.rows(
            "select identifier, identifier_type, customer_id from marts.customer_identities"
        )
    }
    owners = defaultdict(set)
    for row in shared:
        owners[row["identifier"]].add(person_of["customer_id", row["customer_id"]])
    assert {len(people) for people in owners.values()} == {5, 6, 20}
    devices = {row["identifier"] for row in shared if row["identifier_type"] == "anonymous_id"}
    assert len(devices) == 2
    assert {person_of["anonymous_id", device] for device in devices} == {None}


# --- any graph


def oracle(links: list[Link], minutes: dict[int, int]) -> dict[int, int]:
    """Return each customer's oldest customer, by a plain union-find.

    Args:
        links: contacts and devices with their customers.
        minutes: the minute of the first order of each customer who ordered.
    """
    parents = {customer: customer for _, customers in links for customer in customers}

    def root(customer: int) -> int:
        while parents[customer] != customer:
            customer = parents[customer]
        return customer

    for _, customers in links:
        if len(customers) <= 3:
            for customer in customers[1:]:
                parents[root(customer)] = root(customers[0])
    groups = defaultdict(list)
    for customer in parents:
        groups[root(customer)].append(customer)
    return {
        customer: min(group, key=lambda one: (one not in minutes, minutes.get(one, 0), one))
        for group in groups.values()
        for customer in group
    }


links_of_a_shop = st.lists(
    st.tuples(
        st.sampled_from(["email", "phone", "device"]),
        st.lists(st.integers(100, 399), min_size=1, max_size=5, unique=True),
    ),
    min_size=120,
    max_size=200,
)


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(links=links_of_a_shop)
def test_any_graph_of_links_gives_its_connected_components(
    tmp_path_factory: pytest.TempPathFactory, links: list[Link]
) -> None:
    shop = Shop()
    minutes: dict[int, int] = {}
    for number, (kind, customers) in enumerate(links):
        for customer in customers:
            name = f"c{customer}"
            if kind == "device":
                shop.visit(name, f"d{number}")
                continue
            minute = 1 + (number * 7919 + customer) % 90  # some first orders are equally old
            minutes[customer] = min(minute, minutes.get(customer, minute))
            if kind == "email":
                shop.order(name, email=f"e{number}@example.com", minute=minute)
            else:
                shop.order(name, phone=f"010-5555-{number:04}", minute=minute)
    expected = oracle(links, minutes)
    folder = tmp_path_factory.mktemp("graph")
    built = build(shop.write(folder / "raw"), folder, select=["+customer_identities"])
    assert built.is_green, built.messages
    found = dict(
        built.rows(
            """
            select identifier, customer_id
            from marts.customer_identities
            where identifier_type = 'customer_id'
            """
        )
    )
    assert found == {f"c{customer}": f"c{oldest}" for customer, oldest in expected.items()}
    devices = dict(
        built.rows(
            """
            select identifier, customer_id
            from marts.customer_identities
            where identifier_type = 'anonymous_id'
            """
        )
    )
    assert devices == {
        f"d{number}": f"c{expected[customers[0]]}" if len(customers) <= 3 else None
        for number, (kind, customers) in enumerate(links)
        if kind == "device"
    }
