"""Five days of a shop: build, publish, messages and opt-outs come back, and build on them.

Every day somebody withdraws between the build and the publication. What was sent is then held
against the rules in plain Python, over all five days and the history before them.
"""

from __future__ import annotations

import csv
import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from ledger_oracle import (
    HASH_STEPS,
    ZONES,
    Settings,
    channels_of,
    email_of,
    hash_arm,
    hashed,
    may_arrive,
    moment,
    phone_of,
)
from ledger_shop import CAMPAIGNS, CAPS, signs_of, text_of, words_of
from warehouse import ROOT, Build, build, profiles_folder

from dangol.build import invoke
from dangol.publishing import publish
from dangol.sample import generate
from dangol.settings import Settings as Choices

DAYS = [date(2026, 6, 25) + timedelta(days=number) for number in range(5)]
CUSTOMERS = 400
TIMES = {
    "orders": "ordered_at",
    "events": "occurred_at",
    "consents": "changed_at",
    "suppressions": "suppressed_at",
    "messages": "sent_at",
    "message_events": "occurred_at",
    "tickets": "opened_at",
}
"""Raw tables that grow from day to day, and the column that says when a row arrives.

A line of an order arrives with the order. What else the shop's files hold of later days, a build
leaves out by itself.
"""
WAYS_OUT = ("consent", "address", "erasure", "person", "channel")
"""How somebody withdraws after the build, one a day."""
TO_WITHDRAW, TO_PUBLISH = timedelta(minutes=1), timedelta(minutes=2)
"""How long after the end of the as-of day."""

KNOWN = ("consents", "suppressions", "messages", "message_events", "tickets")
"""Raw tables in which people say yes and no, or are written to."""

Row = dict[str, str]


@dataclass(frozen=True)
class Message:
    """A message that was planned, or sent."""

    campaign_id: str
    customer_id: str
    channel: str
    sent_at: datetime
    is_ad: bool
    variant: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Leaver:
    """Somebody who withdrew between a build and its publication.

    Args:
        customer_id: who.
        way: one of WAYS_OUT.
        channel: what `channel` closes, for that way.
        signs: all that a file may call the person.
    """

    customer_id: str
    way: str
    channel: str
    signs: frozenset[str]

    def forbids(self, message: Message) -> bool:
        """Whether a message may no longer be sent."""
        if message.customer_id != self.customer_id:
            return False
        if self.way in ("erasure", "person", "address"):
            return True
        return message.is_ad and (self.way == "consent" or message.channel == self.channel)


@dataclass(frozen=True)
class Day:
    """A build, and what was published of it.

    Args:
        settings: of the build.
        person_of: person by account, as the build saw it.
        planned: the recipients of the build.
        sent: what was to be sent of them when the files were written.
        left: who withdrew, up to then; the last one after the build.
        manifest: of the publication.
        words: of all files but those that list who is to be removed.
        known: the raw rows that had arrived.
    """

    settings: Settings
    person_of: dict[str, str]
    planned: list[Message]
    sent: list[Message]
    left: list[Leaver]
    manifest: dict
    words: set[str]
    known: dict[str, list[Row]]

    def rows(self, table: str) -> Iterator[tuple[str, Row]]:
        """Yield the rows of a raw table that had arrived, each with its person."""
        for row in self.known[table]:
            if person := self.person_of.get(row["customer_id"]):
                yield person, row


