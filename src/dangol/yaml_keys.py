"""Check the project's YAML: known keys, full descriptions, columns that the SQL really has.

dbt on DuckDB lets a typo in a key pass in silence: the test or the description is then simply not
there. The allowed keys are those of the JSON schemas that dbt itself ships; for semantic models and
metrics, where these describe another dbt, those of the classes into which dbt reads them.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml

from dangol.warehouse import DuckdbWarehouse, Warehouse

YAML_FOLDERS = ("models", "seeds", "macros", "analyses", "tests/data", "snapshots")
CALLED_BY_DBT = frozenset(["generate_schema_name", "generate_alias_name"])
ENGINE_PREFIX = re.compile(r"^(duckdb|spark|default)__")
MACRO = re.compile(r"^{%-?\s*(macro|test|materialization)\s+(\w+)\s*[(,]", re.M)

Yaml = dict[str, Any]


def check_project(root: Path, warehouse: Path) -> list[str]:
    """Return the problems of a project, one text each: `file: where: what`.

    Args:
        root: the project folder.
        warehouse: a built DuckDB file, whose columns are compared with the YAML; where it is
            missing, that comparison is left out.
    """
    problems = []
    resources: list[tuple[str, Yaml]] = []
    project = root / "dbt_project.yml"
    for path in [project, *_yaml_files(root)]:
        name = path.relative_to(root).as_posix()
        try:
            content = yaml.load(path.read_text("utf-8"), Loader=_StrictLoader)
        except yaml.YAMLError as error:
            problems.append(f"{name}: not readable as YAML: {' '.join(str(error).split())}")
            continue
        kind = "project" if path == project else "resources"
        problems += [f"{name}: {text}" for text in check_keys(content or {}, kind)]
        if kind == "resources":
            resources.append((name, content or {}))
    for name, content in resources:
        problems += [f"{name}: {text}" for text in check_descriptions(content)]
    problems += check_undescribed(root, [content for _, content in resources])
    problems += check_macros(root)
    if warehouse.is_file():
        with DuckdbWarehouse(warehouse) as built:
            for name, content in resources:
                problems += [f"{name}: {text}" for text in check_columns(content, built)]
    return problems


def check_keys(content: Yaml, kind: str) -> Iterator[str]:
    """Yield what dbt's own schema says against a file. kind: `project` or `resources`."""
    validator = jsonschema.Draft7Validator(_schema(kind))
    seen = set()
    for error in validator.iter_errors(content):
        for text in _explain(error):
            if text not in seen:
                seen.add(text)
                yield text


def check_descriptions(content: Yaml) -> Iterator[str]:
    """Yield each thing without a description or label, and each copied description of a whole.

    A whole is a table, a semantic model or a metric. Columns, and the entities, dimensions and
    measures of a semantic model, are its parts.
    """
    seen: dict[str, str] = {}
    for where, item in [*_tables(content), *_semantics(content)]:
        text = str(item.get("description") or "").strip()
        if text and text in seen:
            yield f"{where}: the description is a copy of that of {seen[text]}"
        seen.setdefault(text, where)
        is_semantic = not where.startswith(("model ", "seed ", "source "))
        words = ("description", "label") if is_semantic else ("description",)
        parts = [
            (f"{where}.{part.get('name')}", part)
            for kind in ("columns", "entities", "dimensions", "measures")
            for part in item.get(kind) or []
        ]
        for place, described in [(where, item), *parts]:
            for word in words:
                if not str(described.get(word) or "").strip():
                    yield f"{place}: no {word}"


def check_undescribed(root: Path, contents: list[Yaml]) -> Iterator[str]:
    """Yield each model and seed file that no YAML names, and each name in YAML without a file."""
    for kind, suffixes in (("models", (".sql", ".py")), ("seeds", (".csv",))):
        paths = sorted((root / kind).rglob("*"))
        files = {path.stem: path for path in paths if path.suffix in suffixes}
        named = [str(item.get("name")) for content in contents for item in content.get(kind) or []]
        for name, path in files.items():
            if name not in named:
                yield f"{path.relative_to(root).as_posix()}: no YAML describes it"
        for name in sorted({name for name in named if named.count(name) > 1}):
            yield f"{kind}: {name} is described twice"
        for name in named:
            if name not in files:
                yield f"{kind}: {name} is described, and there is no such file{_hint(name, files)}"


def check_macros(root: Path) -> Iterator[str]:
    """Yield each macro without a comment `{#- ... -#}` right above it, and each that nothing uses.

    An engine's version of a dispatched macro (`spark__x`) is documented by the macro it serves.
    """
    texts = {
        path: path.read_text("utf-8")
        for folder in YAML_FOLDERS
        for suffix in ("sql", "yml")
        for path in sorted((root / folder).rglob(f"*.{suffix}"))
    }
    everything = "\n".join([*texts.values(), (root / "dbt_project.yml").read_text("utf-8")])
    words = Counter(re.findall(r"\w+", re.sub(r"{#.*?#}", "", everything, flags=re.S)))
    for path, text in texts.items():
        if path.suffix != ".sql":
            continue
        where = path.relative_to(root).as_posix()
        for found in MACRO.finditer(text):
            if ENGINE_PREFIX.match(found[2]):
                continue
            if not text[: found.start()].rstrip().endswith("#}"):
                yield f"{where}: {found[2]}: no comment above it"
            definitions = sum(macro[2] == found[2] for macro in MACRO.finditer(everything))
            if words[found[2]] <= definitions and found[2] not in CALLED_BY_DBT:
                yield f"{where}: {found[2]}: nothing uses it"


