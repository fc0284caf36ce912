"""Made-up people at the edges of the rules of messaging, as raw tables.

Hypothesis draws what a person is like, each trait from a list in which the edges stand; what is
left (names, spellings, where in a window an order lies) follows from the person's number.
"""

from __future__ import annotations

import hashlib
import random
import re
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_oracle import (
    CHANNELS,
    ZONES,
    Campaign,
    Settings,
    add_months,
    at_local,
    campaigns_of,
    caps_of,
    email_of,
    phone_of,
    planned_at,
)
from tiny_shop import Shop, write_shop
from warehouse import ROOT, Build, Once, build, build_once

CAMPAIGNS = campaigns_of(ROOT / "seeds")
CAPS = caps_of(ROOT / "seeds")

SHOPS = {
    # who was born on 29 February turns 14 on the day after the one that is planned
    "a": Settings(as_of=date(2026, 2, 27)),
    # the clocks of America go back
    "b": Settings(
        as_of=date(2026, 10, 31), allow_transaction_exception=True, block_unconfirmed=True
    ),
    # the clocks of Europe go forward
    "c": Settings(as_of=date(2026, 3, 28), kakao_brand_target="M", kakao_friend_count=60_000),
    # the clocks of America go forward, those of the shop with them; other hours are forbidden, and
    # to Kakao more than its own
    "d": Settings(
        as_of=date(2026, 3, 7),
        reporting_timezone="America/New_York",
        night_begins="20:00",
        night_ends="08:30",
        kakao_night_begins="22:00",
    ),
}
"""Settings by name of the shop; its customer_ids begin with the name."""

PEOPLE = 3_000
"""People of each shop."""
PEOPLE_AT_A_TIME = 200
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CAP_OF = {f"{cap.channel} {cap.days}": cap for cap in CAPS}

ZONES_OF_PEOPLE = (
    *("Asia/Seoul",) * 8,
    *("America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Sao_Paulo"),
    *("Europe/London", "Europe/Berlin", "Europe/Lisbon", "Atlantic/Azores", "Africa/Lagos"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Sydney"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"),
    # not given, and no zones
    *("", "", "", "Mars/Olympus", "KST", "asia/seoul", "UTC+9"),
)
BAD_EMAILS = ("{0}", "{0}@shop", "@{0}.kr", "{0}@@shop.kr", "{0}..x@shop.kr", "{0} x@shop.kr")
NAMES = ("김민수", "이서연", "Ann Lee", "박지훈", "Zoé", "최🎉", "")
PRODUCTS = {
    # product_id: name, category, price, pieces in stock
    "p0": ("세럼", "skin", "39000", "100"),
    "p1": ("크림", "skin", "52000", "5"),
    "p2": ("샴푸", "hair", "18000", "100"),
    "p3": ("Crème 🎉", "hair", "21000", "100"),
    "p4": ("선물", "", "15000", "100"),
    "p5": ("값을 모르는 상품", "skin", "", "100"),
}
COLUMNS = {
    "customers": "customer_id email phone name birth_date language timezone signed_up_at"
    " is_kakao_friend guardian_verified updated_at",
    "devices": "device_id customer_id platform push_token is_push_enabled last_seen_at",
    "consents": "customer_id channel purpose is_granted changed_at result_notified_at"
    " reconfirmed_at",
    "suppressions": "contact channel reason suppressed_at lifted_at",
    "messages": "message_id campaign_id customer_id channel sent_at is_ad",
    "message_events": "message_id event_name occurred_at",
    "tickets": "ticket_id opened_at customer_id category sentiment resolved_at",
    "assignments": "campaign_id customer_id arm assigned_at",
    "orders": "order_id customer_id ordered_at status gross_amount",
    "order_items": "order_id line_number product_id quantity unit_price",
    "events": "event_id event_name occurred_at customer_id product_id",
    "coupons": "coupon_code customer_id kind value issued_at expires_at",
    "points": "entry_id customer_id kind points occurred_at expires_at",
    "products": "product_id name category list_price",
    "inventory": "product_id counted_at on_hand",
}