class Shop:
    """A made-up shop whose raw files grow as the days pass.

    Args:
        home: folder of the raw files, the warehouse and the publications.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.raw = home, home / "raw"
        self.rng = random.Random(5)
        self.variables = {"max_age_hours": 9_999}
        generate(CUSTOMERS, 150, 5, self.raw, end_date=DAYS[-1])
        self.customers = read(self.raw, "customers")
        self.assignments = read(self.raw, "assignments")
        self.arrived: dict[str, list[Row]] = {table: [] for table in (*TIMES, "order_items")}
        self.waiting: list[tuple[datetime, str, Row]] = []
        self.left: list[Leaver] = []
        begins_at = Settings(as_of=DAYS[0]).ends_at
        never_sent = set()
        ordered_at = {}
        for table in self.arrived:
            for row in read(self.raw, table):
                at = moment(row[TIMES[table]]) if table in TIMES else ordered_at[row["order_id"]]
                assert at
                if table == "orders":
                    ordered_at[row["order_id"]] = at
                if table == "messages" and at >= begins_at:
                    never_sent.add(row["message_id"])  # from then on, it is we who send
                elif row.get("message_id", "") not in never_sent:
                    self.waiting.append((at, table, row))
            for path in self.raw.glob(f"{table}.*"):
                path.unlink()

    def deliver(self, until: datetime) -> None:
        """Write the raw files as they are at a time."""
        for at, table, row in self.waiting:
            if at < until:
                self.arrived[table].append(row)
        self.waiting = [item for item in self.waiting if item[0] >= until]
        for table, rows in self.arrived.items():
            with (self.raw / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(rows[0]), restval="")
                writer.writeheader()
                writer.writerows(rows)

    def expect(self, table: str, at: datetime, **values: str) -> None:
        """Let a row arrive at a time."""
        self.waiting.append((at, table, {**values, TIMES[table]: text_of(at)}))

    def live_a_day(self, number: int) -> Day:
        """Build, let somebody withdraw, publish, and let what was sent come back."""
        settings = Settings(as_of=DAYS[number])
        begins_at = settings.ends_at
        self.deliver(begins_at)
        built = build(
            self.raw,
            self.home,
            select=["+path:models/exports", "+customer_identities"],
            engine_threads=1,
            **self.variables,
        )
        assert built.is_green, built.messages
        assert built.one("select as_of_date from intermediate.int_as_of") == settings.as_of
        person_of = dict(
            built.rows(
                "select identifier, customer_id from marts.customer_identities"
                " where identifier_type = 'customer_id'"
            )
        )
        planned = planned_by(built)
        self.left.append(self.withdraw(WAYS_OUT[number], planned, person_of, begins_at))
        self.deliver(begins_at + TO_PUBLISH)
        refused = self.refused_since(begins_at, person_of)
        manifest, words = self.publish(begins_at + TO_PUBLISH)
        day = Day(
            settings=settings,
            person_of=person_of,
            planned=planned,
            sent=[
                message
                for message in planned
                if message.sent_at >= begins_at + TO_PUBLISH
                and not self.left[-1].forbids(message)
                and not (message.is_ad and (message.customer_id, message.channel) in refused)
            ],
            left=list(self.left),
            manifest=manifest,
            words=words,
            known={table: list(self.arrived[table]) for table in KNOWN},
        )
        self.send(day)
        return day

    def refused_since(self, begins_at: datetime, person_of: dict[str, str]) -> set[tuple[str, str]]:
        """Return person and channel of those who refused by an earlier message, from then on."""
        messages = {row["message_id"]: row for row in self.arrived["messages"]}
        return {
            (person_of.get(message["customer_id"], ""), channel)
            for row in self.arrived["message_events"]
            if row["event_name"] in ("unsubscribed", "complained")
            and (at := moment(row["occurred_at"]))
            and at >= begins_at
            and (message := messages.get(row["message_id"]))
            for channel in channels_of(message["channel"])
        }

    def withdraw(
        self,
        way: str,
        planned: Sequence[Message],
        person_of: dict[str, str],
        begins_at: datetime,
    ) -> Leaver:
        """Let somebody who should get one advertising message withdraw in a way."""
        signs: dict[str, set[str]] = defaultdict(set)
        for row in self.customers:
            if person := person_of.get(row["customer_id"]):
                signs[person] |= signs_of(row["customer_id"], row["email"], row["phone"])
        shared = Counter(sign for of_person in signs.values() for sign in of_person)
        gone = {leaver.customer_id for leaver in self.left}
        informed = {message.customer_id for message in planned if not message.is_ad}
        message = next(
            message
            for message in planned
            if message.is_ad
            and message.sent_at >= begins_at + timedelta(hours=1)
            and message.customer_id not in gone | informed
            and message.customer_id in signs
            # nobody else is called the same, or files may go on to name the other
            and all(shared[sign] == 1 for sign in signs[message.customer_id])
            and (way != "address" or "@" in message.contact)
        )
        customer_id, channel, at = message.customer_id, message.channel, begins_at + TO_WITHDRAW
        if way in ("consent", "channel"):
            self.expect(
                "consents",
                at,
                customer_id=customer_id,
                channel="all" if way == "consent" else channel,
                purpose="marketing",
                is_granted="false",
            )
        elif way == "erasure":
            self.expect(
                "tickets", at, ticket_id="erase", customer_id=customer_id, category="erasure"
            )
        else:
            contact = message.contact.upper() if way == "address" else customer_id
            self.expect("suppressions", at, contact=contact, channel="all", reason="unsubscribed")
        return Leaver(customer_id, way, channel, frozenset(signs[customer_id] | {message.contact}))

    def publish(self, now: datetime) -> tuple[dict, set[str]]:
        """Publish the build, and return the manifest and the words of its files."""
        with duckdb.connect(str(self.home / "shop.duckdb")) as connection:
            # the tests of the data are left out here; it stands for a build in which they held
            connection.execute("update quality.run_history set is_complete = true")
        publish(
            Choices(warehouse=str(self.home / "shop.duckdb"), out=str(self.home / "out")),
            ROOT,
            now.replace(tzinfo=None),
            judge=lambda *_: [],
            say=lambda _: None,
        )
        current = self.home / "out" / "current"
        words: set[str] = set()
        for path in current.rglob("*"):
            if path.is_file() and path.name.startswith(("members", "additions")):
                words |= words_of(path.read_text(encoding="utf-8"))
        return json.loads((current / "manifest.json").read_text(encoding="utf-8")), words

    def send(self, day: Day) -> None:
        """Let the sent messages come back, with what people did with them, and other news."""
        for message in day.sent:
            message_id = f"{day.settings.as_of}-{message.campaign_id}-{message.customer_id}"
            self.expect(
                "messages",
                message.sent_at,
                message_id=message_id,
                campaign_id=message.campaign_id,
                customer_id=message.customer_id,
                channel=message.channel,
                variant=message.variant,
                is_ad=str(message.is_ad).lower(),
            )
            for event_name, share, hours in (
                ("delivered", 0.98, 0),
                ("opened", 0.4, 1),
                ("clicked", 0.1, 1),
                ("unsubscribed", 0.08, 2),
                ("complained", 0.04, 3),
            ):
                if self.rng.random() < share:
                    at = message.sent_at + timedelta(hours=hours, seconds=5)
                    self.expect("message_events", at, message_id=message_id, event_name=event_name)
        begins_at = day.settings.ends_at
        for number, row in enumerate(self.rng.sample(self.customers, 8)):
            self.expect(
                "consents",
                begins_at + timedelta(hours=self.rng.randint(1, 20)),
                customer_id=row["customer_id"],
                channel=self.rng.choice(("all", "email", "sms", "push", "kakao")),
                purpose="marketing",
                is_granted=str(number == 0).lower(),
            )
        for message in self.rng.sample(day.sent, 3):
            if message.channel != "push":
                self.expect(
                    "suppressions",
                    begins_at + timedelta(hours=self.rng.randint(1, 20)),
                    contact=message.contact,
                    channel=message.channel,
                    reason="hard_bounce",
                )


def read(folder: Path, table: str) -> list[Row]:
    """Return the rows of a raw file as text, '' for none."""
    (path,) = folder.glob(f"{table}.*")
    options = ", all_varchar = true" if path.suffix == ".csv" else ""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(
            "select coalesce(cast(columns(*) as varchar), '')"
            f" from read_{path.suffix[1:]}('{path}'{options})"
        )
        columns = [column[0] for column in found.description]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def planned_by(built: Build) -> list[Message]:
    """Return the recipients of a build."""
    return [
        Message(*row[:3], moment(str(row[3])), *row[4:])
        for row in built.rows(
            "select campaign_id, customer_id, channel, send_at, is_ad, variant, contact"
            " from audiences.campaign_recipients order by customer_id, campaign_id"
        )
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The shop, and the settings of this process as they were."""
    before, folder = dict(os.environ), Path.cwd()
    home = tmp_path_factory.mktemp("five_days")
    shop = Shop(home)
    # what builds set too, and the same variables all the time: so dbt reads the project once
    os.environ.update(
        DBT_PROFILES_DIR=str(profiles_folder(home, engine_threads=1)),
        DBT_TARGET_PATH=str(home / "publishing"),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        WAREHOUSE=str(home / "shop.duckdb"),
        THREADS="2",
        TARGET="duckdb",
    )
    assert invoke(["parse"], {"raw": str(shop.raw), **shop.variables}).success
    yield shop
    os.environ.clear()
    os.environ.update(before)
    os.chdir(folder)


