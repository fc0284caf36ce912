"""Errors of dbt are told without its frame; who asks a build to stop is heard."""

from __future__ import annotations

import io
import os
import re
import signal
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from dangol.build import (
    Stopped,
    plain_message,
    profile_warnings,
    run_build,
    stoppable,
    stops_waiting,
)
from dangol.progress import Progress
from dangol.settings import Settings, UsageError

ROOT = Path(__file__).resolve().parents[2]


def event(name: str, level: str = "debug", text: str = "", **data: object) -> SimpleNamespace:
    info = SimpleNamespace(name=name, level=level, msg=text)
    return SimpleNamespace(info=info, data=SimpleNamespace(**data))


def finished(name: str, kind: str = "model") -> SimpleNamespace:
    node = SimpleNamespace(unique_id=f"{kind}.{name}", node_name=name, resource_type=kind)
    return event("NodeFinished", node_info=node)


def test_the_sentence_of_a_hook_stands_alone() -> None:
    text = """Compilation Error in operation dangol-on-run-start-0 (./dbt_project.yml)
  orders.csv has no column `status`. Found: order_id,
  state.

  > in macro check_columns (macros/landing/check_columns.sql)
  > called by macro land_raw (macros/landing/land_raw.sql)
  > called by operation dangol-on-run-start-0 (./dbt_project.yml)"""
    assert plain_message(text) == "orders.csv has no column `status`. Found: order_id, state."


def test_an_error_of_the_engine_keeps_its_kind() -> None:
    text = """Runtime Error in model orders (models/marts/sales/orders.sql)
  Binder Error: column "x" not found
  compiled code at target/run/orders.sql"""
    assert plain_message(text) == 'Binder Error: column "x" not found'


def test_a_message_without_a_frame_stays_as_it_is() -> None:
    assert plain_message("Got 3 results, configured to fail if != 0") == (
        "Got 3 results, configured to fail if != 0"
    )


def test_progress_is_a_line_every_ten_seconds_where_there_is_no_terminal() -> None:
    now = iter(range(0, 1000, 3))
    out = io.StringIO()
    progress = Progress(out, clock=lambda: float(next(now)))
    progress.listen(event("LogStartLine", "info", total=40))
    for number in range(40):
        progress.listen(finished(f"model_{number}"))
    lines = out.getvalue().splitlines()
    assert 0 < len(lines) < 30
    assert all(" of 40, " in line for line in lines)


def test_a_warning_is_shown_once_and_in_full() -> None:
    out = io.StringIO()
    progress = Progress(out)
    for _ in range(2):
        progress.listen(event("JinjaLogWarning", "warn", "RAW holds odd.csv,\n which is no table."))
    assert progress.warnings == ["RAW holds odd.csv, which is no table."]
    assert out.getvalue().count("odd.csv") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_where_it_arrives(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(Stopped) as stopped, stoppable():
        signal.raise_signal(number)
    assert stopped.value.number == number
    assert signal.getsignal(number) == before


def test_selectors_that_select_nothing_are_a_mistake_and_publish_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As dbt ends then: well, and without results."""
    nothing = SimpleNamespace(success=True, exception=None, result=SimpleNamespace(results=[]))
    monkeypatch.setattr("dangol.build.invoke", lambda *_, **__: nothing)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    monkeypatch.chdir(ROOT)
    warehouse = tmp_path / "shop.duckdb"
    with pytest.raises(UsageError, match=r"^--select custmers\+ leaves no model, seed or test"):
        run_build(Settings(raw="sample", warehouse=str(warehouse)), ROOT, select=["custmers+"])
    assert not warehouse.exists()


def test_a_signal_that_other_code_swallowed_stops_all_the_same() -> None:
    with pytest.raises(Stopped) as stopped, stoppable() as stop_if_asked:
        stop_if_asked()  # nobody asked yet
        with suppress(BaseException):
            signal.raise_signal(signal.SIGTERM)
        stop_if_asked()
    assert stopped.value.number == signal.SIGTERM


def test_a_signal_in_a_finalizer_stops_afterwards_and_prints_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Stopped), stoppable() as stop_if_asked:
        Finalized()
        stop_if_asked()
    assert capsys.readouterr() == ("", "")


def test_a_signal_can_be_made_to_wait() -> None:
    done = []
    with pytest.raises(Stopped), stoppable(), stops_waiting() as wait_no_longer:
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("while it waits")
        wait_no_longer()
        done.append("afterwards")
    with pytest.raises(Stopped), stoppable():
        with stops_waiting():
            os.kill(os.getpid(), signal.SIGINT)
            done.append("to the end")
        done.append("afterwards")
    assert done == ["while it waits", "to the end"]


def test_a_signal_that_other_code_made_its_own_error_of_is_still_that_signal() -> None:
    with pytest.raises(Stopped) as stopped, stoppable():
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException:
            raise KeyboardInterrupt from None
    assert stopped.value.number == signal.SIGTERM


def test_a_profile_without_a_limit_of_memory_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    example = (ROOT / "profiles.example.yml").read_text(encoding="utf-8")
    profile = tmp_path / "profiles.yml"
    profile.write_text(example, encoding="utf-8")
    assert profile_warnings(Settings()) == []
    profile.write_text(re.sub("(?m)^ *memory_limit:.*$", "", example), encoding="utf-8")
    (warning,) = profile_warnings(Settings())
    assert f"{profile} sets no memory_limit" in warning
    assert profile_warnings(Settings(target="spark")) == []