def sometimes(usual: str, times: int, *rarely: str) -> tuple[str, ...]:
    """Return a choice of traits: a usual one, as often as `times` of the rare ones."""
    return (*rarely, *(usual,) * times)


Traits = dict[str, Any]

TRAITS: dict[str, tuple[Any, ...]] = {
    "zone": ZONES_OF_PEOPLE,
    "hour": (*(None,) * 12, *range(24)),
    # a second (or a day) before an edge, at it, or after it
    "side": (-1, 0, 0, 1),
    "reasons": (
        *("birthday", "ticket", "due consent", "coupon", "points", "cart"),
        *("cart coupon", "cart points", "cart ticket", "cart due consent", "cart birthday"),
        *("birthday coupon points", "ticket due consent coupon", "cart coupon birthday"),
    ),
    "bought": sometimes("a month ago", 2, "never", "never", "half a year ago", "half a year ago"),
    "birth": sometimes(
        "long ago", 26, "turns 14", "turns 14", "verified child", "child", "leap day", "unknown"
    ),
    "contact": sometimes(
        "all",
        34,
        *("no email", "bad email", "no phone", "landline", "foreign phone", "short phone"),
        *("no token", "push off", "push unknown", "no device", "second device"),
        *("no friend", "no friend", "friendship unknown", "phone only", "email only", "push only"),
    ),
    "accounts": sometimes("one", 9, "two", "two with an address each"),
    "consent": sometimes(
        "yes",
        12,
        *("each", "each", "none", "none", "none", "none", "one withdrawn", "withdrawn"),
        *("granted again", "all yes, one no", "all no, one yes", "granted", "other purpose"),
        *("unsubscribed", "complained", "unsubscribed before", "unsubscribed at once"),
        *("overdue", "overdue", "reminded", "reminded after"),
    ),
    "night": sometimes("none", 6, "all", "sms", "push", "withdrawn", "granted"),
    "suppression": sometimes(
        "none",
        28,
        *("email", "phone", "customer", "all", "email for sms", "lifted", "lifted at the edge"),
        *("begun", "begun again", "bounced", "bounced phone", "bounced elsewhere"),
        "bounced account",
        *("former", "former bounced"),
    ),
    "ticket": sometimes(
        "none",
        26,
        *("complaint", "negative", "resolved", "opened", "question", "erasure", "erasure asked"),
    ),
    "sent": sometimes(
        "nothing", 10, *CAP_OF, "cooldown", "cooldown", "all 7 and one is no ad", "tomorrow"
    ),
    "recorded": sometimes("nothing", 12, "control", "variant", "both", "tomorrow"),
}


