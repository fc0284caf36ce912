"""Publishing the sample: opt-outs count to the last moment, a kill at any moment loses nothing."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from warehouse import ROOT, Build, profiles_folder

import __main__
from dangol.build import invoke, same_environment_after
from dangol.destinations import DESTINATIONS, read_rows
from dangol.publishing import judge_members, publish
from dangol.publishing.basis import RefusedError
from dangol.publishing.publication import last_publication
from dangol.settings import Settings
from dangol.workplace import Workplace

# great-expectations loads pyspark, which takes a main module without a file for a run of its own
# doctests and exits; the worker processes of pytest-xdist have such a one.
if not hasattr(__main__, "__file__"):
    __main__.__file__ = __file__

DAY_BEGINS = datetime(2026, 6, 30, 15)
"""When the day begins in Seoul that the sample's plan is for."""
NOON = datetime(2026, 7, 1, 3)
"""Noon of that day in Seoul."""
NEXT_DAY = datetime(2026, 7, 1, 15)
"""When that day is over."""
AFTER_THE_BUILD = "2026-06-30T15:30:00Z"


class Shop:
    """A shop's raw files and its green build, to be published again and again.

    Args:
        home: folder for all of it.
        built: the sample as built.
    """

    def __init__(self, home: Path, built: Build) -> None:
        self.raw, self.out = home / "raw", home / "out"
        self.warehouse = home / "my.shop.duckdb"  # which DuckDB calls `my`
        shutil.copytree(ROOT / "sample", self.raw)
        shutil.copyfile(built.warehouse, self.warehouse)
        variables = json.dumps({"raw": str(self.raw), "max_age_hours": 9999})
        with duckdb.connect(str(self.warehouse)) as connection:
            # the shared build leaves the tests out; here it stands for one in which all held
            connection.execute(
                "update quality.run_history"
                " set is_complete = true, status = 'green', raw = ?, variables = ?",
                [str(self.raw), variables],
            )
        os.environ.update(
            DBT_PROFILES_DIR=str(profiles_folder(home)),
            DBT_TARGET_PATH=str(home / "target"),
            WAREHOUSE=str(self.warehouse),
        )
        os.chdir(ROOT)
        settings = Settings(warehouse=str(self.warehouse))
        with same_environment_after():  # parsed as a build parses, whose work publishing uses
            os.environ.update(Workplace.of(settings, ROOT).settings(settings).environment())
            assert invoke(["parse"], json.loads(variables)).success

    def publish(self, now: datetime, judge: bool = False, dry_run: bool = False) -> list[str]:
        """Publish, and return what was said."""
        said: list[str] = []
        settings = Settings(
            warehouse=str(self.warehouse), out=str(self.out), dry_run="1" if dry_run else None
        )
        publish(
            settings,
            ROOT,
            now,
            judge=judge_members if judge else lambda *_: [],
            say=said.append,
        )
        return said

    def append(self, table: str, **values: str) -> None:
        """Deliver one more row of a raw table."""
        csv, parquet = self.raw / f"{table}.csv", self.raw / f"{table}.parquet"
        path = csv if csv.exists() else parquet
        columns = ", ".join(f"'{value}' as {name}" for name, value in values.items())
        with duckdb.connect() as connection:
            options = ", header = true, all_varchar = true" if csv.exists() else ""
            reader = "read_csv" if csv.exists() else "read_parquet"
            connection.execute(
                f"create table grown as from {reader}('{path}'{options});"
                f" insert into grown by name select {columns};"
                f" copy grown to '{path}'"
            )

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        """Return the rows of a query on the build."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def shop(sample_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    before, folder = dict(os.environ), Path.cwd()
    yield Shop(tmp_path_factory.mktemp("publishing"), sample_build)
    os.environ.clear()
    os.environ.update(before)
    os.chdir(folder)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file and link below a folder, by its path."""
    return {
        str(path.relative_to(folder)): (
            str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        )
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def part(folder: Path, destination_id: str, kind: str) -> list[dict[str, str]]:
    """The rows of the members, additions or removals of a destination in a publication."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    entry = manifest["destinations"][destination_id]
    names = [file["name"] for file in entry["files"] if file["kind"] == kind]
    return read_rows(destination_id, [folder / destination_id / name for name in names])


# Three publications of one build, with opt-outs between them


def test_the_sample_is_published_and_every_file_is_what_its_destination_takes(shop: Shop) -> None:
    said = "\n".join(shop.publish(DAY_BEGINS, judge=True))
    current = shop.out / "current"
    manifest = json.loads((current / "manifest.json").read_text("utf-8"))
    assert manifest["left_out"] == {"already_sent": 0, "too_late": 0, "withdrew": 0}
    assert set(manifest["destinations"]) == set(DESTINATIONS)
    for name, entry in manifest["destinations"].items():
        assert f"  {name} " in said
        if entry["status"] == "published":
            count = shop.rows(f"select count(*) from exports.export_{name}")[0][0]
            assert (entry["rows"], entry["added"]) == (count, count)
            assert list((shop.out / "data_docs" / manifest["id"] / name).rglob("*.html")), name
        else:
            assert "fewer than 100" in entry["reason"]
    planned = shop.rows("select count(*) from audiences.campaign_recipients")[0][0]
    campaigns = manifest["campaigns"].values()
    assert planned == sum(
        count
        for campaign in campaigns
        for variants in campaign["messages"].values()
        for count in variants.values()
    )
    assert sum(campaign["held_out"] for campaign in campaigns) > 0
    shutil.copytree(current, shop.out.parent / "first")


PERSON = {
    **{"braze": "external_id", "klaviyo": "External ID", "mailchimp": "Customer ID"},
    **{"listmonk": "attributes", "onsite": "customer_id"},
}
"""Where the files that list people say who it is."""
CONTACT = {
    **{"aligo": "receiver", "kakao_alimtalk": "recipientNo", "kakao_brand": "recipientNo"},
    **{"push": "token", "sms": "phone", "solapi": "to"},
}
"""Where the files that list messages say whom they go to."""


def test_every_row_of_the_published_files_is_one_that_the_ledger_calls_eligible(
    shop: Shop,
) -> None:
    folder = shop.out.parent / "first"
    eligible = shop.rows(
        "select customer_id, channel, contact, arm from audiences.campaign_eligibility"
        " inner join audiences.campaign_checks using (campaign_id, customer_id, channel)"
        " where is_eligible"
    )
    taken = dict(shop.rows("select destination_id, channels from reference.destinations"))
    seen = 0
    for name, channels in taken.items():
        rows = [row for row in eligible if row[1] in channels.split("|") and row[3] != "control"]
        people, contacts = {row[0] for row in rows}, {row[2] for row in rows}
        for member in part(folder, name, "members"):
            if name in PERSON:
                value = member[PERSON[name]]
                assert (json.loads(value)["customer_id"] if name == "listmonk" else value) in people
            else:
                value = member[CONTACT[name]]
                assert (f"+82{value[1:]}" if value.startswith("010") else value) in contacts, name
            seen += 1
    assert seen > 3000


def people_with_one_message(shop: Shop, channel: str, count: int) -> list[tuple[str, ...]]:
    """Some people whose only message is advertising on a channel: customer_id, contact."""
    found = shop.rows(
        "select any_value(customer_id), contact from audiences.campaign_messages"
        " where contact is not null group by contact"
        f" having count(*) = 1 and bool_and(is_ad) and bool_and(channel = '{channel}')"
        f" and max(send_at) > '2026-07-01 03:00:00' order by 1 limit {count}"
    )
    assert len(found) == count
    return found


def mentions(folder: Path, words: Sequence[str]) -> list[str]:
    """The files of members and additions in which one of the words stands."""
    return [
        name
        for name, content in files_of(folder).items()
        if Path(name).name.startswith(("members", "additions"))
        and any(word.encode() in content for word in words)
    ]


def test_who_opted_out_after_the_build_is_in_no_file_of_the_next_publication(shop: Shop) -> None:
    (withdrew, his_email), (erased, her_email) = people_with_one_message(shop, "email", 2)
    ((_, phone),) = people_with_one_message(shop, "sms", 1)
    words = [withdrew, his_email, erased, her_email, phone, f"0{phone.removeprefix('+82')}"]
    assert mentions(shop.out / "current", words)

    shop.append(
        "consents",
        customer_id=withdrew,
        channel="all",
        purpose="marketing",
        is_granted="false",
        changed_at=AFTER_THE_BUILD,
    )
    shop.append(
        "suppressions",
        contact=phone,
        channel="sms",
        reason="unsubscribed",
        suppressed_at=AFTER_THE_BUILD,
    )
    shop.append(
        "tickets",
        ticket_id="T-erase",
        opened_at=AFTER_THE_BUILD,
        customer_id=erased,
        category="erasure",
    )
    before = files_of(shop.out)
    said = "\n".join(shop.publish(NEXT_DAY, dry_run=True))
    assert "3 messages to people who have opted out, 0 messages whose time has passed" in said
    assert "for looking at, not for sending" in " ".join(said.split())
    assert files_of(shop.out) == before

    shop.publish(DAY_BEGINS)
    assert not mentions(shop.out / "current", words)
    assert {row["phone"] for row in part(shop.out / "current", "sms", "removals")} == {phone}
    shutil.copytree(shop.out / "current", shop.out.parent / "second")


def test_what_is_stamped_after_a_publication_counts_against_sending_and_never_for_it(
    shop: Shop,
) -> None:
    opted_out = "3 messages to people who have opted out"
    assert opted_out in "\n".join(shop.publish(DAY_BEGINS, dry_run=True))
    found = people_with_one_message(shop, "email", 7)[2:]
    (paused, lifted, unsubscribed) = (email for _, email in found[:3])
    (refused, agreed) = (person for person, _ in found[3:])
    for contact, suppressed_at, lifted_at in (
        (paused, "2026-06-30T14:00:00Z", "2026-06-30T15:00:00Z"),
        (lifted, "2026-06-30T14:00:00Z", "2026-06-30T14:59:59Z"),
        (unsubscribed, "2026-12-01T00:00:00Z", ""),
    ):
        shop.append(
            "suppressions",
            contact=contact,
            channel="email",
            reason="unsubscribed",
            suppressed_at=suppressed_at,
            **({"lifted_at": lifted_at} if lifted_at else {}),
        )
    for person, is_granted, changed_at in (
        (refused, "false", "2026-12-01T00:00:00Z"),
        (agreed, "false", "2026-06-30T14:59:59Z"),
        (agreed, "true", "2026-06-30T15:00:00Z"),
    ):
        shop.append(
            "consents",
            customer_id=person,
            channel="all",
            purpose="marketing",
            is_granted=is_granted,
            changed_at=changed_at,
        )
    said = "\n".join(shop.publish(DAY_BEGINS, dry_run=True))
    # all but the one whose block was lifted before
    assert opted_out.replace("3", "7") in said


def test_a_rejected_row_that_may_say_no_is_held_against_whom_it_names(shop: Shop) -> None:
    opted_out = "{} messages to people who have opted out"
    assert opted_out.format(7) in "\n".join(shop.publish(DAY_BEGINS, dry_run=True))
    refused, undated, agreed = (
        person for person, _ in people_with_one_message(shop, "email", 10)[7:]
    )
    for person, answer in (
        (refused, {"is_granted": "false", "purpose": "adverts", "changed_at": AFTER_THE_BUILD}),
        (undated, {"is_granted": "false", "purpose": "marketing"}),
        (agreed, {"is_granted": "true", "purpose": "adverts", "changed_at": AFTER_THE_BUILD}),
    ):
        shop.append("consents", customer_id=person, channel="email", **answer)
    shop.append("consents", channel="email", is_granted="false", purpose="marketing")
    said = " ".join("\n".join(shop.publish(DAY_BEGINS, dry_run=True)).split())
    assert opted_out.format(9) in said
    assert "RAW has 1 row of consents that cannot be read, without anybody's name" in said


def test_who_was_sent_advertising_on_the_day_of_the_plan_gets_no_more_of_it(shop: Shop) -> None:
    others = "{} message{} to people who were sent another since"
    assert others.format(0, "s") in "\n".join(shop.publish(NOON, dry_run=True))
    planned = shop.rows(
        "select customer_id, min(campaign_id) from audiences.campaign_recipients"
        " group by customer_id"
        " having bool_and(is_ad) and count(*) = 1"
        " and min(send_at) >= timestamp '2026-07-01 06:00:00' order by 1 limit 5"
    )
    for number, (person, campaign, sent_at, is_ad) in enumerate(
        (
            (planned[0][0], "by_hand", "2026-06-30T15:00:00Z", "true"),
            (planned[1][0], planned[1][1], "2026-07-01T02:59:59Z", "false"),
            # no advertising, before the day, and after the publication
            (planned[2][0], "by_hand", "2026-06-30T15:00:00Z", "false"),
            (planned[3][0], "by_hand", "2026-06-30T14:59:59Z", "true"),
            (planned[4][0], "by_hand", "2026-07-01T03:00:00Z", "true"),
        )
    ):
        shop.append(
            "messages",
            message_id=f"M-since-{number}",
            campaign_id=campaign,
            customer_id=person,
            channel="email",
            sent_at=sent_at,
            is_ad=is_ad,
        )
    assert others.format(2, "s") in "\n".join(shop.publish(NOON, dry_run=True))


def test_messages_whose_time_has_passed_are_left_out_while_the_day_lasts(shop: Shop) -> None:
    said = "\n".join(shop.publish(NOON))
    current = shop.out / "current"
    manifest = json.loads((current / "manifest.json").read_text("utf-8"))
    late = shop.rows(
        "select count(*) from audiences.campaign_recipients"
        " where send_at < timestamp '2026-07-01 03:00:00'"
    )[0][0]
    assert manifest["left_out"]["too_late"] == late > 0
    assert f"{late:,} messages whose time has passed" in said
    assert not manifest["plan_is_over"]
    assert all(row["send_at"] >= "2026-07-01T03:00:00" for row in part(current, "sms", "members"))
    shutil.copytree(current, shop.out.parent / "third")


@pytest.mark.parametrize("destination_id", sorted(DESTINATIONS))
def test_additions_and_removals_of_three_publications_give_the_last_members(
    destination_id: str, shop: Shop
) -> None:
    held: dict[tuple[str, ...], dict[str, str]] = {}
    columns = DESTINATIONS[destination_id].key
    for name in ("first", "second", "third"):
        folder = shop.out.parent / name
        for row in part(folder, destination_id, "removals"):
            del held[tuple(row[column] for column in columns)]
        for row in part(folder, destination_id, "additions"):
            held[tuple(row[column] for column in columns)] = row
        members = part(folder, destination_id, "members")
        assert sorted(map(str, held.values())) == sorted(map(str, members))


def test_without_the_raw_answers_nothing_is_published(shop: Shop) -> None:
    before = files_of(shop.out)
    hidden = shop.raw.with_name("hidden.parquet")
    (shop.raw / "consents.parquet").rename(hidden)
    try:
        with pytest.raises(RefusedError, match="RAW no longer holds consents"):
            shop.publish(NOON)
    finally:
        hidden.rename(shop.raw / "consents.parquet")
    assert files_of(shop.out) == before


# Killed at any moment

WRITE = """
import sys
from pathlib import Path
from dangol.publishing.publication import *
out, version = Path(sys.argv[1]), sys.argv[2]
rows = [{"phone": f"+8210{n:08}", "text": version, "type": "SMS"} for n in range(9000)]
with private(), locked(out):
    last, _ = last_publication(out)
    remove_leftovers(out)
    name = next_id(out, "2026-06-30")
    staging = out / "publications" / f".staging-{name}"
    staging.mkdir(parents=True)
    print("ready", flush=True)
    entries = stage([Audience("sms", rows, 9000)], last, staging, out / "docs", lambda *_: [])
    manifest = {"id": name, "previous": last.id if last else None, "destinations": entries}
    publish_folder(out, staging, manifest, out / "docs")
print("done", flush=True)
"""


def write(out: Path, version: str) -> subprocess.Popen[str]:
    """Begin to publish nine thousand made-up rows in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(out), version],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def test_killed_at_20_moments_the_last_publication_is_intact_or_the_new_one_whole(
    tmp_path: Path,
) -> None:
    moments = random.Random(20260630)
    begun = time.monotonic()
    with write(tmp_path, "0") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        ready = time.monotonic()
        assert process.stdout.readline() == "done\n"
        seconds = time.monotonic() - ready
    assert ready > begun
    outcomes = []
    for version in range(1, 21):
        link = (tmp_path / "current").readlink()
        before = files_of(tmp_path / "current")
        with write(tmp_path, str(version)) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0, 1.1 * seconds))
            process.send_signal(signal.SIGKILL)
        if (tmp_path / "current").readlink() == link:
            assert files_of(tmp_path / "current") == before
        made, note = last_publication(tmp_path)  # checks every SHA-256 of the manifest
        assert made is not None, note
        is_new = (tmp_path / "current").readlink() != link
        if is_new:
            assert f",{version},SMS".encode() in (made.folder / "sms/members.csv").read_bytes()
        outcomes.append(is_new)
    assert {True, False} == set(outcomes) or outcomes.count(False) == 20
    with write(tmp_path, "end") as process:
        process.communicate()  # to the end: a pipe that nobody reads would break it off
    made, note = last_publication(tmp_path)
    assert made is not None, note
    assert len(list((tmp_path / "publications").iterdir())) == 2


def test_the_whole_command_killed_anywhere_leaves_the_last_publication(shop: Shop) -> None:
    moments = random.Random(7)
    before = files_of(shop.out / "current")
    link = (shop.out / "current").readlink()
    command = [sys.executable, "-m", "dangol", "export", "--now", "2026-07-01T04:00:00Z"]
    command += ["--warehouse", str(shop.warehouse), "--out", str(shop.out)]
    for _ in range(3):
        with subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        ) as process:
            time.sleep(moments.uniform(1, 12))
            process.send_signal(signal.SIGKILL)
        if (shop.out / "current").readlink() == link:
            assert files_of(shop.out / "current") == before
        made, note = last_publication(shop.out)
        assert made is not None, note
    shop.publish(datetime(2026, 7, 1, 5))
    assert not list((shop.out / "publications").glob(".staging-*"))
