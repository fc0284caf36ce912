"""Fitting gives the published figures, agrees with another author, and says when it can't."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.datasets import load_cdnow_summary_data_with_monetary_value

from dangol.value import (
    BgNbd,
    Bound,
    Derivatives,
    Fit,
    Floats,
    GammaGamma,
    Likelihood,
    fit,
    fit_bg_nbd,
    fit_gamma_gamma,
)

CDNOW = load_cdnow_summary_data_with_monetary_value()
"""The 2,357 people of the CDNOW sample after 39 weeks, as lifetimes ships them, in weeks."""
REPEATS = CDNOW["frequency"].to_numpy()
RECENCY = np.round(CDNOW["recency"].to_numpy() * 7)
AGE = np.round(CDNOW["T"].to_numpy() * 7)
EACH = np.ones(len(CDNOW))
AGAIN = REPEATS > 0
REVENUE = (REPEATS * CDNOW["monetary_value"].to_numpy())[AGAIN]

ORDERS = BgNbd(REPEATS, RECENCY, AGE, EACH)
SPEND = GammaGamma(REPEATS[AGAIN], REVENUE / 35, EACH[AGAIN])


def test_bg_nbd_gives_the_figures_of_its_paper() -> None:
    found = fit_bg_nbd(REPEATS, RECENCY, AGE, EACH)
    assert found.is_converged
    assert found.buyer_count == 2_357
    assert found.estimates == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.001)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_gamma_gamma_gives_the_figures_of_its_note() -> None:
    found = fit_gamma_gamma(REPEATS[AGAIN], REVENUE, EACH[AGAIN])
    assert found.is_converged
    assert found.buyer_count == 946
    assert found.estimates == pytest.approx((6.25, 3.74, 15.44), abs=0.02)


def test_both_models_agree_with_lifetimes_and_fit_no_worse() -> None:
    theirs = BetaGeoFitter().fit(REPEATS, RECENCY / 7, AGE / 7)
    ours = fit_bg_nbd(REPEATS, RECENCY, AGE, EACH)
    assert ours.estimates == pytest.approx(theirs.params_.to_numpy(), rel=1e-4)
    at_theirs, _, _ = ORDERS.derivatives(theirs.params_.to_numpy())
    assert at_theirs <= ours.log_likelihood + 1e-5
    assert ours.standard_errors == pytest.approx(theirs.standard_errors_.to_numpy(), rel=0.01)

    spend = GammaGammaFitter().fit(REPEATS[AGAIN], REVENUE / REPEATS[AGAIN])
    own = fit_gamma_gamma(REPEATS[AGAIN], REVENUE, EACH[AGAIN])
    assert own.estimates == pytest.approx(spend.params_.to_numpy(), rel=1e-4)
    at_own = GammaGammaFitter._negative_log_likelihood(
        np.log(own.estimates), REPEATS[AGAIN], REVENUE / REPEATS[AGAIN], EACH[AGAIN], 0
    )
    assert own.log_likelihood == pytest.approx(-at_own * 946, rel=1e-9)


@pytest.mark.parametrize(
    ("likelihood", "places"),
    [
        (ORDERS, [(0.3, 4.0, 0.7, 2.0), (2.0, 30.0, 0.05, 0.6), (0.01, 0.2, 5.0, 0.9)]),
        (SPEND, [(3.0, 2.5, 0.8), (0.4, 1.1, 6.0), (20.0, 9.0, 0.1)]),
    ],
    ids=["bg_nbd", "gamma_gamma"],
)
def test_derivatives_are_those_that_small_steps_show(
    likelihood: Likelihood, places: Sequence[tuple[float, ...]]
) -> None:
    for place in map(np.array, places):
        _, slope, bend = likelihood.derivatives(place)
        assert np.array_equal(bend, bend.T)
        for number in range(len(place)):
            step = np.zeros_like(place)
            step[number] = place[number] * 1e-5
            above = likelihood.derivatives(place + step)
            below = likelihood.derivatives(place - step)
            width = 2 * step[number]
            assert (above[0] - below[0]) / width == pytest.approx(slope[number], rel=1e-5)
            assert (above[1] - below[1]) / width == pytest.approx(bend[number], rel=1e-5, abs=1e-4)


def test_counts_of_equal_histories_are_as_good_as_people() -> None:
    people = np.column_stack([REPEATS, RECENCY, AGE])
    groups, count = np.unique(people, axis=0, return_counts=True)
    assert len(groups) < len(people)
    alone, grouped = fit_bg_nbd(*people.T, EACH), fit_bg_nbd(*groups.T, count)
    assert grouped.estimates == pytest.approx(alone.estimates, rel=1e-9)
    assert grouped.standard_errors == pytest.approx(alone.standard_errors, rel=1e-9)
    tenfold = fit_bg_nbd(*groups.T, count * 10)
    assert tenfold.estimates == pytest.approx(alone.estimates, rel=1e-9)
    assert tenfold.log_likelihood == pytest.approx(10 * alone.log_likelihood, rel=1e-9)


def test_spend_in_cents_is_spend_in_dollars() -> None:
    dollars = fit_gamma_gamma(REPEATS[AGAIN], REVENUE, EACH[AGAIN])
    cents = fit_gamma_gamma(REPEATS[AGAIN], REVENUE * 100, EACH[AGAIN])
    p, q, gamma = dollars.estimates
    assert cents.estimates == pytest.approx((p, q, gamma * 100), rel=1e-8)
    # a density of cents is a hundredth of one of dollars
    assert cents.log_likelihood == pytest.approx(
        dollars.log_likelihood - 946 * math.log(100), rel=1e-9
    )


def test_parameters_that_made_the_data_come_back_within_their_standard_errors() -> None:
    generator = np.random.default_rng(7)
    people, truth = 200_000, (4.0, 3.5, 20_000.0)
    repeats = generator.integers(1, 6, people).astype(float)
    rates = generator.gamma(truth[1], 1 / truth[2], people)
    revenue = generator.gamma(truth[0] * repeats) / rates
    found = fit_gamma_gamma(repeats, revenue, np.ones(people))
    assert found.is_converged
    distances = (np.array(found.estimates) - truth) / found.standard_errors
    assert np.max(np.abs(distances)) < 4


def bought(leaving: float, people: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return repeat days, recency and age of people with one chance to leave after an order."""
    generator = np.random.default_rng(seed)
    pace = generator.gamma(0.7, 1 / 9.5, people) / 7
    age = generator.integers(0, 730, people).astype(float)
    repeats, recency, now = np.zeros(people), np.zeros(people), np.zeros(people)
    is_here = np.full(people, True)
    while is_here.any():
        now += generator.exponential(1, people) / pace
        is_here &= now < age
        repeats[is_here] += 1
        recency[is_here] = now[is_here]
        is_here &= generator.random(people) >= leaving
    return repeats, recency, age