@cache
def traits_of(count: int) -> list[Traits]:
    """Return what `count` people are like, always the same: one drawn byte a trait."""
    people: list[Traits] = []
    size = PEOPLE_AT_A_TIME * len(TRAITS)

    @settings(
        max_examples=count // PEOPLE_AT_A_TIME + 2,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.binary(min_size=size, max_size=size))
    def collect(drawn: bytes) -> None:
        numbers = iter(drawn if any(drawn) else b"")
        for first in numbers:
            place = chain([first], numbers)
            people.append({name: trait[next(place) % len(trait)] for name, trait in TRAITS.items()})

    collect()
    return people[:count]


def built_shop(once: Once, name: str) -> Build:
    """Return the shop's ledger and recipients, built once; read it only."""
    return build_once(
        once,
        f"ledger_{name}",
        lambda folder: build(
            write_shop(make_shop(name), folder / "raw"),
            folder,
            select=["+campaign_recipients"],
            engine_threads=1,
            **SHOPS[name].variables(),
        ),
    )


@cache
def make_shop(name: str, newcomers: int = 0) -> Shop:
    """Return the raw tables of a shop, with so many people more."""
    shop: Shop = {table: [] for table in COLUMNS}
    before = SHOPS[name].ends_at - 90 * DAY
    for product_id, (title, category, price, pieces) in PRODUCTS.items():
        shop["products"].append(
            {"product_id": product_id, "name": title, "category": category, "list_price": price}
        )
        shop["inventory"].append(
            {"product_id": product_id, "counted_at": text_of(before), "on_hand": pieces}
        )
    everybody = len(SHOPS) * PEOPLE
    first = sorted(SHOPS).index(name) * PEOPLE
    traits = traits_of(everybody)[first : first + PEOPLE]
    for number, one in enumerate(traits, first):
        Made(shop, SHOPS[name], f"{name}{number:05}", number, one)
    for number, one in enumerate(traits[:newcomers], everybody):
        Made(shop, SHOPS[name], f"{name}{number:05}", number, one)
    return shop


def text_of(moment: datetime) -> str:
    """Return a time as it stands in a raw file."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def rows_of(shop: Shop, customer_id: str) -> dict[str, list[dict[str, str]]]:
    """Return what a shop's tables say of a person, empty values left out."""
    account = next(row for row in shop["customers"] if row["customer_id"] == customer_id)
    digits = account["phone"].replace("-", "")[-8:] or customer_id
    return {
        table: found
        for table, rows in shop.items()
        if (
            found := [
                {column: value for column, value in row.items() if value}
                for row in rows
                if any(
                    customer_id in value.lower() or digits in value.replace("-", "")
                    for value in row.values()
                )
            ]
        )
    }


def signs_of(customer_id: str, email: str, phone: str) -> set[str]:
    """Return every form in which a file may name an account: in clear, reformatted or hashed."""
    plain = {customer_id, email_of(email)}
    if number := phone_of(phone):
        plain |= {number, number[1:], f"0{number[3:]}"}
    signs = {sign for sign in plain if sign}
    return signs | {hashlib.sha256(sign.encode()).hexdigest() for sign in signs}


def words_of(text: str) -> set[str]:
    """Return what of a text may be a name, a number, an address or a hash."""
    return set(re.findall(r"[\w.+@-]+", text))


class Made:
    """One person, written to the tables of a shop.

    Args:
        shop: the tables to add to.
        settings: of the shop.
        customer_id: of the person's first account.
        number: of the person; no other has the same.
        traits: what the person is like.
    """

    def __init__(
        self, shop: Shop, settings: Settings, customer_id: str, number: int, traits: Traits
    ) -> None:
        self.shop = shop
        self.settings = settings
        self.customer_id = customer_id
        self.number = number
        self.traits = traits
        self.rng = random.Random(customer_id)
        self.end = settings.ends_at
        self.side: int = traits["side"]
        self.edge = self.end + self.side * SECOND
        self.long_ago = self.end - 300 * DAY
        self.reasons: str = traits["reasons"]
        self.accounts = [customer_id]
        self.product_id = self.rng.choice(("p0", "p0", "p0", "p1", "p2", "p3", "p4", "p5"))
        zone = traits["zone"]
        self.zone = ZoneInfo(zone if zone in ZONES else settings.reporting_timezone)
        self.campaign, self.channel = self.likely_message()
        self.at = self.likely_time()
        self.add_accounts()
        self.add_devices()
        self.add_reasons()
        self.add_purchases()
        self.add_consents()
        self.add_night_consents()
        self.add_suppressions()
        self.add_tickets()
        self.add_messages()
        self.add_assignments()

    # --- what hangs on the message that the person may get

    def likely_message(self) -> tuple[Campaign, str]:
        """Return an advertising campaign that the person is in, and one of its channels."""
        places = {
            "birthday": "birthday",
            "coupon": "coupon_expiry",
            "points": "points_expiry",
            "cart": "cart_abandonment",
        }
        likely = [campaign for reason, campaign in places.items() if reason in self.reasons]
        likely += {"never": ["welcome"], "a month ago": ["second_purchase"]}.get(
            self.traits["bought"], []
        )
        campaign = CAMPAIGNS[self.rng.choice(likely or ["cart_abandonment"])]
        return campaign, self.rng.choice(campaign.channels)

    def likely_time(self) -> datetime:
        """Return when that message is planned for."""
        hour = self.traits["hour"]
        return planned_at(
            self.campaign.send_time if hour is None else time(hour),
            self.zone,
            self.channel,
            is_ad=True,
            has_night_consent=self.traits["night"] in ("all", self.channel),
            settings=self.settings,
        )

    # --- rows

    def add(self, table: str, **values: str | datetime | date) -> None:
        """Add a row; the columns that are not given are empty."""
        row = dict.fromkeys(COLUMNS[table].split(), "")
        for column, value in values.items():
            row[column] = text_of(value) if isinstance(value, datetime) else str(value)
        self.shop[table].append(row)

    def account(self) -> str:
        """Return one of the person's accounts."""
        return self.rng.choice(self.accounts)

    def add_accounts(self) -> None:
        contact, number = self.traits["contact"], self.number
        self.email = f"{self.customer_id}@shop.kr"
        self.phone = f"010-{2000 + number // 10000:04}-{number % 10000:04}"
        if contact in ("no email", "phone only", "push only"):
            self.email = ""
        elif contact == "bad email":
            self.email = self.rng.choice(BAD_EMAILS).format(self.customer_id)
        if contact in ("no phone", "email only", "push only"):
            self.phone = ""
        elif contact in ("landline", "foreign phone", "short phone"):
            start = {"landline": "02-", "foreign phone": "+1 202", "short phone": "010"}[contact]
            self.phone = f"{start}{3_000_000 + number}{'5' if contact == 'landline' else ''}"
        # an address that six people share, so that it makes them no one person
        if number % 12 == 0 and self.email:
            self.email = f"team{number % 480 // 12}@shop.kr"
        elif number % 12 == 6 and self.phone:
            self.phone = f"010-9999-{number % 480:04}"
        is_new = self.traits["bought"] == "never"
        signed_up_at = self.end - (DAY if is_new else 400 * DAY)
        self.add(
            "customers",
            customer_id=self.customer_id,
            email=self.rng.choice((self.email, f" {self.email.title()} ")),
            phone=self.phone,
            name=self.rng.choice(NAMES),
            language=self.rng.choice(("ko", "ko-KR", "en", "fr", "")),
            timezone=self.traits["zone"],
            signed_up_at=signed_up_at,
            is_kakao_friend={"no friend": "false", "friendship unknown": ""}.get(contact, "true"),
            updated_at=self.end - 200 * DAY,
            **self.birth(),
        )
        self.former_email = f"nobody-{self.customer_id}@shop.kr"
        if self.traits["accounts"] == "one" or not (self.email or self.phone):
            return
        second = f"{self.customer_id}-2"
        self.accounts.append(second)
        has_new_email = self.phone and self.traits["accounts"] != "two"
        if has_new_email:
            self.former_email = self.email or self.former_email
            self.email = f"{second}@shop.kr"
        self.add(
            "customers",
            customer_id=second,
            email=self.email if has_new_email or not self.phone else "",
            phone=self.spelt_phone(),
            signed_up_at=signed_up_at + timedelta(hours=1),
            updated_at=self.end - 100 * DAY,
        )

    def birth(self) -> dict[str, str]:
        """Return the day of birth, and whether a guardian's consent was verified."""
        birth, rng = self.traits["birth"], self.rng
        verified = rng.choice(("", "false"))
        if birth == "unknown":
            return {"birth_date": "", "guardian_verified": verified}
        if birth == "turns 14":
            day = add_months(self.at.astimezone(self.zone).date(), -12 * 14) + self.side * DAY
        elif birth == "leap day":
            day = date(2012, 2, 29)
        else:
            day = self.settings.as_of + 3 * DAY if "birthday" in self.reasons else date(2026, 6, 1)
            day = add_months(day, -12 * (35 if birth == "long ago" else 10))
        if birth == "verified child":
            verified = "true"
        return {"birth_date": day.isoformat(), "guardian_verified": verified}

    def spelt_phone(self) -> str:
        """Return the phone number in one of the ways in which people write it."""
        if not self.phone.startswith("0"):
            return self.phone
        national = self.phone.replace("-", "")
        ways = (self.phone, national, f"+82 {national[1:]}", f"0082{national[1:]}", f" {national}")
        return self.rng.choice(ways)

    def add_devices(self) -> None:
        contact = self.traits["contact"]
        if contact in ("no device", "phone only", "email only"):
            return
        device = {
            "device_id": f"{self.customer_id}-d",
            "platform": "ios",
            "push_token": "" if contact == "no token" else f"token-{self.customer_id}",
            "is_push_enabled": {
                "push off": "false",
                "second device": "false",
                "push unknown": "",
            }.get(contact, "true"),
        }
        self.add("devices", customer_id=self.account(), last_seen_at=self.end - 9 * DAY, **device)
        if contact == "second device":
            device = {name: f"{value}-2" for name, value in device.items()}
            device |= {"platform": "android", "is_push_enabled": "true"}
            self.add(
                "devices", customer_id=self.account(), last_seen_at=self.end - 60 * DAY, **device
            )

    def add_reasons(self) -> None:
        """Add what puts the person in audiences, and makes an hour the best one."""
        customer_id, end, rng = self.customer_id, self.end, self.rng
        if "cart" in self.reasons:
            self.add(
                "events",
                event_id=f"{customer_id}-v",
                event_name="add_to_cart",
                occurred_at=end - timedelta(hours=rng.randint(3, 40)),
                customer_id=self.account(),
                product_id=self.product_id,
            )
        if "coupon" in self.reasons:
            self.add(
                "coupons",
                coupon_code=f"C{customer_id}",
                customer_id=self.account(),
                kind="amount",
                value="3000",
                issued_at=end - 20 * DAY,
                expires_at=end + timedelta(hours=36),
            )
        if "points" in self.reasons:
            self.add(
                "points",
                entry_id=f"{customer_id}-p",
                customer_id=self.account(),
                kind="earn",
                points="50000",
                occurred_at=end - 200 * DAY,
                expires_at=end + 10 * DAY,
            )
        if "ticket" in self.reasons:
            self.ticket("follow", "complaint", end - 5 * DAY, resolved_at=end - DAY)
        if self.traits["hour"] is not None:
            self.message("o", "newsletter", "email", end - 60 * DAY, is_ad="false")
            first = self.settings.as_of - 50 * DAY
            for number in range(6 + self.side):
                self.add(
                    "message_events",
                    message_id=f"{customer_id}-o",
                    event_name="opened",
                    occurred_at=at_local(
                        first + number * DAY, time(self.traits["hour"], 30), self.zone
                    ),
                )

    def add_purchases(self) -> None:
        bought = self.traits["bought"]
        if bought == "never":
            return
        ordered_at = self.end - 30 * DAY
        status, product_id = "delivered", self.product_id
        if bought == "half a year ago":
            day = add_months(self.at.astimezone(self.zone).date(), -6) + self.side * DAY
            zone = ZoneInfo(self.settings.reporting_timezone)
            clock = self.rng.choice((time(0), time(12), time(23, 59, 59)))
            ordered_at = at_local(day, clock, zone)
            status = self.rng.choice(("delivered", "delivered", "paid", "cancelled", "refunded"))
            product_id = self.rng.choice((self.product_id, self.product_id, "p0", "p2"))
        self.add(
            "orders",
            order_id=f"{self.customer_id}-b",
            customer_id=self.account(),
            ordered_at=ordered_at,
            status=status,
            gross_amount="30000",
        )
        self.add(
            "order_items",
            order_id=f"{self.customer_id}-b",
            line_number="1",
            product_id=product_id,
            quantity="1",
            unit_price="30000",
        )

    def say(
        self,
        is_granted: bool,
        channel: str,
        at: datetime,
        purpose: str = "marketing",
        **more: datetime,
    ) -> None:
        """Add an answer of the person."""
        self.add(
            "consents",
            customer_id=self.account(),
            channel=channel,
            purpose=purpose,
            is_granted=str(is_granted).lower(),
            changed_at=at,
            **more,
        )

    def add_consents(self) -> None:
        consent, said_at, end = self.traits["consent"], self.long_ago, self.end
        zone = ZoneInfo(self.settings.reporting_timezone)
        channel = self.channel

        def years_before(day: date) -> datetime:
            clock = self.rng.choice((time(0), time(12), time(23, 59, 59)))
            return at_local(add_months(day, -24), clock, zone)

        if "due consent" in self.reasons:
            said_at = years_before(self.settings.as_of + 15 * DAY)
        if consent == "none":
            return
        if consent in ("withdrawn", "granted"):
            if consent == "withdrawn":
                self.say(True, "all", said_at)
            self.say(consent == "granted", "all", self.edge)
        elif consent == "overdue":
            self.say(True, "all", years_before(self.settings.as_of + self.side * DAY))
        elif consent == "reminded":
            told_at = years_before(self.settings.as_of + self.side * DAY)
            self.say(True, "all", end - 1100 * DAY, reconfirmed_at=told_at)
        elif consent == "reminded after":
            self.say(True, "all", end - 1100 * DAY, reconfirmed_at=self.edge)
        elif consent == "each":
            for number, one in enumerate(CHANNELS):
                self.say(True, one, said_at + number * SECOND)
        elif consent == "all no, one yes":
            self.say(False, "all", said_at)
            self.say(True, channel, said_at)
        else:
            self.say(True, "all", said_at)
        if consent == "one withdrawn":
            self.say(False, channel, said_at + 10 * DAY)
        elif consent == "granted again":
            self.say(False, "all", said_at - 10 * DAY)
        elif consent == "all yes, one no":
            self.say(False, channel, said_at)
        elif consent == "other purpose":
            self.say(False, "all", end - DAY, purpose="third_party")
        elif consent in ("unsubscribed", "complained"):
            at = self.rng.choice((end - 2 * DAY, self.edge))
            self.react("u", consent, at)
        elif consent == "unsubscribed before":
            self.react("u", "unsubscribed", said_at - SECOND)
        elif consent == "unsubscribed at once":
            self.react("u", "unsubscribed", said_at)

    def add_night_consents(self) -> None:
        night = self.traits["night"]
        if night in ("all", "sms", "push"):
            self.say(True, night, self.long_ago, purpose="night")
        elif night == "withdrawn":
            self.say(True, "all", self.long_ago, purpose="night")
            self.say(False, self.rng.choice(("sms", "push")), self.end - DAY, purpose="night")
        elif night == "granted":
            self.say(True, "all", self.edge, purpose="night")

    def add_suppressions(self) -> None:
        kind, rng = self.traits["suppression"], self.rng
        if kind == "none":
            return
        email = self.email and rng.choice((self.email, f" {self.email.upper()}"))
        customer, phone = self.account(), self.phone and self.spelt_phone()
        anything = rng.choice([contact for contact in (customer, email, phone) if contact])
        contact, channels = {
            "email": (email, ("email",)),
            "phone": (phone, ("sms", "kakao")),
            "customer": (customer, CHANNELS),
            "all": (anything, ("all",)),
            "email for sms": (email, ("sms", "push")),
            "bounced": (email, ("email", "all")),
            "bounced phone": (phone, ("sms", "kakao", "all")),
            "bounced elsewhere": (email, ("sms", "push", "kakao")),
            "bounced account": (customer, CHANNELS),
            "former": (self.former_email, ("email", "all")),
            "former bounced": (self.former_email, ("email", "all")),
        }.get(kind, (anything, (self.channel, "all")))
        if not contact:
            return
        is_bounce = "bounced" in kind
        self.add(
            "suppressions",
            contact=contact,
            channel=rng.choice(channels),
            reason="hard_bounce"
            if is_bounce
            else rng.choice(("unsubscribed", "complaint", "manual")),
            suppressed_at=self.edge if kind == "begun" else self.end - 20 * DAY,
            lifted_at={
                "lifted": self.end - DAY,
                "lifted at the edge": self.edge,
                "begun again": self.end - 20 * DAY + self.side * SECOND,
            }.get(kind, ""),
        )

    def ticket(self, name: str, category: str, opened_at: datetime, **more: str | datetime) -> None:
        """Add a ticket of the person."""
        self.add(
            "tickets",
            ticket_id=f"{self.customer_id}-{name}",
            opened_at=opened_at,
            customer_id=self.account(),
            category=category,
            **more,
        )

    def add_tickets(self) -> None:
        kind, end = self.traits["ticket"], self.end
        if kind == "complaint":
            self.ticket("t", "Complaint", end - 3 * DAY)
        elif kind == "negative":
            self.ticket("t", "delivery", end - 3 * DAY, sentiment="Negative")
        elif kind == "resolved":
            self.ticket("t", "complaint", end - 3 * DAY, resolved_at=self.edge)
        elif kind == "opened":
            self.ticket("t", "complaint", self.edge)
        elif kind == "question":
            self.ticket("t", "question", end - 3 * DAY, sentiment="neutral")
        elif kind == "erasure":
            self.ticket("t", "Erasure", end - 30 * DAY, resolved_at=end - 20 * DAY)
        elif kind == "erasure asked":
            self.ticket("t", "erasure", self.edge)

    def message(
        self, name: str, campaign_id: str, channel: str, sent_at: datetime, is_ad: str = "true"
    ) -> None:
        """Add a message to the person."""
        if channel == "sms":
            channel = self.rng.choice(("sms", "lms", "mms"))
        self.add(
            "messages",
            message_id=f"{self.customer_id}-{name}",
            campaign_id=campaign_id,
            customer_id=self.account(),
            channel=channel,
            sent_at=sent_at,
            is_ad=is_ad,
        )

    def react(self, name: str, event_name: str, at: datetime) -> None:
        """Add a message of long ago by the channel, and what the person did with it."""
        self.message(name, "newsletter", self.channel, self.end - 800 * DAY)
        self.add(
            "message_events",
            message_id=f"{self.customer_id}-{name}",
            event_name=event_name,
            occurred_at=at,
        )

    def add_messages(self) -> None:
        sent, end, rng = self.traits["sent"], self.end, self.rng
        if sent == "cooldown":
            pause = self.campaign.cooldown_days * DAY
            self.message(
                "s", self.campaign.campaign_id, self.channel, self.at - pause + self.side * SECOND
            )
        elif sent == "tomorrow":
            for number in range(3):
                self.message(f"s{number}", self.campaign.campaign_id, self.channel, self.edge)
        elif sent != "nothing":
            cap = CAP_OF[sent.removesuffix(" and one is no ad")]
            # the others lie where they count for no shorter window
            from_, to = {
                1: (self.at - DAY + 60 * SECOND, end - SECOND),
                7: (self.at - 6 * DAY, end - 2 * DAY),
                30: (self.at - 29 * DAY, end - 9 * DAY),
            }[cap.days]
            for number in range(cap.max_messages):
                sent_at = from_ + (to - from_) * rng.random()
                if number == 0:
                    sent_at = self.at - cap.days * DAY + self.side * SECOND
                self.message(
                    f"s{number}",
                    "newsletter",
                    rng.choice(("email", "kakao")) if cap.channel == "all" else cap.channel,
                    sent_at,
                    is_ad="false"
                    if number == 1 and sent.endswith("no ad")
                    else rng.choice(("true", "")),
                )

    def add_assignments(self) -> None:
        recorded, end = self.traits["recorded"], self.end
        if recorded == "nothing":
            return
        variant = self.campaign.variants[-1]
        arms = {"control": "Control", "variant": variant, "both": variant}
        rows = {self.account(): (arms.get(recorded, "control"), end - 9 * DAY)}
        if recorded == "both":
            rows[self.accounts[0]] = ("control", end - 20 * DAY)
        if recorded == "tomorrow":
            rows = {self.account(): ("control", self.edge)}
        for account, (arm, assigned_at) in rows.items():
            self.add(
                "assignments",
                campaign_id=self.campaign.campaign_id,
                customer_id=account,
                arm=arm,
                assigned_at=assigned_at,
            )