@pytest.fixture(scope="module")
def days(shop: Shop) -> list[Day]:
    """The five days, one after the other."""
    return [shop.live_a_day(number) for number in range(len(DAYS))]


@pytest.fixture(scope="module")
def history(days: list[Day]) -> list[Message]:
    """All messages that were ever sent to somebody, in the order of time."""
    last = days[-1]
    begins_at = days[0].settings.ends_at
    before = [
        Message(
            campaign_id=row["campaign_id"],
            customer_id=person,
            channel=channels_of(row["channel"])[0],
            sent_at=sent_at,
            is_ad=row["is_ad"] != "false",
        )
        for person, row in last.rows("messages")
        if (sent_at := moment(row["sent_at"])) and sent_at < begins_at
    ]
    ours = [
        Message(
            message.campaign_id,
            last.person_of[message.customer_id],
            message.channel,
            message.sent_at,
            message.is_ad,
        )
        for day in days
        for message in day.sent
    ]
    return sorted(before + ours, key=lambda message: message.sent_at)


def is_ours(message: Message, days: list[Day]) -> bool:
    """Whether a message is one of the five days'."""
    return message.sent_at >= days[0].settings.ends_at


def test_every_day_messages_go_out_and_somebody_withdraws(days: list[Day]) -> None:
    for day in days:
        print(
            f"{day.settings.as_of}: {len(day.planned)} planned, {len(day.sent)} sent,"
            f" {day.left[-1].customer_id} withdrew ({day.left[-1].way})"
        )
        assert len(day.sent) >= 20
        assert any(day.left[-1].forbids(message) for message in day.planned)
    assert {message.channel for day in days for message in day.sent} == {
        *("email", "sms", "push", "kakao")
    }