@pytest.mark.filterwarnings("error")
def test_a_shop_that_nobody_leaves_is_fitted_at_the_bound_where_nobody_does() -> None:
    people = 20_000
    found = fit_bg_nbd(*bought(0.0, people, 3), np.ones(people))
    assert found.is_converged
    r, alpha, a, b = found.estimates
    assert a / (a + b) < 0.001
    assert abs(r - 0.7) < 4 * found.standard_errors[0]
    assert abs(alpha - 9.5) < 4 * found.standard_errors[1]
    assert math.isnan(found.standard_errors[2])


@pytest.mark.filterwarnings("error")
def test_a_shop_that_all_leave_alike_is_fitted_at_the_bound_where_all_do() -> None:
    people = 20_000
    found = fit_bg_nbd(*bought(0.2, people, 4), np.ones(people))
    assert found.is_converged
    _, _, a, b = found.estimates
    assert b == pytest.approx(1000) or found.standard_errors[3] > b / 4
    assert a / (a + b) == pytest.approx(0.2, abs=0.01)


NOBODY: tuple[list[float], ...] = ([], [], [], [])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "found",
    [
        pytest.param(lambda: fit_bg_nbd(*NOBODY), id="no buyers"),
        pytest.param(lambda: fit_bg_nbd([0, 0], [0, 0], [9, 80], [700, 3]), id="nobody came back"),
        pytest.param(lambda: fit_bg_nbd([0], [0], [0], [700]), id="a shop of one day"),
        pytest.param(lambda: fit_bg_nbd([1], [7], [7], [700]), id="everybody is the same person"),
        pytest.param(
            lambda: fit_bg_nbd([5, 5], [350, 358], [360, 360], [90, 90]), id="nobody ever leaves"
        ),
        pytest.param(
            lambda: fit_bg_nbd([0, 300], [0, 300], [300, 300], [600, 1]), id="one wholesaler"
        ),
        pytest.param(lambda: fit_gamma_gamma(*NOBODY[:3]), id="no spend"),
        pytest.param(lambda: fit_gamma_gamma([1, 2], [50, 100], [60, 60]), id="all spend the same"),
        pytest.param(lambda: fit_gamma_gamma([1], [50], [60]), id="all spend the same, once"),
        pytest.param(
            lambda: fit_gamma_gamma([1, 1, 1], [1e-4, 1, 1e9], [10, 10, 10]), id="spend of any size"
        ),
    ],
)
def test_what_cannot_be_fitted_is_said_without_a_warning(found: object) -> None:
    assert callable(found)
    result = found()
    assert isinstance(result, Fit)
    assert not result.is_converged
    assert len(result.estimates) == len(result.standard_errors) == len(result.names)


class TwoSummits:
    """A likelihood of one parameter with summits at 1/2 and 2, of which the second is higher."""

    names = ("height",)
    bounds = (Bound(0.1, 10),)
    buyer_count = 1

    def starts(self) -> Sequence[Floats]:
        return (np.array([0.45]), np.array([2.2]))

    def derivatives(self, parameters: Floats) -> Derivatives:
        # -(u² - c²)² + u / 100 in u = ln of the parameter, carried over to the parameter itself
        plain = float(parameters[0])
        place, summit = math.log(plain), math.log(2)
        value = -((place**2 - summit**2) ** 2) + place / 100
        slope = -4 * place * (place**2 - summit**2) + 1 / 100
        bend = -12 * place**2 + 4 * summit**2
        return value, np.array([slope / plain]), np.array([[(bend - slope) / plain**2]])


def test_two_starts_that_end_apart_are_no_fit_and_the_better_end_is_told() -> None:
    found = fit(TwoSummits())
    assert not found.is_converged
    assert found.start_difference > 1
    assert found.estimates[0] == pytest.approx(2, rel=0.01)