def check_columns(content: Yaml, warehouse: Warehouse) -> Iterator[str]:
    """Yield each column that stands in the YAML and not in the built table, or only there."""
    for where, table in _tables(content):
        kind, name = where.split(" ", 1)
        if kind == "source":
            continue
        schema = _schema_of(name, warehouse)
        if schema is None:
            continue
        built = warehouse.columns(schema, name)
        described = [str(column.get("name")) for column in table.get("columns") or []]
        for column in described:
            if column not in built:
                yield f"{where}.{column}: {schema}.{name} has no such column{_hint(column, built)}"
        for column in built:
            if column not in described:
                yield f"{where}: the column {column} is not described"


def _tables(content: Yaml) -> Iterator[tuple[str, Yaml]]:
    """Yield each model, seed and source table of a file with words that say which it is."""
    for kind in ("models", "seeds"):
        for item in content.get(kind) or []:
            yield f"{kind[:-1]} {item.get('name')}", item
    for source in content.get("sources") or []:
        for table in source.get("tables") or []:
            yield f"source {source.get('name')}.{table.get('name')}", table


def _semantics(content: Yaml) -> Iterator[tuple[str, Yaml]]:
    """Yield each semantic model and metric of a file with words that say which it is."""
    for kind in ("semantic_models", "metrics"):
        for item in content.get(kind) or []:
            yield f"{kind[:-1].replace('_', ' ')} {item.get('name')}", item


def _schema_of(table: str, warehouse: Warehouse) -> str | None:
    """Return the schema in which a built table lies; None where it is not built."""
    rows = warehouse.rows(
        "select table_schema from information_schema.tables"
        f" where table_catalog = current_database() and table_name = '{table}'"
        " and table_schema not in ('landing', 'raw')"
    )
    return str(rows[0][0]) if rows else None


def _yaml_files(root: Path) -> list[Path]:
    found = [path for folder in YAML_FOLDERS for path in (root / folder).rglob("*.y*ml")]
    return sorted(path for path in found if path.suffix in (".yml", ".yaml"))


def _explain(error: jsonschema.ValidationError) -> Iterator[str]:
    """Yield what is wrong, in words, from the innermost errors of one."""
    if error.validator == "type" and "{{" in str(error.instance):  # Jinja, not rendered here
        return
    if error.context:  # none of several shapes fits: the one that got furthest is the one meant
        leaves = sorted(_leaves(error), key=lambda leaf: -len(leaf.absolute_path))
        deepest = [
            leaf for leaf in leaves if len(leaf.absolute_path) == len(leaves[0].absolute_path)
        ]
        keys = [leaf for leaf in deepest if leaf.validator == "additionalProperties"]
        yield from _explain((keys or deepest)[0])
        return
    where = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path
    ).lstrip(".")
    where = f"{where}: " if where else ""
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        allowed = cast(dict[str, Any], error.schema.get("properties", {}))
        for key in error.instance:
            if key not in allowed:
                yield f"{where}unknown key {key!r}{_hint(str(key), allowed)}"
    else:
        yield f"{where}{error.message[:200]}"


def _leaves(error: jsonschema.ValidationError) -> Iterator[jsonschema.ValidationError]:
    """Yield the errors at the ends of a tree of errors."""
    for inner in error.context:
        if inner.context:
            yield from _leaves(inner)
        else:
            yield inner


def _hint(name: str, candidates: Any) -> str:
    near = difflib.get_close_matches(name, [str(item) for item in candidates], n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


@cache
def _schema(kind: str) -> Yaml:
    """Return the JSON schema of a kind of file: what dbt ships, and what dbt reads of semantics."""
    from dbt.jsonschemas.jsonschemas import project_schema, resources_schema

    shipped = project_schema() if kind == "project" else resources_schema()
    schema = cast(Yaml, json.loads(json.dumps(shipped)))
    if kind == "resources":
        from dbt.contracts.graph.unparsed import UnparsedMetric, UnparsedSemanticModel

        classes = {"semantic_models": UnparsedSemanticModel, "metrics": UnparsedMetric}
        for key, read_as in classes.items():
            schema["properties"][key] = {"type": ["array", "null"], "items": read_as.json_schema()}
    return schema


class _StrictLoader(yaml.SafeLoader):
    """Reads YAML, dates as text, and refuses a key that stands twice in one mapping."""


def _strict_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
    for key in keys:
        if keys.count(key) > 1:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands twice", node.start_mark
            )
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _strict_mapping)
_StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: str(node.value))
