"""A typo in YAML is found, with the key that was meant."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dangol.yaml_keys import check_project

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
models:
  - name: people
    description: One row per person.
    columns:
      - name: customer_id
        description: Key of the person.
        data_tests:
          - unique_key:
              name: people_are_unique
              arguments: {columns: [customer_id]}
semantic_models:
  - name: people
    label: People
    description: The people of the shop.
    model: ref('people')
    entities:
      - name: customer
        label: Customer
        description: The person.
        type: primary
        expr: customer_id
metrics:
  - name: buyers
    label: Buyers
    description: People who bought.
    type: simple
    type_params:
      measure: buyers
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: dangol\nprofile: dangol\n")
    (tmp_path / "models" / "people.sql").write_text("select {{ doubled(1) }} as customer_id")
    (tmp_path / "models" / "people.yml").write_text(GOOD)
    (tmp_path / "macros" / "doubled.sql").write_text(
        "{#- Twice a number. -#}\n{% macro doubled(number) %}2 * {{ number }}{% endmacro %}"
    )
    return tmp_path


def problems_with(project: Path, old: str, new: str) -> list[str]:
    assert old in GOOD
    (project / "models" / "people.yml").write_text(GOOD.replace(old, new))
    return check_project(project, project / "none.duckdb")


def test_a_clean_project_has_no_problem(project: Path) -> None:
    assert check_project(project, project / "none.duckdb") == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\nmodels:", "\nmodel:", "unknown key 'model' (did you mean 'models'?)"),
        (
            "    columns:",
            "    colums:",
            "models[0]: unknown key 'colums' (did you mean 'columns'?)",
        ),
        ("data_tests:", "data_test:", "unknown key 'data_test' (did you mean 'data_tests'?)"),
        ("arguments:", "argument:", "unknown key 'argument' (did you mean 'arguments'?)"),
        ("One row per person.", "''", "model people: no description"),
        ("Key of the person.", "''", "model people.customer_id: no description"),
        ("name: people\n", "name: persons\n", "persons is described, and there is no such file"),
        ("description: One", "description: x\n    description: One", "stands twice"),
        ("\nmodels:", "\nmodels: [", "not readable as YAML"),
        ("entities:", "entity:", "unknown key 'entity' (did you mean 'entities'?)"),
        ("expr:", "exp:", "semantic_models[0].entities[0]: unknown key 'exp'"),
        ("measure:", "measures:", "metrics[0].type_params: unknown key 'measures'"),
        ("The people of the shop.", "''", "semantic model people: no description"),
        ("The person.", "''", "semantic model people.customer: no description"),
        ("label: Customer", "label: ''", "semantic model people.customer: no label"),
        ("People who bought.", "''", "metric buyers: no description"),
        ("label: Buyers", "label: ''", "metric buyers: no label"),
        ("People who bought.", "One row per person.", "is a copy of that of model people"),
    ],
)
def test_a_mistake_is_found_and_named(project: Path, old: str, new: str, says: str) -> None:
    assert any(says in problem for problem in problems_with(project, old, new))


def test_a_typo_in_the_project_file_is_found(project: Path) -> None:
    (project / "dbt_project.yml").write_text("name: dangol\nmodel-path: [models]\n")
    problems = check_project(project, project / "none.duckdb")
    assert problems == ["dbt_project.yml: unknown key 'model-path' (did you mean 'model-paths'?)"]


def test_a_macro_must_be_documented_and_used(project: Path) -> None:
    (project / "macros" / "halved.sql").write_text("{% macro halved(x) %}{{ x }}/2{% endmacro %}")
    assert check_project(project, project / "none.duckdb") == [
        "macros/halved.sql: halved: no comment above it",
        "macros/halved.sql: halved: nothing uses it",
    ]


def test_a_model_in_python_is_described_as_one_in_sql_is(project: Path) -> None:
    (project / "models" / "fits.py").write_text("def model(dbt, session): ...")
    assert check_project(project, project / "none.duckdb") == [
        "models/fits.py: no YAML describes it"
    ]


def test_columns_of_the_yaml_are_those_of_the_built_table(project: Path) -> None:
    path = project / "built.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.people as select 1 as customer_key, 2 as age")
    assert check_project(project, path) == [
        "models/people.yml: model people.customer_id: marts.people has no such column"
        " (did you mean 'customer_key'?)",
        "models/people.yml: model people: the column customer_key is not described",
        "models/people.yml: model people: the column age is not described",
    ]
