"""Who gets which message, when, and why not: the rules of docs/messaging.md in plain Python.

Written from the page and not from the SQL, so that the two can be held against each other. It reads
the raw rows as they were delivered, and takes three things as given, which have tests of their own:
who is in an audience and for which product, a person's best hour, and whether a text may go.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

Rows = Sequence[Mapping[str, str]]
Shop = Mapping[str, Rows]
"""Rows by raw table, each value as it stands in the file; '' is none."""
Key = tuple[str, str, str]
"""(campaign_id, customer_id, channel)"""

CHANNELS = ("email", "sms", "push", "kakao")
VALID_STATUSES = ("paid", "shipped", "delivered", "partially_refunded")
HASH_STEPS = 1_000_000
FRIENDS_NEEDED = 50_000
EXCEPTION_MONTHS = 6

REASONS = (
    *("erased", "under_age", "no_contact", "suppressed", "no_consent", "consent_unconfirmed"),
    *("open_complaint", "cooling_down", "frequency_cap", "global_holdout", "campaign_holdout"),
    *("lower_priority", "lower_channel", "text_incomplete"),
)
"""The rules in their order, the first is number 1."""

LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
EMAIL = re.compile(rf"[a-z0-9_%&'+-]+(\.[a-z0-9_%&'+-]+)*@({LABEL}\.)+[a-z]{{2,}}")
MOBILE = re.compile(r"\+8210\d{8}")
ZONES = available_timezones()
KOREA = ZoneInfo("Asia/Seoul")
"""Where Kakao keeps its night."""


@dataclass(frozen=True)
class Settings:
    """The variables of dbt_project.yml that the rules know, with their defaults."""

    as_of: date
    reporting_timezone: str = "Asia/Seoul"
    guardian_age: int = 14
    night_begins: str = "21:00"
    night_ends: str = "08:00"
    kakao_night_begins: str = "20:50"
    consent_notice_years: int = 2
    allow_transaction_exception: bool = False
    block_unconfirmed: bool = False
    kakao_brand_target: str = "I"
    kakao_friend_count: int = 0
    erasure_ticket_category: str = "erasure"
    assignment_salt: str = "dangol"
    global_holdout_share: float = 0.05

    def variables(self) -> dict[str, Any]:
        """Return the settings that are not the defaults, for dbt."""
        chosen = {item.name: getattr(self, item.name) for item in fields(self)}
        usual = {item.name: item.default for item in fields(self)}
        changed = {name: value for name, value in chosen.items() if value != usual[name]}
        return {**changed, "as_of": self.as_of.isoformat()}

    @property
    def ends_at(self) -> datetime:
        """The moment at which the as-of day ends: everything known happened before it."""
        zone = ZoneInfo(self.reporting_timezone)
        return at_local(self.as_of + timedelta(days=1), time(0), zone)


@dataclass(frozen=True)
class Campaign:
    """A row of the seed `campaigns`."""

    campaign_id: str
    is_ad: bool
    channels: tuple[str, ...]
    priority: int
    holdout_share: Decimal
    variants: tuple[str, ...]
    cooldown_days: int
    send_time: time


@dataclass(frozen=True)
class Cap:
    """A row of the seed `frequency_caps`."""

    channel: str
    days: int
    max_messages: int


@dataclass(frozen=True)
class Answer:
    """What a person said to a channel and purpose, and when the person was last reminded of it."""

    said_at: datetime
    is_granted: bool
    reminded_at: datetime | None = None


@dataclass(frozen=True)
class Sent:
    """A message that went out."""

    campaign_id: str
    channel: str
    sent_at: datetime
    is_ad: bool


@dataclass(frozen=True)
class Person:
    """One or more accounts of the same human being, and what is known about them."""

    customer_id: str
    accounts: frozenset[str]
    email: str | None
    phone: str | None
    emails: frozenset[str]
    phones: frozenset[str]
    birth_date: date | None
    guardian_verified: bool
    is_kakao_friend: bool
    zone: ZoneInfo


@dataclass(frozen=True)
class Verdict:
    """The first rule that failed, or `eligible` with the time of sending."""

    reason_code: str
    send_at: datetime | None = None


# --- reading


def campaigns_of(seeds: Path) -> dict[str, Campaign]:
    """Return the campaigns of the seed by campaign_id."""
    return {
        row["campaign_id"]: Campaign(
            campaign_id=row["campaign_id"],
            is_ad=row["is_ad"] == "true",
            channels=tuple(row["channels"].split("|")),
            priority=int(row["priority"]),
            holdout_share=Decimal(row["holdout_share"]),
            variants=tuple(row["variants"].split("|")),
            cooldown_days=int(row["cooldown_days"]),
            send_time=time.fromisoformat(row["send_time"]),
        )
        for row in _lines(seeds / "campaigns.csv")
    }


def caps_of(seeds: Path) -> list[Cap]:
    """Return the frequency caps of the seed."""
    return [
        Cap(row["channel"], int(row["days"]), int(row["max_messages"]))
        for row in _lines(seeds / "frequency_caps.csv")
    ]


def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def moment(text: str) -> datetime | None:
    """Return the time of a raw value, in UTC; None for none."""
    if not text:
        return None
    read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return read.replace(tzinfo=read.tzinfo or timezone.utc).astimezone(timezone.utc)


def email_of(text: str) -> str | None:
    """Return an e-mail address as one spelling; None for none."""
    return text.strip().lower() or None


def phone_of(text: str) -> str | None:
    """Return a phone number in E.164, a national one as Korean; None for none."""
    digits = "".join(letter for letter in text if letter.isdigit())
    if not digits or any(letter.isalpha() for letter in text):
        return None
    if text.strip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    if digits.startswith("82"):
        return f"+{digits}"
    return f"+82{digits.removeprefix('0')}"


def channels_of(channel: str) -> tuple[str, ...]:
    """Return the channels that a raw value names: `all` names each, lms and mms are sms."""
    if channel == "all":
        return CHANNELS
    return ("sms",) if channel in ("lms", "mms") else (channel,)


# --- days and hours


def at_local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the moment of a local day and time, in UTC.

    A time that the clocks pass twice is the earlier one; one that they skip is later by the gap.
    """
    return datetime.combine(day, clock, zone).astimezone(timezone.utc)


