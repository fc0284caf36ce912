"""The raw contract and the staging models say the same of each raw table."""

from __future__ import annotations

import ast
import re

import pytest
import yaml
from warehouse import ROOT

CONTRACT = yaml.safe_load(
    (ROOT / "models" / "staging" / "_landing__sources.yml").read_text(encoding="utf-8")
)
TABLES = {table["name"]: table["config"]["meta"] for table in CONTRACT["sources"][0]["tables"]}


# of events, int_repeated_events keeps the newest; it has unit tests
@pytest.mark.parametrize("name", [name for name in TABLES if name != "events"])
def test_a_staging_model_has_the_key_and_the_order_of_the_contract(name: str) -> None:
    sql = (ROOT / "models" / "staging" / f"stg_{name}.sql").read_text(encoding="utf-8")
    (key,) = re.findall(r"key=(\[[^\]]*\])", sql)
    newest_by = re.findall(r"newest_by='(\w+)'", sql)
    assert ast.literal_eval(key) == TABLES[name]["key"]
    assert newest_by == [TABLES[name][n] for n in ("newest_by",) if n in TABLES[name]]