def test_the_files_hold_what_was_planned_less_who_withdrew(days: list[Day]) -> None:
    for day in days:
        published = Counter(
            {
                (campaign, channel, variant): count
                for campaign, counts in day.manifest["campaigns"].items()
                for channel, variants in counts["messages"].items()
                for variant, count in variants.items()
            }
        )
        assert published == Counter(
            (message.campaign_id, message.channel, message.variant) for message in day.sent
        )


def test_whoever_withdrew_after_the_build_is_in_no_file_of_that_day_or_later(
    days: list[Day],
) -> None:
    for day in days:
        for leaver in day.left:
            # news of an order may still reach who only ended advertising, or one channel of it
            if not any(message.customer_id == leaver.customer_id for message in day.sent):
                assert not leaver.signs & day.words, (day.settings.as_of, leaver)
        assert not day.left[-1].signs & day.words, day.left[-1]


def test_nothing_goes_out_that_somebody_has_forbidden(days: list[Day]) -> None:
    for day in days:
        assert [
            message for message in day.sent if any(leaver.forbids(message) for leaver in day.left)
        ] == []


def test_advertising_goes_to_those_alone_whose_last_answer_is_a_yes(days: list[Day]) -> None:
    for day in days:
        answers = answers_of(day)
        wrong = []
        for message in day.sent:
            said = answers.get((message.customer_id, message.channel, "marketing"))
            if message.is_ad and not (said and said[1]):
                wrong.append((message, said))
        assert wrong == []


def answers_of(day: Day) -> dict[tuple[str, str, str], tuple[datetime, bool]]:
    """Return the last answer by person, channel and purpose; of two at a time the no."""
    said: dict[tuple[str, str, str], list[tuple[datetime, bool]]] = defaultdict(list)
    for person, row in day.rows("consents"):
        at = moment(row["changed_at"])
        assert at
        for channel in channels_of(row["channel"]):
            said[person, channel, row["purpose"]].append((at, row["is_granted"] == "true"))
    messages = {row["message_id"]: (person, row) for person, row in day.rows("messages")}
    for row in day.known["message_events"]:
        at = moment(row["occurred_at"])
        assert at
        if row["event_name"] in ("unsubscribed", "complained") and row["message_id"] in messages:
            person, message = messages[row["message_id"]]
            for channel in channels_of(message["channel"]):
                said[person, channel, "marketing"].append((at, False))
    return {
        key: max(answers, key=lambda one: (one[0], not one[1])) for key, answers in said.items()
    }


