"""A publication is whole, private and told from the last one; it needs a green build."""

from __future__ import annotations

import errno
import hashlib
import json
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangol.cli import main
from dangol.destinations import DESTINATIONS, read_rows
from dangol.publishing import _notes
from dangol.publishing.basis import RefusedError, find_basis
from dangol.publishing.publication import (
    Audience,
    Publication,
    carry_over,
    last_publication,
    locked,
    next_id,
    private,
    publish_folder,
    remove_leftovers,
    stage,
)
from dangol.publishing.recheck import _run, recheck
from dangol.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 7, 1, 9)
AS_OF = "2026-06-30"


# Which build may be published


def warehouse(*runs: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A warehouse with a history of complete green builds, an hour apart, but for what is given."""
    connection = duckdb.connect()
    connection.execute(
        "create schema quality; create schema intermediate;"
        "create table intermediate.int_as_of as"
        " select timestamp '2026-06-30 15:00:00' as as_of_ends_at;"
        "create table quality.run_history (invocation_id text, command text, is_complete boolean,"
        " status text, started_at timestamp, finished_at timestamp, as_of_date date, raw text,"
        " variables text)"
    )
    for hour, given_run in enumerate(runs):
        run = {
            "invocation_id": f"run {hour}",
            "command": "build",
            "is_complete": True,
            "status": "green",
            "started_at": datetime(2026, 7, 1, hour),
            "finished_at": datetime(2026, 7, 1, hour, 30),
            "as_of_date": AS_OF,
            "raw": "shop",
            "variables": "{}",
        } | given_run
        connection.execute(
            f"insert into quality.run_history values ({', '.join('?' * len(run))})",
            list(run.values()),
        )
    return connection


def test_the_last_complete_green_build_is_published_with_the_raw_folder_that_it_read() -> None:
    partial = {"is_complete": False, "command": "run", "raw": "other"}
    basis = find_basis(warehouse({}, {}, partial), NOW, None, 24)
    assert (basis.invocation_id, basis.raw) == ("run 1", "shop")
    assert basis.plan_ends_at == datetime(2026, 7, 1, 15)


def test_a_warehouse_in_a_folder_with_an_apostrophe_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "the shop's"
    root.mkdir()
    (root / "dbt_project.yml").write_text("vars: {max_age_hours: 24}")
    (root / "profiles.example.yml").touch()
    duckdb.connect(str(root / "my.shop.duckdb")).close()
    with pytest.raises(RefusedError, match="has no record of a build"):
        recheck(Settings(warehouse="my.shop.duckdb"), root, tmp_path, NOW, None)


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        pytest.param([], "no complete build", id="nothing was ever built"),
        pytest.param([{"is_complete": False}], "no complete build", id="only parts were built"),
        pytest.param([{}, {"status": "failed"}], "complete build .* failed", id="it failed"),
        pytest.param(
            [{}, {"status": "running", "finished_at": None}],
            "complete build .* did not end",
            id="it was killed",
        ),
        pytest.param(
            [{}, {"is_complete": False, "command": "test", "status": "failed"}],
            r"later run .*\(dbt test, .*failed",
            id="a test failed since",
        ),
        pytest.param(
            [{}, {"is_complete": False, "status": "running", "finished_at": None}],
            "later run .* did not end",
            id="a part was killed since",
        ),
        pytest.param(
            [{"finished_at": NOW - timedelta(hours=24, seconds=1)}],
            "24 hours ago .* at most 24",
            id="it is too old",
        ),
    ],
)
def test_without_a_green_recent_and_undisturbed_build_nothing_is_published(
    runs: list[dict[str, Any]], says: str
) -> None:
    with pytest.raises(RefusedError, match=says):
        find_basis(warehouse(*runs), NOW, None, 24)


def test_a_warehouse_without_a_history_is_not_published() -> None:
    with pytest.raises(RefusedError, match="no record of a build"):
        find_basis(duckdb.connect(), NOW, None, 24)


def test_the_age_allowed_is_the_options_else_the_builds_else_the_projects() -> None:
    old = {"finished_at": NOW - timedelta(hours=24)}
    assert find_basis(warehouse(old), NOW, None, 24)
    assert find_basis(warehouse(old | {"variables": '{"max_age_hours": 24}'}), NOW, None, 2)
    with pytest.raises(RefusedError, match="at most 23"):
        find_basis(warehouse(old), NOW, 23, 24)


def test_no_warehouse_ends_with_1_and_spark_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    path, out = str(tmp_path / "none.duckdb"), str(tmp_path / "out")
    assert main(["export", "--warehouse", path, "--out", out]) == 1
    assert "There is no warehouse at" in " ".join(capsys.readouterr().err.split())
    assert main(["export", "--target", "spark"]) == 2
    assert "reads a DuckDB warehouse" in " ".join(capsys.readouterr().err.split())
    assert main(["export", "--destinations", "brase", "--out", out]) == 2
    assert "Did you mean braze" in " ".join(capsys.readouterr().err.split())
    assert main(["export", "--now", "tomorrow"]) == 2
    assert not list(tmp_path.rglob("*.csv"))


# What stops an export is told in a sentence


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--out", f"{__file__}/below"], 2, "test_publishing.py is a file, so no folder can be"),
        (["--destinations", "sms,braze,sms"], 2, "name sms once only"),
        (["--now", "0001-01-01T00:00:00+09:00"], 2, "it must be a moment such as"),
        (["--now", "9999-12-31T23:59:59-09:00"], 2, "it must be a moment such as"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_told(
    options: list[str],
    code: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("dangol.publishing.recheck", lambda *_: pytest.fail("it went on"))
    assert main(["export", *options]) == code
    assert says in " ".join(capsys.readouterr().err.split())


@pytest.fixture
def exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[..., Any]], tuple[int, str]]:
    """Export with something else in the place of asking the opt-outs: exit code, what was said."""
    (tmp_path / "dbt_project.yml").write_text("name: dangol\n", "utf-8")
    monkeypatch.chdir(tmp_path)

    def export(instead: Callable[..., Any]) -> tuple[int, str]:
        monkeypatch.setattr("dangol.publishing.recheck", instead)
        code = main(["export"])
        return code, " ".join(capsys.readouterr().err.split())

    return export


Exported = Callable[[Callable[..., Any]], tuple[int, str]]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "x", "again"), "again cannot be read or written: the disk is full"),
        (OSError(errno.EROFS, "x"), "exports cannot be read or written: the disk is read-only."),
        (
            OSError(errno.EACCES, "x"),
            "missing. Change that, or choose another OUT",
        ),
        (
            duckdb.IOException("No space left"),
            "copy of the warehouse in artifacts/export",
        ),
    ],
)
def test_a_disk_or_a_permission_that_stops_an_export_is_told(
    error: Exception, says: str, exported: Exported
) -> None:
    def fail(*_: object) -> None:
        raise error

    code, said = exported(fail)
    assert code == 1
    assert said.startswith("dangol: nothing was published. ")
    assert says in said


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path, exported: Exported) -> None:
    (tmp_path / "artifacts").touch()
    code, said = exported(lambda *_: pytest.fail("it went on"))
    assert (code, said) == (
        1,
        f"dangol: nothing was published. {tmp_path}/artifacts/export cannot be read or written:"
        " a file stands where a folder should be. Change that, then export again.",
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_asked_to_stop_says_so_and_leaves_no_copy(
    number: signal.Signals, tmp_path: Path, exported: Exported
) -> None:
    def stop(settings: Settings, root: Path, folder: Path, *_: object) -> None:
        (folder / "people.duckdb").touch()
        signal.raise_signal(number)

    code, said = exported(stop)
    assert code == 128 + number
    assert said.startswith("dangol: the export was stopped; nothing was published")
    assert not list(tmp_path.glob("artifacts/export/scratch-*"))


def ended(exception: BaseException | None, *messages: str) -> Callable[..., Any]:
    """Stand in for a run of dbt that ended badly, with an exception or models that failed."""
    node = SimpleNamespace(resource_type="model", name="m", original_file_path="m.sql")
    failed = [SimpleNamespace(node=node, status="error", message=text) for text in messages]
    return lambda *_: SimpleNamespace(
        success=False, exception=exception, result=SimpleNamespace(results=failed)
    )


@pytest.mark.parametrize(
    ("result", "error"),
    [
        pytest.param(ended(KeyboardInterrupt()), KeyboardInterrupt, id="stopped"),
        pytest.param(ended(None, "No space left on device"), OSError, id="full disk"),
        pytest.param(ended(PermissionError(errno.EACCES, "x")), OSError, id="no permission"),
        pytest.param(ended(None, "no such column"), RefusedError, id="a fault of the project"),
    ],
)
def test_what_stopped_dbt_from_outside_is_no_reason_of_the_opt_outs(
    result: Callable[..., Any],
    error: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(_run.__globals__, "invoke", result)
    basis = find_basis(warehouse({}), NOW, None, 24)
    with pytest.raises(error):
        _run(SimpleNamespace(nodes={}), [], basis, tmp_path)


def test_after_the_last_call_all_is_published_whatever_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, sms(1))
    publish(tmp_path, sms(2))

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("dangol.publishing.publication.shutil.rmtree", refuse)
    staging = tmp_path / "publications" / ".staging-3"
    staging.mkdir()
    manifest = {"id": f"{AS_OF}-003", "destinations": {}}
    problem = publish_folder(tmp_path, staging, manifest, tmp_path / "data_docs")
    assert problem is not None
    assert "All was published, but older publications could not be removed" in problem
    assert (tmp_path / "current").readlink().name == f"{AS_OF}-003"


def test_a_folder_of_its_own_named_current_is_refused_before_anything_is_renamed(
    tmp_path: Path,
) -> None:
    (tmp_path / "current").mkdir()
    with pytest.raises(RefusedError, match="current is not the link to a publication"):
        publish(tmp_path, sms(1))
    assert not (tmp_path / "publications").exists()


# What is written


@pytest.fixture(autouse=True, scope="module")
def fast_disk() -> Iterator[None]:
    """Leave out waiting for the disk: no test pulls the plug."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dangol.publishing.publication.write_out", lambda path: None)
        yield


