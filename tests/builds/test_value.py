"""Customer value through whole builds: equal to other authors' figures, and silent when unsure."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import numpy as np
import pytest
from lifetimes import BetaGeoFitter, GammaGammaFitter
from scipy.integrate import quad
from scipy.special import gammaln
from warehouse import CAMPAIGNS, ROOT, VALUE, Build, build, write_csv

PREDICTIONS = (
    *("probability_alive", "expected_orders_30d", "expected_orders_90d", "expected_orders_365d"),
    *("expected_spend_per_order", "predicted_value_365d", "churn_probability", "churn_band"),
)


def parameters(built: Build, model: str) -> dict[str, float]:
    """Return the estimates of a model's present fit by name."""
    return dict(
        built.rows(
            "select parameter, estimate from marts.value_parameters"
            f" where fit = 'present' and model = '{model}'"
        )
    )


def test_every_score_of_cdnow_is_that_of_lifetimes(cdnow_value: Build) -> None:
    found = cdnow_value.rows(
        "select values.repeat_days, values.recency_days / 7, values.age_days / 7,"
        " histories.repeat_revenue / greatest(values.repeat_days, 1), probability_alive,"
        " expected_orders_30d, expected_orders_90d, expected_orders_365d, expected_spend_per_order"
        " from marts.customer_value as values"
        " inner join intermediate.int_value_histories as histories using (customer_id)"
        " where histories.fit = 'present' order by customer_id"
    )
    assert len(found) == 2_357
    columns = np.array(found, dtype=float).T
    (x, recency, age, average), ours = columns[:4], columns[4:]
    import pandas as pd

    orders, spend = BetaGeoFitter(), GammaGammaFitter()
    orders.params_ = pd.Series(parameters(cdnow_value, "bg_nbd"))
    gamma_gamma = parameters(cdnow_value, "gamma_gamma")
    spend.params_ = pd.Series({**gamma_gamma, "v": gamma_gamma["gamma"]})
    theirs = [
        orders.conditional_probability_alive(x, recency, age),
        *(
            orders.conditional_expected_number_of_purchases_up_to_time(days / 7, x, recency, age)
            for days in (30, 90, 365)
        ),
        spend.conditional_expected_average_profit(pd.Series(x), pd.Series(average)),
    ]
    for own, other in zip(ours, theirs, strict=True):
        assert np.max(np.abs(own / np.asarray(other) - 1)) < 1e-10


def test_value_is_orders_times_spend_and_churn_is_the_chance_of_no_order(
    cdnow_value: Build,
) -> None:
    model = parameters(cdnow_value, "bg_nbd")
    found = cdnow_value.rows(
        "select repeat_days, age_days, probability_alive, churn_probability, expected_orders_365d,"
        " expected_spend_per_order, predicted_value_365d from marts.customer_value"
    )
    for repeats, age, alive, churn, orders, spend, worth in found:
        rate = model["alpha"] + age / 7
        none = (rate / (rate + 90 / 7)) ** (model["r"] + repeats)
        assert churn == pytest.approx(1 - alive + alive * none, rel=1e-10)
        assert worth == pytest.approx(orders * spend, rel=1e-12)


def test_log_gamma_is_that_of_scipy_from_a_thousandth_to_a_million() -> None:
    text = (ROOT / "macros" / "value" / "log_gamma.sql").read_text(encoding="utf-8")
    sql = str(jinja2.Environment().from_string(text).module.log_gamma("number"))  # type: ignore[attr-defined]
    numbers = np.concatenate([np.logspace(-3, 6, 20_001), np.linspace(0.5, 3, 1_001)])
    with duckdb.connect() as connection:
        connection.execute("create table numbers as select unnest(?) as number", [list(numbers)])
        found = connection.execute(f"select number, {sql} from numbers").fetchnumpy()
    right = gammaln(found["number"])
    errors = np.abs(found[next(name for name in found if name != "number")] - right)
    assert np.max(errors / np.maximum(np.abs(right), 1)) < 1e-14