def test_nothing_goes_to_an_address_or_a_person_that_is_closed(days: list[Day]) -> None:
    for day in days:
        closed = set()
        for row in day.known["suppressions"]:
            lifted_at = moment(row["lifted_at"]) if row.get("lifted_at") else None
            if lifted_at and lifted_at < day.settings.ends_at:
                continue
            contact = row["contact"]
            spellings = (email_of(contact) if "@" in contact else phone_of(contact), contact)
            for channel in channels_of(row["channel"]):
                closed |= {(spelling, channel) for spelling in spellings}
        erased = {person for person, row in day.rows("tickets") if row["category"] == "erasure"}
        assert [
            message
            for message in day.sent
            if message.customer_id in erased
            or (message.contact, message.channel) in closed
            or (message.customer_id, message.channel) in closed
        ] == []


def test_nobody_gets_two_advertisements_of_one_day(days: list[Day]) -> None:
    for day in days:
        counts = Counter(message.customer_id for message in day.sent if message.is_ad)
        assert set(counts.values()) == {1}


def test_no_cap_is_ever_passed(days: list[Day], history: list[Message]) -> None:
    sent: dict[str, list[Message]] = defaultdict(list)
    for message in history:
        if message.is_ad:
            sent[message.customer_id].append(message)
    at_the_cap = 0
    for messages in sent.values():
        for message in messages:
            if not is_ours(message, days):
                continue
            for cap in CAPS:
                if cap.channel in ("all", message.channel):
                    from_ = message.sent_at - timedelta(days=cap.days)
                    count = sum(
                        cap.channel in ("all", one.channel)
                        and from_ < one.sent_at <= message.sent_at
                        for one in messages
                    )
                    assert count <= cap.max_messages, (cap, messages)
                    at_the_cap += count == cap.max_messages
    assert at_the_cap > 0


def test_no_campaign_comes_again_before_its_cooldown_is_over(
    days: list[Day], history: list[Message]
) -> None:
    sent: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in history:
        if message.is_ad:
            sent[message.campaign_id, message.customer_id].append(message)
    for (campaign_id, _), messages in sent.items():
        pause = timedelta(
            days=CAMPAIGNS[campaign_id].cooldown_days if campaign_id in CAMPAIGNS else 0
        )
        for before, after in pairwise(messages):
            assert not is_ours(after, days) or after.sent_at - before.sent_at >= pause


def test_no_advertising_arrives_at_night(days: list[Day], shop: Shop) -> None:
    for day in days:
        answers = answers_of(day)
        zones: dict[str, ZoneInfo] = {}
        for row in sorted(shop.customers, key=lambda row: row["updated_at"]):
            if row["timezone"] in ZONES:
                person = day.person_of.get(row["customer_id"], "")
                zones[person] = ZoneInfo(row["timezone"])
        for message in day.sent:
            night = answers.get((message.customer_id, message.channel, "night"))
            assert may_arrive(
                message.sent_at,
                zones.get(message.customer_id, ZoneInfo(day.settings.reporting_timezone)),
                message.channel,
                is_ad=message.is_ad,
                has_night_consent=bool(night and night[1]),
                settings=day.settings,
            ), message
            assert timedelta() <= message.sent_at - day.settings.ends_at < timedelta(days=1)


def test_nobody_held_out_ever_gets_advertising(days: list[Day], shop: Shop) -> None:
    for day in days:
        recorded = defaultdict(set)
        for row in shop.assignments:
            if (moment(row["assigned_at"]) or day.settings.ends_at) < day.settings.ends_at:
                person = day.person_of.get(row["customer_id"], "")
                recorded[row["campaign_id"], person].add(row["arm"])
        for message in day.sent:
            if not message.is_ad:
                continue
            share = day.settings.global_holdout_share * HASH_STEPS
            assert hashed(day.settings, "shop", message.customer_id) >= share
            campaign = CAMPAIGNS[message.campaign_id]
            arms = recorded.get((message.campaign_id, message.customer_id)) or {
                hash_arm(day.settings, campaign, message.customer_id)
            }
            assert "control" not in arms
            assert message.variant in arms