def add_months(day: date, months: int) -> date:
    """Return the day some months later, the last one of its month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


def has_reached_age(birth_date: date, years: int, day: date) -> bool:
    """Whether somebody is that old on a day; born on 29 February, the day is 1 March."""
    return (day.year - years, day.month, day.day) >= (
        birth_date.year,
        birth_date.month,
        birth_date.day,
    )


def may_arrive(
    moment_of_sending: datetime,
    zone: ZoneInfo,
    channel: str,
    *,
    is_ad: bool,
    has_night_consent: bool,
    settings: Settings,
) -> bool:
    """Whether a message may arrive at that hour of the person's day."""
    if not is_ad or channel == "email":
        return True
    clock = moment_of_sending.astimezone(zone).time()
    morning = time.fromisoformat(settings.night_ends)
    evening = time.fromisoformat(settings.night_begins)
    if channel == "kakao":
        last_call = time.fromisoformat(settings.kakao_night_begins)
        in_korea = moment_of_sending.astimezone(KOREA).time()
        return morning <= clock < min(evening, last_call) and morning <= in_korea < last_call
    return has_night_consent or morning <= clock < evening


@cache
def planned_at(
    clock: time,
    zone: ZoneInfo,
    channel: str,
    *,
    is_ad: bool,
    has_night_consent: bool,
    settings: Settings,
) -> datetime:
    """Return when a message goes out that should go at a time of the person's day.

    It is the first time after the as-of day, or what an earlier one was put off to by the night.
    Where the clocks go back, a time may not come in the plan's 24 hours; then it is their first.
    """
    ends_at = settings.ends_at
    around = [ends_at.astimezone(zone).date() + timedelta(days=day) for day in range(-3, 4)]

    def is_day(moment: datetime) -> bool:
        return may_arrive(
            moment,
            zone,
            channel,
            is_ad=is_ad,
            has_night_consent=has_night_consent,
            settings=settings,
        )

    def put_off(wanted: datetime) -> datetime:
        if is_day(wanted):
            return wanted
        morning = time.fromisoformat(settings.night_ends)
        mornings = (at_local(day, morning, where) for day in around for where in (zone, KOREA))
        return min(moment for moment in mornings if moment > wanted and is_day(moment))

    wanted = [at_local(day, clock, zone) for day in around[1:-1]]
    before = put_off(max(one for one in wanted if one < ends_at))
    if before >= ends_at:
        return before
    after = put_off(min(one for one in wanted if one >= ends_at))
    return after if after < ends_at + timedelta(days=1) else put_off(ends_at)