Order = tuple[str, date, int, int]
"""Customer, local day, gross amount, amount refunded."""


def living_shop(people: int, amount: int, refunded: int) -> Iterator[Order]:
    """Yield orders of people who come back at paces of their own until they leave."""
    generator = np.random.default_rng(people)
    for number in range(people):
        day, pace = float(generator.uniform(0, 350)), generator.gamma(0.8, 0.03)
        leaving = generator.beta(0.8, 2.5)
        while day < 360:
            spent = amount * int(generator.integers(1, 9))
            yield f"c{number}", date(2025, 1, 1) + timedelta(int(day)), spent, refunded
            if generator.random() < leaving:
                break
            day += 1 + generator.exponential(1 / pace)


def one_time_shop(people: int, days: int) -> Iterator[Order]:
    """Yield one order of each person, spread evenly over days."""
    for number in range(people):
        day = date(2025, 1, 1) + timedelta(number * days // people)
        yield f"c{number}", day, 1000, 0


@pytest.mark.parametrize(
    ("orders", "reason", "spend_reason"),
    [
        pytest.param(
            lambda: living_shop(100, 1000, 0),
            *("too_few_buyers", "too_few_buyers"),
            id="100 buyers",
        ),
        pytest.param(
            lambda: one_time_shop(600, 1),
            *("too_short_history", "too_short_history"),
            id="a single day",
        ),
        pytest.param(
            lambda: one_time_shop(600, 400),
            *("too_few_repeat_buyers", "too_few_repeat_buyers"),
            id="everybody once",
        ),
        pytest.param(
            lambda: living_shop(700, 0, 0),
            *(None, "too_few_repeat_buyers_with_revenue"),
            id="all for nothing",
        ),
        pytest.param(
            lambda: living_shop(700, 1000, 10_000),
            *(None, "too_few_repeat_buyers_with_revenue"),
            id="more refunded than paid",
        ),
    ],
)
def test_a_shop_that_tells_too_little_gets_reasons_and_no_numbers(
    orders: Callable[[], Iterator[Order]],
    reason: str | None,
    spend_reason: str,
    tmp_path: Path,
    recwarn: Any,
) -> None:
    rows = [
        f"o{number},{day}T03:00:00Z,paid,{gross},{refunded},{customer}"
        for number, (customer, day, gross, refunded) in enumerate(orders())
    ]
    header = "order_id,ordered_at,status,gross_amount,refunded_amount,customer_id"
    raw = write_csv(tmp_path / "raw", orders="\n".join([header, *rows]))
    built = build(raw, tmp_path, select=VALUE, exclude=CAMPAIGNS)
    assert built.is_green, built.messages
    assert [str(found.message) for found in recwarn if found.category is RuntimeWarning] == []

    assert built.rows(
        "select distinct unavailable_reason, spend_unavailable_reason from marts.customer_value"
    ) == [(reason, spend_reason)]
    missing = {
        name
        for name in PREDICTIONS
        if built.one(f"select count({name}) from marts.customer_value") == 0
    }
    without_spend = {"expected_spend_per_order", "predicted_value_365d"}
    assert missing == (set(PREDICTIONS) if reason else without_spend)
    assert built.one("select count(*) from marts.customer_value") == built.one(
        "select count(distinct customer_id) from marts.orders where is_valid"
    )
    models = {model for (model,) in built.rows("select distinct model from marts.value_parameters")}
    assert models == (set() if reason else {"bg_nbd"})
    backtest = built.rows(
        "select method, predicted_orders is null, predicted_revenue is null, unavailable_reason"
        " from marts.value_backtest where calibration_group = 'all' order by method"
    )
    assert [row[0] for row in backtest] == ["average", "bg_nbd", "last_period"]
    if reason:
        assert all(row[1] and row[2] and row[3] is not None for row in backtest)


SHAPES = (
    *((0.243, 4.414, 0.793, 2.426), (0.3, 3.4, 1.0, 4.0), (0.3, 3.4, 1.0 + 1e-9, 0.2)),
    *((2.5, 0.2, 0.01, 1.5), (0.05, 0.5, 6.0, 0.3), (1.5, 40.0, 3000.0, 9000.0)),
)
HISTORIES = ((0, 0), (0, 3), (0, 730), (1, 1), (2, 272), (30, 35), (120, 900), (700, 729))


def test_expected_orders_are_the_integral_that_defines_them(
    cdnow_value: Build, tmp_path: Path
) -> None:
    """Even where the textbook's formula divides by zero (a = 1), and for wholesalers."""
    shutil.copyfile(cdnow_value.warehouse, tmp_path / "shop.duckdb")
    compiled = cdnow_value.warehouse.parent / "target/compiled/dangol/models/intermediate/value"
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("use intermediate")
        for number, shape in enumerate(SHAPES):
            verb = "create or replace table {} as" if number == 0 else "insert into {}"
            connection.execute(
                f"{verb.format('int_value_models')} select 'present' as fit,"
                f" cast(null as varchar) as unavailable_reason, {number}e0 as shape_number,"
                " {}e0 as r, {}e0 as alpha, {}e0 as a, {}e0 as b".format(*shape)
            )
            connection.execute(f"delete from int_value_models where shape_number < {number}")
            listed = ", ".join(f"('present', {x}, {age})" for x, age in HISTORIES)
            connection.execute(
                "create or replace table int_value_histories as select * from"
                f" (values {listed}) as histories (fit, repeat_days, age_days)"
            )
            for model in ("int_order_horizons", "int_order_terms", "int_order_expectations"):
                sql = (compiled / f"{model}.sql").read_text(encoding="utf-8")
                connection.execute(f"create or replace table {model} as {sql}")
            found = connection.execute(
                "select repeat_days, age_days, horizon_days, orders_if_alive"
                " from int_order_expectations"
            ).fetchall()
            assert len(found) == 3 * len(HISTORIES)
            for x, age, days, orders in found:
                assert orders == pytest.approx(integral(shape, x, age, days), rel=1e-8)


def integral(shape: tuple[float, ...], repeats: int, age_days: int, days: int) -> float:
    """Return E[(1 - (w / (w + p t))^s) / p] over p ~ Beta(a, b + x), by quadrature."""
    r, alpha, a, b = shape
    pace, rate, weeks = r + repeats, alpha + age_days / 7, days / 7

    def orders(chance: float) -> float:
        if chance == 0:
            return pace * weeks / rate
        return -math.expm1(-pace * math.log1p(chance * weeks / rate)) / chance

    first, second = a, b + repeats
    beta_log = gammaln(first) + gammaln(second) - gammaln(first + second)
    if first > 100:  # narrow: the weights are a spike, and smooth
        middle = first / (first + second)
        width = math.sqrt(middle * (1 - middle) / (first + second))

        def density(chance: float) -> float:
            logs = (first - 1) * math.log(chance) + (second - 1) * math.log1p(-chance)
            return orders(chance) * math.exp(logs - beta_log)

        ends = (max(middle - 12 * width, 1e-12), min(middle + 12 * width, 1 - 1e-12))
        return float(quad(density, *ends, epsrel=1e-11, limit=500)[0])
    # both ends by themselves, so that the weights of each are those that quad knows
    cut = min(0.5, 20 * first / (first + second))
    low = quad(
        lambda chance: orders(chance) * math.exp((second - 1) * math.log1p(-chance) - beta_log),
        *(0, cut),
        weight="alg",
        wvar=(first - 1, 0),
        epsrel=1e-12,
        epsabs=0,
        limit=500,
    )[0]
    high = quad(
        lambda chance: orders(chance) * math.exp((first - 1) * math.log(chance) - beta_log),
        *(cut, 1),
        weight="alg",
        wvar=(0, second - 1),
        epsrel=1e-12,
        epsabs=0,
        limit=500,
    )[0]
    return float(low + high)