def no_complaint(
    destination_id: str, paths: Sequence[Path], row_count: int, docs: Path
) -> list[str]:
    """Judge nothing."""
    return []


def publish(
    out: Path,
    *audiences: Audience,
    judge: Callable[..., list[str]] = no_complaint,
    carried: Sequence[str] = (),
) -> Publication:
    """Publish audiences the way an export does, without a warehouse, and return what is current."""
    with private(), locked(out):
        last, _ = last_publication(out)
        remove_leftovers(out)
        name = next_id(out, AS_OF)
        staging = out / "publications" / f".staging-{name}"
        staging.mkdir(parents=True)
        entries = stage(audiences, last, staging, out / "data_docs" / name, judge)
        if last:
            entries |= {other: carry_over(last, other, staging) for other in carried}
        manifest = {"id": name, "previous": last.id if last else None, "destinations": entries}
        publish_folder(out, staging, manifest, out / "data_docs")
    made, note = last_publication(out)
    assert made is not None, note
    return made


def sms(*numbers: int, text: str = "안녕하세요", min_people: int = 1) -> Audience:
    """An audience of text messages."""
    rows = [
        {"phone": f"+8210{number:08}", "text": text, "type": "SMS", "send_at": "2026-07-01T01:00Z"}
        for number in numbers
    ]
    return Audience("sms", rows, len(rows), min_people)