# --- chance


def hashed(settings: Settings, scope: str, customer_id: str) -> int:
    """Return a number from 0 to 999,999 that is always the same for a person and a scope."""
    text = f"{settings.assignment_salt}|{scope}|{customer_id}"
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16) % HASH_STEPS


def hash_arm(settings: Settings, campaign: Campaign, customer_id: str) -> str:
    """Return the arm of a campaign that the hash puts a person in."""
    place = hashed(settings, f"campaign:{campaign.campaign_id}", customer_id)
    if place < campaign.holdout_share * HASH_STEPS:
        return "control"
    number = hashed(settings, f"variant:{campaign.campaign_id}", customer_id)
    return campaign.variants[number % len(campaign.variants)]


# --- the ledger


class Oracle:
    """Says of every row of a plan what becomes of it.

    Args:
        shop: the raw tables.
        settings: the variables of the build.
        campaigns: the seed, by campaign_id.
        caps: the seed.
    """

    def __init__(
        self,
        shop: Shop,
        settings: Settings,
        campaigns: Mapping[str, Campaign],
        caps: Iterable[Cap],
    ) -> None:
        self.shop = shop
        self.settings = settings
        self.ends_at = settings.ends_at
        self.campaigns = campaigns
        self.caps = list(caps)
        self.categories = {row["product_id"]: row["category"] for row in shop["products"]}
        self.people = {person.customer_id: person for person in self._people()}
        self.person_of = {
            account: person.customer_id
            for person in self.people.values()
            for account in person.accounts
        }
        self.tokens = self._people_with_a_token()
        self.sent = self._sent()
        self.answers = self._answers()
        self.suppressed = self._suppressed()
        self.complaining, self.erased = self._tickets()
        self.assigned = self._assigned()
        self.bought = self._bought()

    def verdicts(
        self,
        members: Mapping[tuple[str, str], str | None],
        best_hours: Mapping[str, int],
        good_texts: AbstractSet[Key],
    ) -> dict[Key, Verdict]:
        """Return the verdict of every campaign, member and channel.

        Args:
            members: product of the message, or None, by campaign and person.
            best_hours: the hour of the day to write to a person, for those who have one.
            good_texts: the rows whose text is complete and within its limits.
        """
        failures: dict[Key, str | None] = {}
        planned: dict[Key, datetime] = {}
        plans: dict[str, list[Campaign]] = defaultdict(list)
        for (campaign_id, customer_id), product_id in members.items():
            campaign = self.campaigns[campaign_id]
            person = self.people[customer_id]
            plans[customer_id].append(campaign)
            best_hour = best_hours.get(customer_id)
            clock = campaign.send_time if best_hour is None else time(best_hour)
            for channel in campaign.channels:
                key = (campaign_id, customer_id, channel)
                planned[key] = planned_at(
                    clock,
                    person.zone,
                    channel,
                    is_ad=campaign.is_ad,
                    has_night_consent=self.has_consent(customer_id, channel, "night"),
                    settings=self.settings,
                )
                failures[key] = next(
                    self._failures(campaign, person, channel, product_id, planned[key]), None
                )
        verdicts = {}
        for customer_id, wanted in plans.items():
            is_slot_taken = False
            for campaign in sorted(wanted, key=lambda one: one.priority):
                is_campaign_placed = False
                for channel in campaign.channels:
                    key = (campaign.campaign_id, customer_id, channel)
                    reason = failures[key]
                    if reason is None and campaign.is_ad and is_slot_taken:
                        reason = "lower_priority"
                    elif reason is None and is_campaign_placed:
                        reason = "lower_channel"
                    elif reason is None and key not in good_texts:
                        reason = "text_incomplete"
                    elif reason is None:
                        is_campaign_placed = True
                        verdicts[key] = Verdict("eligible", planned[key])
                        continue
                    verdicts[key] = Verdict(reason)
                is_slot_taken = is_slot_taken or (campaign.is_ad and is_campaign_placed)
        return verdicts

    def arm(self, campaign: Campaign, customer_id: str) -> str:
        """Return the arm on record, the control arm before others, else that of the hash."""
        recorded = self.assigned.get((campaign.campaign_id, customer_id), set())
        if recorded:
            return "control" if "control" in recorded else min(recorded)
        return hash_arm(self.settings, campaign, customer_id)

    def has_consent(self, customer_id: str, channel: str, purpose: str) -> bool:
        """Whether the last answer for the channel is a yes."""
        answer = self.answer(customer_id, channel, purpose)
        return answer is not None and answer.is_granted

    def answer(self, customer_id: str, channel: str, purpose: str) -> Answer | None:
        """Return the answer in force: the last one, of two at the same time the no."""
        answers = self.answers.get((customer_id, channel, purpose))
        if not answers:
            return None
        last_said_at = max(answer.said_at for answer in answers)
        last = [answer for answer in answers if answer.said_at == last_said_at]
        reminders = [answer.reminded_at for answer in last if answer.reminded_at]
        return Answer(
            last_said_at,
            all(answer.is_granted for answer in last),
            max(reminders, default=None),
        )

    def _failures(
        self,
        campaign: Campaign,
        person: Person,
        channel: str,
        product_id: str | None,
        at: datetime,
    ) -> Iterator[str]:
        """Yield each rule from 1 to 11 that the row breaks, in their order."""
        settings, customer_id = self.settings, person.customer_id
        day = at.astimezone(person.zone).date()
        if customer_id in self.erased:
            yield "erased"
        if (
            person.birth_date
            and not has_reached_age(person.birth_date, settings.guardian_age, day)
            and not person.guardian_verified
        ):
            yield "under_age"
        if not self._has_contact(person, channel, is_ad=campaign.is_ad):
            yield "no_contact"
        if (customer_id, channel) in self.suppressed:
            yield "suppressed"
        if not campaign.is_ad:
            return
        answer = self.answer(customer_id, channel, "marketing")
        if not (
            (answer and answer.is_granted)
            or (answer is None and self._has_exception(customer_id, channel, product_id, day))
        ):
            yield "no_consent"
        if answer and answer.is_granted and settings.block_unconfirmed:
            reminded_at = max(answer.said_at, answer.reminded_at or answer.said_at)
            told_on = reminded_at.astimezone(ZoneInfo(settings.reporting_timezone)).date()
            if add_months(told_on, 12 * settings.consent_notice_years) <= settings.as_of:
                yield "consent_unconfirmed"
        if customer_id in self.complaining:
            yield "open_complaint"
        sent = self.sent.get(customer_id, [])
        pause = timedelta(days=campaign.cooldown_days)
        if any(
            one.campaign_id == campaign.campaign_id and at - one.sent_at < pause for one in sent
        ):
            yield "cooling_down"
        if any(self._is_reached(cap, sent, channel, at) for cap in self.caps):
            yield "frequency_cap"
        held_out = Decimal(str(settings.global_holdout_share)) * HASH_STEPS
        if hashed(settings, "shop", customer_id) < held_out:
            yield "global_holdout"
        if self.arm(campaign, customer_id) == "control":
            yield "campaign_holdout"

    def _has_contact(self, person: Person, channel: str, *, is_ad: bool) -> bool:
        if channel == "email":
            return person.email is not None and EMAIL.fullmatch(person.email) is not None
        if channel == "push":
            return person.customer_id in self.tokens
        has_mobile = person.phone is not None and MOBILE.fullmatch(person.phone) is not None
        if channel == "sms" or not is_ad:
            return has_mobile
        target = self.settings.kakao_brand_target
        if target == "I":
            return has_mobile and person.is_kakao_friend
        if self.settings.kakao_friend_count < FRIENDS_NEEDED:
            return False
        return has_mobile and (target == "M" or not person.is_kakao_friend)

    def _has_exception(
        self, customer_id: str, channel: str, product_id: str | None, day: date
    ) -> bool:
        """Whether goods of the same category were bought in the six months before the day."""
        if not self.settings.allow_transaction_exception or channel not in ("email", "sms"):
            return False
        category = self.categories.get(product_id or "")
        return any(
            bought == category and add_months(bought_on, EXCEPTION_MONTHS) >= day
            for bought, bought_on in self.bought.get(customer_id, ())
            if category
        )

    @staticmethod
    def _is_reached(cap: Cap, sent: Iterable[Sent], channel: str, at: datetime) -> bool:
        if cap.channel not in ("all", channel):
            return False
        counted = [
            one
            for one in sent
            if one.is_ad
            and cap.channel in ("all", one.channel)
            and at - timedelta(days=cap.days) < one.sent_at < at
        ]
        return len(counted) >= cap.max_messages

    # --- what the raw rows say by the end of the as-of day

    def _known(self, table: str, column: str) -> Iterator[tuple[Mapping[str, str], datetime]]:
        """Yield the rows of a table that happened by then, each with its time."""
        for row in self.shop.get(table, ()):
            happened_at = moment(row[column])
            if happened_at and happened_at < self.ends_at:
                yield row, happened_at

    def _people(self) -> Iterator[Person]:
        """Yield the people: accounts that share an e-mail or a phone with up to two others."""
        accounts = {row["customer_id"]: row for row in self.shop["customers"]}
        owners: dict[str, set[str]] = defaultdict(set)
        for account, row in accounts.items():
            for contact in (email_of(row["email"]), phone_of(row["phone"])):
                if contact:
                    owners[contact].add(account)
        group_of = {account: {account} for account in accounts}
        for sharing in owners.values():
            if 1 < len(sharing) <= 3:
                together = set().union(*(group_of[account] for account in sharing))
                group_of.update(dict.fromkeys(together, together))
        since = {account: moment(row["signed_up_at"]) for account, row in accounts.items()}
        for row, ordered_at in self._known("orders", "ordered_at"):
            signed_up_at = since.get(row["customer_id"])
            if row["customer_id"] in since and (not signed_up_at or ordered_at < signed_up_at):
                since[row["customer_id"]] = ordered_at
        never = datetime.max.replace(tzinfo=timezone.utc)
        for account, group in group_of.items():
            oldest = min(group, key=lambda one: (since[one] or never, one))
            if account == oldest:
                yield self._person(oldest, [accounts[one] for one in group])

    def _person(self, customer_id: str, rows: Rows) -> Person:
        """Return the person of some accounts: of each attribute the value known last."""
        in_order = sorted(rows, key=lambda row: row["updated_at"])

        def last(column: str) -> str:
            return next((row[column] for row in reversed(in_order) if row[column]), "")

        zone = last("timezone")
        return Person(
            customer_id=customer_id,
            accounts=frozenset(row["customer_id"] for row in rows),
            email=email_of(last("email")),
            phone=phone_of(last("phone")),
            emails=frozenset(filter(None, (email_of(row["email"]) for row in rows))),
            phones=frozenset(filter(None, (phone_of(row["phone"]) for row in rows))),
            birth_date=date.fromisoformat(last("birth_date")) if last("birth_date") else None,
            guardian_verified=last("guardian_verified") == "true",
            is_kakao_friend=last("is_kakao_friend") == "true",
            zone=ZoneInfo(zone if zone in ZONES else self.settings.reporting_timezone),
        )

    def _people_with_a_token(self) -> set[str]:
        return {
            self.person_of[row["customer_id"]]
            for row in self.shop.get("devices", ())
            if row["push_token"] and row["is_push_enabled"] == "true"
        }

    def _sent(self) -> dict[str, list[Sent]]:
        sent = defaultdict(list)
        for row, sent_at in self._known("messages", "sent_at"):
            (channel,) = channels_of(row["channel"])
            sent[self.person_of[row["customer_id"]]].append(
                Sent(row["campaign_id"], channel, sent_at, row["is_ad"] != "false")
            )
        return sent

    def _answers(self) -> dict[Key, list[Answer]]:
        """Return the answers by (customer_id, channel, purpose)."""
        answers = defaultdict(list)
        for row, said_at in self._known("consents", "changed_at"):
            reminded_at = moment(row["reconfirmed_at"])
            if reminded_at and reminded_at >= self.ends_at:
                reminded_at = None
            answer = Answer(said_at, row["is_granted"] == "true", reminded_at)
            for channel in channels_of(row["channel"]):
                answers[self.person_of[row["customer_id"]], channel, row["purpose"]].append(answer)
        accounts = {row["customer_id"]: row for row in self.shop["customers"]}
        written_to_at: dict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            for address in filter(None, (person.email, person.phone)):
                written_to_at[address].add(person.customer_id)
        messages = {row["message_id"]: row for row in self.shop.get("messages", ())}
        for row, said_at in self._known("message_events", "occurred_at"):
            if row["event_name"] in ("unsubscribed", "complained"):
                message = messages[row["message_id"]]
                (channel,) = channels_of(message["channel"])
                account = accounts[message["customer_id"]]
                saying = {self.person_of[message["customer_id"]]}
                if channel == "email":
                    saying |= written_to_at.get(email_of(account["email"]) or "", set())
                elif channel in ("sms", "kakao"):
                    saying |= written_to_at.get(phone_of(account["phone"]) or "", set())
                for customer_id in saying:
                    answers[customer_id, channel, "marketing"].append(Answer(said_at, False))
        return answers

    def _suppressed(self) -> set[tuple[str, str]]:
        """Return (customer_id, channel) of what is closed, whatever the message."""
        people_of: dict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            for contact in person.accounts | person.emails | person.phones:
                people_of[contact].add(person.customer_id)
        closed: set[tuple[str, str]] = set()
        for row, suppressed_at in self._known("suppressions", "suppressed_at"):
            lifted_at = moment(row["lifted_at"])
            if lifted_at and suppressed_at <= lifted_at < self.ends_at:
                continue
            contact = row["contact"]
            if contact not in people_of:
                contact = (email_of if "@" in contact else phone_of)(contact) or ""
            for customer_id in people_of.get(contact, ()):
                person = self.people[customer_id]
                # a bounce says something about an address and nothing about its owner
                in_use = (*person.accounts, person.email, person.phone)
                if row["reason"] != "hard_bounce" or contact in in_use:
                    closed.update((customer_id, channel) for channel in channels_of(row["channel"]))
        return closed

    def _tickets(self) -> tuple[set[str], set[str]]:
        """Return the people with an open complaint, and those who asked to be erased."""
        complaining, erased = set(), set()
        for row, _ in self._known("tickets", "opened_at"):
            customer_id = self.person_of.get(row["customer_id"], "")
            resolved_at = moment(row["resolved_at"])
            is_open = not resolved_at or resolved_at >= self.ends_at
            is_complaint = row["category"].lower() == "complaint"
            if is_open and (is_complaint or row["sentiment"].lower() == "negative"):
                complaining.add(customer_id)
            if row["category"].lower() == self.settings.erasure_ticket_category.lower():
                erased.add(customer_id)
        return complaining, erased

    def _assigned(self) -> dict[tuple[str, str], set[str]]:
        assigned = defaultdict(set)
        for row, _ in self._known("assignments", "assigned_at"):
            arm = "control" if row["arm"].lower() == "control" else row["arm"]
            assigned[row["campaign_id"], self.person_of[row["customer_id"]]].add(arm)
        return assigned

    def _bought(self) -> dict[str, list[tuple[str, date]]]:
        """Return (category, local day) of all goods of valid orders by customer_id."""
        zone = ZoneInfo(self.settings.reporting_timezone)
        orders = {
            row["order_id"]: (row, ordered_at.astimezone(zone).date())
            for row, ordered_at in self._known("orders", "ordered_at")
            if row["status"] in VALID_STATUSES
        }
        bought = defaultdict(list)
        for item in self.shop.get("order_items", ()):
            if item["order_id"] in orders:
                row, ordered_on = orders[item["order_id"]]
                category = self.categories.get(item["product_id"], "")
                bought[self.person_of[row["customer_id"]]].append((category, ordered_on))
        return bought