def braze(**names: str) -> Audience:
    """An audience of profiles: external_id to first name."""
    rows = [{"external_id": key, "first_name": name} for key, name in names.items()]
    return Audience("braze", rows, len(rows))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file and link below a folder, by its path, but the lock."""
    return {
        str(path.relative_to(folder)): (
            str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        )
        for path in folder.rglob("*")
        if path.name != ".lock" and (path.is_symlink() or path.is_file())
    }


def part(made: Publication, destination_id: str, kind: str) -> list[dict[str, str]]:
    """The rows of the members, additions or removals of a destination."""
    paths = [
        made.folder / destination_id / file["name"]
        for file in made.manifest["destinations"][destination_id]["files"]
        if file["kind"] == kind
    ]
    return read_rows(destination_id, paths)


def test_additions_are_new_or_changed_rows_and_removals_those_that_are_gone(tmp_path: Path) -> None:
    first = publish(tmp_path, braze(a="가", b="나", c="다"))
    assert [row["external_id"] for row in part(first, "braze", "additions")] == ["a", "b", "c"]
    assert part(first, "braze", "removals") == []
    second = publish(tmp_path, braze(a="가", b="너", d="라"))
    assert second.manifest["previous"] == first.id
    assert [row["external_id"] for row in part(second, "braze", "members")] == ["a", "b", "d"]
    assert [row["external_id"] for row in part(second, "braze", "additions")] == ["b", "d"]
    assert [row["external_id"] for row in part(second, "braze", "removals")] == ["c"]


TEXTS = st.text(st.sampled_from("aé가\U0001f600,\"' \n=+"), max_size=4)
MEMBERS = st.dictionaries(st.sampled_from("abcdefgh"), TEXTS, max_size=8)


def row_of(destination_id: str, key: str, text: str) -> dict[str, str]:
    """A row of any form of file: its key, and one more column."""
    if destination_id == "kakao_alimtalk":
        return {
            "senderKey": "S",
            "templateCode": text[:1] or "t",
            "recipientNo": f"0100000000{ord(key) % 10}",
            "recipientGroupingKey": key,
            "templateParameter": json.dumps({"name": text}),
        }
    if destination_id == "push":
        return {"token": key, "title": "t", "body": text}
    return {"external_id": key, "first_name": text}


@pytest.mark.parametrize("destination_id", ["braze", "push", "kakao_alimtalk"])
@settings(max_examples=25, deadline=None)
@given(history=st.lists(MEMBERS, min_size=2, max_size=4))
def test_additions_and_removals_replayed_from_nothing_give_the_members(
    destination_id: str, history: list[dict[str, str]]
) -> None:
    held: dict[tuple[str, ...], dict[str, str]] = {}
    columns = DESTINATIONS[destination_id].key
    with tempfile.TemporaryDirectory() as folder:
        for members in history:
            rows = [row_of(destination_id, key, text) for key, text in members.items()]
            made = publish(Path(folder), Audience(destination_id, rows, len(rows)))
            for row in part(made, destination_id, "removals"):
                del held[tuple(row[column] for column in columns)]
            for row in part(made, destination_id, "additions"):
                held[tuple(row[column] for column in columns)] = row
            whole = part(made, destination_id, "members")
            assert sorted(map(str, held.values())) == sorted(map(str, whole))
            assert len(whole) == len(members)


def test_two_rows_with_one_key_are_not_published(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="1 rows have the same phone"):
        publish(tmp_path, sms(1, 1))


def test_the_manifest_names_every_file_with_its_rows_bytes_and_sha256(tmp_path: Path) -> None:
    made = publish(tmp_path, sms(1, 2), braze(a="가"))
    named = {}
    for name, entry in made.manifest["destinations"].items():
        for file in entry["files"]:
            path = made.folder / name / file["name"]
            content = path.read_bytes()
            assert (file["bytes"], file["sha256"]) == (
                len(content),
                hashlib.sha256(content).hexdigest(),
            )
            assert file["rows"] == len(read_rows(name, [path]))
            named[str(path.relative_to(made.folder))] = content
    there = files_of(made.folder)
    del there["manifest.json"]
    assert there == named
    text = (made.folder / "manifest.json").read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def test_only_the_owner_can_read_what_is_published(tmp_path: Path) -> None:
    publish(tmp_path / "out", sms(1))
    for path in (tmp_path / "out").rglob("*"):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_nobody_is_a_file_with_the_header_only(tmp_path: Path) -> None:
    publish(tmp_path, sms(1), Audience("push", [], 0))
    made = publish(tmp_path, sms(), Audience("push", [], 0))
    assert (made.folder / "sms" / "members.csv").read_text() == "phone,text,type,send_at\n"
    assert (made.folder / "push" / "members.jsonl").read_bytes() == b""
    assert len(part(made, "sms", "removals")) == 1


def test_too_few_people_get_no_file_and_whoever_was_in_it_is_removed(tmp_path: Path) -> None:
    publish(tmp_path, sms(1, 2, 3, min_people=3))
    made = publish(tmp_path, sms(2, 4, min_people=3))
    entry = made.manifest["destinations"]["sms"]
    assert entry["status"] == "withheld"
    assert "2 people are fewer than 3" in entry["reason"]
    assert not (made.folder / "sms" / "members.csv").exists()
    assert part(made, "sms", "additions") == []
    assert len(part(made, "sms", "removals")) == 3
    again = publish(tmp_path, sms(2, 4, 5, min_people=3))
    assert len(part(again, "sms", "additions")) == 3


def test_a_file_that_is_refused_leaves_the_last_publication_byte_for_byte(tmp_path: Path) -> None:
    publish(tmp_path, sms(1), braze(a="가"))
    before = files_of(tmp_path)

    def complain(
        destination_id: str, paths: Sequence[Path], row_count: int, docs: Path
    ) -> list[str]:
        docs.mkdir(parents=True)
        (docs / "index.html").write_text("why")
        return ["phone is no phone number"] if destination_id == "sms" else []

    with pytest.raises(RefusedError, match="sms: phone is no phone number"):
        publish(tmp_path, sms(2), braze(a="나"), judge=complain)
    after = files_of(tmp_path)
    docs = {name for name in after if name.startswith("data_docs/")}
    assert f"data_docs/{AS_OF}-002/sms/index.html" in docs
    leftover = f"publications/.staging-{AS_OF}-002/"
    assert before == {
        name: content
        for name, content in after.items()
        if name not in docs and not name.startswith(leftover)
    }
    assert publish(tmp_path, sms(2)).id == f"{AS_OF}-002"
    assert not list(tmp_path.rglob(".staging-*"))


def test_a_row_that_the_form_cannot_hold_is_refused(tmp_path: Path) -> None:
    odd = Audience("sms", [{"phone": "+821012345678", "surprise": "1"}], 1)
    with pytest.raises(RefusedError, match=r"sms: .* no column surprise"):
        publish(tmp_path, odd)


def test_the_current_publication_and_the_one_before_it_are_kept(tmp_path: Path) -> None:
    names = [publish(tmp_path, sms(number)).id for number in range(4)]
    assert names == [f"{AS_OF}-00{number}" for number in (1, 2, 3, 4)]
    assert sorted(path.name for path in (tmp_path / "publications").iterdir()) == names[2:]


def test_what_others_put_beside_publications_stays(tmp_path: Path) -> None:
    publish(tmp_path, sms(1))
    theirs = []
    for folder in (tmp_path / "publications", tmp_path / "data_docs"):
        folder.mkdir(exist_ok=True)
        (folder / "2026-06-audit").mkdir()
        (folder / f"{AS_OF}-001 copy").mkdir()
        (folder / f"{AS_OF}-000").symlink_to(tmp_path)
        names = (".DS_Store", ".staging-notes", "2026-06-audit/sms.csv", f"{AS_OF}-001 copy/a.csv")
        theirs += [folder / name for name in names]
    for path in theirs:
        path.write_text("theirs", "utf-8")
    assert [publish(tmp_path, sms(number)).id[-3:] for number in (2, 3)] == ["002", "003"]
    assert [path for path in theirs if not path.is_file()] == []


def test_what_a_killed_export_left_is_removed_by_the_next(tmp_path: Path) -> None:
    publish(tmp_path, sms(1))
    (tmp_path / "publications" / ".staging-9").mkdir()
    (tmp_path / ".current-9").symlink_to("nowhere")
    publish(tmp_path, sms(2))
    assert not list(tmp_path.rglob(".*-9"))


def test_a_last_publication_that_was_changed_is_not_built_upon(tmp_path: Path) -> None:
    made = publish(tmp_path, sms(1, 2))
    with (made.folder / "sms" / "members.csv").open("a") as file:
        file.write("+821000000009,x,SMS,2026-07-01T01:00Z\n")
    last, note = last_publication(tmp_path)
    assert last is None
    assert note is not None
    assert "members.csv of sms was changed" in note
    again = publish(tmp_path, sms(1))
    assert len(part(again, "sms", "additions")) == 1
    assert part(again, "sms", "removals") == []


def test_a_destination_whose_columns_have_changed_is_filled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = publish(tmp_path, braze(a="가"))
    path = made.folder / "braze" / "members.csv"
    path.write_text(path.read_text("utf-8").replace("external_id", "id"), "utf-8")
    manifest = json.loads((made.folder / "manifest.json").read_text("utf-8"))
    for file in manifest["destinations"]["braze"]["files"]:
        content = (made.folder / "braze" / file["name"]).read_bytes()
        file["sha256"] = hashlib.sha256(content).hexdigest()
    (made.folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    again = publish(tmp_path, braze(a="가"))
    assert "reset" in again.manifest["destinations"]["braze"]
    assert len(part(again, "braze", "additions")) == 1


def test_destinations_that_were_not_asked_for_stay_as_they_were(tmp_path: Path) -> None:
    first = publish(tmp_path, sms(1), braze(a="가"))
    second = publish(tmp_path, braze(a="나"), carried=["sms"])
    third = publish(tmp_path, braze(a="다"), carried=["sms"])
    assert files_of(third.folder / "sms") == files_of(second.folder / "sms")
    assert third.manifest["destinations"]["sms"]["carried_over_from"] == first.id
    fourth = publish(tmp_path, sms(1, 2))
    assert len(part(fourth, "sms", "additions")) == 1


def test_a_destination_that_was_switched_off_for_a_while_is_filled_anew(tmp_path: Path) -> None:
    publish(tmp_path, sms(1), braze(a="가", gone="나"))
    without = publish(tmp_path, sms(1))
    again = publish(tmp_path, sms(1), braze(a="가"))
    said = again.manifest["destinations"]["braze"]["reset"]
    assert said == f"the last publication, {without.id}, did not have it"
    assert "reset" not in again.manifest["destinations"]["sms"]
    (note,) = [
        text for text in _notes(False, [], again.manifest["destinations"], {}) if said in text
    ]
    assert note.endswith("Empty it there first, then take its members.")
    after = publish(tmp_path, sms(1), braze())
    assert len(part(after, "braze", "removals")) == 1


def test_a_destination_left_out_beside_a_broken_publication_is_filled_anew(tmp_path: Path) -> None:
    first = publish(tmp_path, sms(1), braze(a="가"))
    (first.folder / "manifest.json").write_text("{", "utf-8")
    publish(tmp_path, braze(a="가"), carried=["sms"])
    again = publish(tmp_path, sms(2), braze(a="가"))
    assert "reset" in again.manifest["destinations"]["sms"]
    assert "reset" not in again.manifest["destinations"]["braze"]


def test_two_exports_to_one_folder_do_not_run_at_once(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(RefusedError, match="Another export"):
        publish(tmp_path, sms(1))
