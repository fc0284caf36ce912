"""Fit the models of customer value by maximum likelihood: BG/NBD for orders, Gamma-Gamma for spend.

Both are read from counts of buyers with equal histories, so that the work grows with the number of
different histories and not with that of buyers. Likelihoods come with exact first and second
derivatives. Time is in weeks, as in the papers: their parameters come back as printed there.

Sources:
    Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the
    Pareto/NBD model, Marketing Science 24 (2).
    Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import duckdb
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, expit, gammaln, polygamma

Floats = NDArray[np.float64]
Derivatives = tuple[float, Floats, Floats]
"""Log-likelihood, gradient (k,) and Hessian (k, k) in the k plain parameters."""

DAYS_PER_WEEK = 7.0
SAME = 1e-6
"""The largest relative difference of estimates that two starts may leave."""
FLAT = 1e-9
"""The largest slope or curvature, per buyer and unit of a log-parameter, that counts as none."""
DIGITS = 10
"""Significant digits of an estimate; further ones differ between processors."""
BATCH = 8192
"""Groups worked on at a time: they fit the processor's cache, and memory stays small."""


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Args:
        names: the parameters.
        estimates: one a parameter, not finite where there is nothing to fit.
        standard_errors: one a parameter, from the curvature; nan for a parameter at its bound.
        log_likelihood: of all buyers together, at the estimates.
        buyer_count: the number of buyers fitted.
        is_converged: both starts ended at the same point, from which the likelihood falls in every
            direction within the bounds, and at no bound but those that are good ends.
        start_difference: the largest relative difference between the estimates of the two starts.
    """

    names: tuple[str, ...]
    estimates: tuple[float, ...]
    standard_errors: tuple[float, ...]
    log_likelihood: float
    buyer_count: int
    is_converged: bool
    start_difference: float


@dataclass(frozen=True)
class Bound:
    """Where the search for a parameter ends.

    Args:
        lowest, highest: beyond these the data can't tell one value from the next.
        is_good_end: a parameter may stay there, since the model then has a meaning of its own.
    """

    lowest: float
    highest: float
    is_good_end: bool = False


class Likelihood(Protocol):
    """The log-likelihood of a model on grouped data, its time or money in units near 1."""

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters, in the order of all vectors."""

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds of each."""

    @property
    def buyer_count(self) -> int:
        """The number of buyers."""

    def starts(self) -> Sequence[Floats]:
        """Return two different starting points (k,); none where the data tell nothing."""

    def derivatives(self, parameters: Floats) -> Derivatives:
        """Return the log-likelihood and its first two derivatives at parameters (k,)."""


class BgNbd:
    """The likelihood of BG/NBD: equation 6 of the paper, in the form that never overflows.

    Args:
        repeat_days: (n,) order days after the first.
        recency_days: (n,) days from the first order day to the last.
        age_days: (n,) days from the first order day to the end of what is known.
        buyer_count: (n,) buyers with that history.
    """

    names = ("r", "alpha", "a", "b")
    # with the least a and the largest b nobody leaves; with the largest b all leave alike
    leaving = Bound(1e-2, 1e3, is_good_end=True)
    bounds = (Bound(1e-3, 1e4), Bound(1e-3, 1e4), leaving, leaving)

    def __init__(
        self,
        repeat_days: ArrayLike,
        recency_days: ArrayLike,
        age_days: ArrayLike,
        buyer_count: ArrayLike,
    ) -> None:
        repeats, count = _floats(repeat_days), _floats(buyer_count)
        recency = _floats(recency_days) / DAYS_PER_WEEK
        age = _floats(age_days) / DAYS_PER_WEEK
        self.buyer_count = round(count.sum())
        self._repeat_total = float((repeats * count).sum())
        self._age_total = float((age * count).sum())
        self._each_repeats, self._each_count = _counts(repeats, count)
        once = repeats == 0
        again = ~once
        # one-time buyers with the same age are the same; the others keep their three numbers
        self._once_age, self._once_count = _counts(age[once], count[once])
        self._again = (repeats[again], recency[again], age[again], count[again])

    def starts(self) -> Sequence[Floats]:
        """Return two points (r, alpha, a, b) that have the shop's orders per week."""
        if not (self._repeat_total > 0 and self._age_total > 0):
            return ()
        pace = self._repeat_total / self._age_total
        return (
            np.array([1.0, 1.0 / pace, 1.0, 3.0]),
            np.array([0.3, 0.3 / pace, 0.4, 5.0]),
        )

    def derivatives(self, parameters: Floats) -> Derivatives:
        """Return the log-likelihood and its derivatives in (r, alpha, a, b)."""
        r, alpha, a, b = parameters
        value, slope, bend = self._of_counts(r, alpha, a, b)
        for start in range(0, len(self._once_age), BATCH):
            part = slice(start, start + BATCH)
            ends, count = alpha + self._once_age[part], self._once_count[part]
            inverse = 1.0 / ends
            logs = float(count @ np.log(ends))
            first, second = float(count @ inverse), float(count @ (inverse * inverse))
            value -= r * logs
            slope[:2] -= logs, r * first
            bend[0, 1] -= first
            bend[1, 1] += r * second
        repeats, recency, age, counts = self._again
        for start in range(0, len(repeats), BATCH):
            part = slice(start, start + BATCH)
            shape, count = r + repeats[part], counts[part]
            ends, last = alpha + age[part], alpha + recency[part]
            ends_log, ends_inverse, last_inverse = np.log(ends), 1.0 / ends, 1.0 / last
            gap = np.log(ends / last)
            before = 1.0 / (b + repeats[part] - 1.0)
            # how much likelier it is that the person left at the last order than that they stay
            odds = math.log(a) + np.log(before) + shape * gap
            gone = expit(odds)
            value += float(count @ (np.logaddexp(0.0, odds) - shape * ends_log))
            by_alpha = shape * (ends_inverse - last_inverse)
            odds_slopes = (gap, by_alpha, np.full_like(gap, 1.0 / a), -before)
            gone_count = count * gone
            slope += [float(gone_count @ each) for each in odds_slopes]
            slope[0] -= float(count @ ends_log)
            slope[1] -= float(count @ (shape * ends_inverse))
            both = gone_count * (1.0 - gone)
            for i in range(4):
                weighted = both * odds_slopes[i]
                for j in range(i, 4):
                    bend[i, j] += float(weighted @ odds_slopes[j])
            bend[0, 1] += float(gone_count @ (ends_inverse - last_inverse) - count @ ends_inverse)
            bend[1, 1] += float(
                gone_count @ (shape * (last_inverse**2 - ends_inverse**2))
                + count @ (shape * ends_inverse**2)
            )
            bend[2, 2] -= float(gone_count.sum()) / a**2
            bend[3, 3] += float(gone_count @ before**2)
        return value, slope, _symmetric(bend)

    def _of_counts(self, r: float, alpha: float, a: float, b: float) -> Derivatives:
        """Return the part that depends on the number of repeat days alone."""
        x, count = self._each_repeats, self._each_count
        total = float(count.sum())
        value = float(
            count @ (gammaln(r + x) + gammaln(b + x) - gammaln(a + b + x))
            + total * (gammaln(a + b) - gammaln(b) - gammaln(r) + r * math.log(alpha))
        )
        of_r = float(count @ (digamma(r + x) - digamma(r)))
        of_b = float(count @ (digamma(b + x) - digamma(b)))
        of_both = float(count @ (digamma(a + b) - digamma(a + b + x)))
        slope = np.array(
            [of_r + total * math.log(alpha), total * r / alpha, of_both, of_b + of_both]
        )
        bend = np.zeros((4, 4))
        bend[0, 0] = float(count @ (polygamma(1, r + x) - polygamma(1, r)))
        bend[0, 1] = total / alpha
        bend[1, 1] = -total * r / alpha**2
        bend[2, 2] = float(count @ (polygamma(1, a + b) - polygamma(1, a + b + x)))
        bend[2, 3] = bend[2, 2]
        bend[3, 3] = bend[2, 2] + float(count @ (polygamma(1, b + x) - polygamma(1, b)))
        return value, slope, bend


class GammaGamma:
    """The likelihood of Gamma-Gamma: equation 1a of the note, on each buyer's repeat revenue.

    Args:
        repeat_days: (n,) order days after the first, from 1.
        repeat_revenue: (n,) net revenue of those days together, above zero, in units of `scale`.
        buyer_count: (n,) buyers with both.
    """

    names = ("p", "q", "gamma")
    bounds = (Bound(1e-3, 1e4),) * 3

    def __init__(
        self, repeat_days: ArrayLike, repeat_revenue: ArrayLike, buyer_count: ArrayLike
    ) -> None:
        self._repeats, self._count = _floats(repeat_days), _floats(buyer_count)
        self._revenue = _floats(repeat_revenue)
        self.buyer_count = round(self._count.sum())
        self._each_repeats, self._each_count = _counts(self._repeats, self._count)
        self._means_log = float(self._count @ np.log(self._revenue / self._repeats))

    def starts(self) -> Sequence[Floats]:
        """Return two points (p, q, gamma) whose mean spend is 1, the unit of revenue."""
        if not self.buyer_count:
            return ()
        return (np.array([2.0, 3.0, 1.0]), np.array([6.0, 7.0, 1.0]))

    def derivatives(self, parameters: Floats) -> Derivatives:
        """Return the log-likelihood and its derivatives in (p, q, gamma)."""
        p, q, gamma = parameters
        x, count = self._each_repeats, self._each_count
        total = float(count.sum())
        value = float(count @ (gammaln(p * x + q) - gammaln(p * x)))
        value += total * (q * math.log(gamma) - float(gammaln(q))) - self._means_log
        of_both = digamma(p * x + q)
        slope = np.array(
            [
                float((count * x) @ (of_both - digamma(p * x))),
                float(count @ (of_both - digamma(q))) + total * math.log(gamma),
                total * q / gamma,
            ]
        )
        bend = np.zeros((3, 3))
        bend_of_both = polygamma(1, p * x + q)
        bend[0, 0] = float((count * x * x) @ (bend_of_both - polygamma(1, p * x)))
        bend[0, 1] = float((count * x) @ bend_of_both)
        bend[1, 1] = float(count @ (bend_of_both - polygamma(1, q)))
        bend[1, 2] = total / gamma
        bend[2, 2] = -total * q / gamma**2
        for start in range(0, len(self._repeats), BATCH):
            part = slice(start, start + BATCH)
            repeats, revenue, buyers = self._repeats[part], self._revenue[part], self._count[part]
            inverse = 1.0 / (gamma + revenue)
            share_log, sum_log = np.log(revenue * inverse), -np.log(inverse)
            shape = p * repeats + q
            value += float(buyers @ (p * repeats * share_log - q * sum_log))
            slope[0] += float(buyers @ (repeats * share_log))
            slope[1] -= float(buyers @ sum_log)
            slope[2] -= float(buyers @ (shape * inverse))
            bend[0, 2] -= float(buyers @ (repeats * inverse))
            bend[1, 2] -= float(buyers @ inverse)
            bend[2, 2] += float(buyers @ (shape * inverse**2))
        return value, slope, _symmetric(bend)


def fit_bg_nbd(
    repeat_days: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike, buyer_count: ArrayLike
) -> Fit:
    """Fit BG/NBD to groups of buyers with equal histories; see BgNbd. Parameters are in weeks."""
    return fit(BgNbd(repeat_days, recency_days, age_days, buyer_count))


def fit_gamma_gamma(
    repeat_days: ArrayLike, repeat_revenue: ArrayLike, buyer_count: ArrayLike
) -> Fit:
    """Fit Gamma-Gamma to groups of repeat buyers; see GammaGamma. gamma is in units of money."""
    repeats, revenue, count = map(_floats, (repeat_days, repeat_revenue, buyer_count))
    # won and dollars differ by a thousand; the fit sees multiples of the mean spend
    scale = float((revenue * count).sum() / (repeats * count).sum()) if len(count) else 1.0
    scaled = fit(GammaGamma(repeats, revenue / scale, count))
    return Fit(
        scaled.names,
        tuple(map(_rounded, (*scaled.estimates[:2], scaled.estimates[2] * scale))),
        tuple(map(_rounded, (*scaled.standard_errors[:2], scaled.standard_errors[2] * scale))),
        _rounded(scaled.log_likelihood - scaled.buyer_count * math.log(scale)),
        scaled.buyer_count,
        scaled.is_converged,
        scaled.start_difference,
    )


def fit(likelihood: Likelihood) -> Fit:
    """Maximise a likelihood from two starts and say how sure the result is.

    Args:
        likelihood: the model on its data.

    Returns:
        The better end of the two. A fit that fails says so in `is_converged`; nothing is raised.
    """
    unknown = (math.nan,) * len(likelihood.names)
    ends = [_climb(likelihood, np.log(start)) for start in likelihood.starts()]
    if not ends:
        return Fit(
            likelihood.names, unknown, unknown, math.nan, likelihood.buyer_count, False, math.nan
        )
    best = max(ends, key=lambda end: (end.is_summit, -end.value))
    apart = float(np.max(np.abs(np.expm1(ends[1].place - ends[0].place))))
    errors = np.full(len(unknown), math.nan)
    if best.is_summit:
        # the covariance of the logarithms, brought to the plain parameters (delta method)
        bend = best.bend[np.ix_(best.is_free, best.is_free)] * likelihood.buyer_count
        by_log = np.sqrt(np.diag(np.linalg.inv(bend)))
        errors[best.is_free] = np.exp(best.place[best.is_free]) * by_log
    return Fit(
        likelihood.names,
        tuple(map(_rounded, np.exp(best.place))),
        tuple(map(_rounded, errors)),
        _rounded(-best.value * likelihood.buyer_count),
        likelihood.buyer_count,
        all(end.is_summit for end in ends) and apart <= SAME,
        apart,
    )


@dataclass(frozen=True)
class _End:
    """Where a climb ended: log-parameters (k,), -log-likelihood per buyer there, its Hessian."""

    place: Floats
    value: float
    bend: Floats
    is_free: NDArray[np.bool_]
    is_summit: bool


def _climb(likelihood: Likelihood, start: Floats) -> _End:
    """Follow the likelihood uphill from log-parameters (k,), by Newton's steps within the bounds.

    Each step is taken in the parameters that no bound holds (Bertsekas 1982, Projected Newton
    methods, SIAM J. Control and Optimization 20), with the curvature made positive, and is halved
    until the likelihood rises.
    """
    lowest = np.log([bound.lowest for bound in likelihood.bounds])
    highest = np.log([bound.highest for bound in likelihood.bounds])

    def descent(place: Floats) -> Derivatives:
        """Return -log-likelihood per buyer and its derivatives in the log-parameters."""
        plain = np.exp(place)
        value, slope, bend = likelihood.derivatives(plain)
        by_log = plain * slope
        by_logs = bend * np.outer(plain, plain) + np.diag(by_log)
        count = likelihood.buyer_count
        return -value / count, -by_log / count, -by_logs / count

    def free(place: Floats, slope: Floats) -> NDArray[np.bool_]:
        held = ((place <= lowest) & (slope > 0)) | ((place >= highest) & (slope < 0))
        return np.asarray(~held)

    place = np.clip(start, lowest, highest)
    value, slope, bend = descent(place)
    for _ in range(200):
        is_free = free(place, slope)
        steepest = float(np.max(np.abs(slope[is_free]), initial=0.0))
        if steepest < 1e-14:
            break
        sizes, axes = np.linalg.eigh(bend[np.ix_(is_free, is_free)])
        step = np.zeros_like(place)
        step[is_free] = -axes @ ((axes.T @ slope[is_free]) / np.maximum(np.abs(sizes), 1e-10))
        step *= min(1.0, 2.0 / float(np.max(np.abs(step))))
        for _ in range(40):
            there = np.clip(place + step, lowest, highest)
            found = descent(there)
            rest = float(np.max(np.abs(found[1][free(there, found[1])]), initial=0.0))
            # where the likelihood is level to its last digit, the slope still tells the way
            is_level = found[0] <= value + 1e-13 * abs(value) and rest < steepest
            if found[0] < value + 1e-4 * float(slope @ (there - place)) or is_level:
                break
            step /= 2
        else:
            break
        place, (value, slope, bend) = there, found
    is_free = free(place, slope)
    is_flat = bool(np.max(np.abs(slope[is_free]), initial=0.0) < FLAT)
    is_good = all(
        bound.is_good_end or lower < at < upper
        for bound, at, lower, upper in zip(likelihood.bounds, place, lowest, highest, strict=True)
    )
    curvatures = np.linalg.eigvalsh(bend[np.ix_(is_free, is_free)])
    is_summit = is_good and is_flat and bool(np.all(curvatures > FLAT))
    return _End(place, value, bend, is_free, is_summit)


def _symmetric(upper: Floats) -> Floats:
    """Return the matrix whose upper triangle is given."""
    return np.asarray(np.triu(upper) + np.triu(upper, 1).T)


def _counts(values: Floats, count: Floats) -> tuple[Floats, Floats]:
    """Return the distinct values, sorted, and the sum of counts of each."""
    distinct, place = np.unique(values, return_inverse=True)
    return distinct, _floats(np.bincount(place, weights=count, minlength=len(distinct)))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _rounded(number: Any) -> float:
    """Return a number with the significant digits that every processor agrees on."""
    return float(f"{float(number):.{DIGITS}g}")


COLUMNS = {
    "fit": "varchar",
    "model": "varchar",
    "parameter": "varchar",
    "estimate": "double",
    "standard_error": "double",
    "log_likelihood": "double",
    "buyer_count": "bigint",
    "fitted_until": "date",
    "is_converged": "boolean",
    "start_difference": "double",
}
"""Columns of a table of fits, with their DuckDB types."""


def fit_groups(
    connection: duckdb.DuckDBPyConnection,
    order_groups: duckdb.DuckDBPyRelation,
    spend_groups: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Fit both models to each fit's groups.

    Args:
        connection: where the result is made.
        order_groups: the table int_order_groups.
        spend_groups: the table int_spend_groups, revenue in the reporting currency.

    Returns:
        The columns of COLUMNS, one row per fit, model and parameter; no rows for a fit without
        groups. What is not a number is null.
    """
    keys = ["repeat_days", "recency_days", "age_days", "buyer_count"]
    fitted = [
        (name, until, "bg_nbd", fit_bg_nbd(*columns))
        for name, until, columns in _each_fit(order_groups, keys)
    ]
    keys = ["repeat_days", "repeat_revenue", "buyer_count"]
    fitted += [
        (name, until, "gamma_gamma", fit_gamma_gamma(*columns))
        for name, until, columns in _each_fit(spend_groups, keys)
    ]
    rows = [
        (
            *(name, model, parameter, _number(estimate), _number(error)),
            *(_number(found.log_likelihood), found.buyer_count, until),
            *(found.is_converged, _number(found.start_difference)),
        )
        for name, until, model, found in fitted
        for parameter, estimate, error in zip(
            found.names, found.estimates, found.standard_errors, strict=True
        )
    ]
    row = ", ".join(f"cast(? as {kind}) as {name}" for name, kind in COLUMNS.items())
    if not rows:
        return connection.sql(f"select {row} limit 0", params=[None] * len(COLUMNS))
    query = " union all ".join([f"select {row}"] * len(rows))
    return connection.sql(query, params=[value for each in rows for value in each])


def _each_fit(
    groups: duckdb.DuckDBPyRelation, columns: Sequence[str]
) -> Iterator[tuple[str, date, list[Floats]]]:
    """Yield each fit's name, last day and columns, its rows in one order whatever the engine's."""
    listed = ", ".join(f"cast({column} as double) as {column}" for column in columns)
    for name, until in groups.project("fit, fitted_until").distinct().order("fit").fetchall():
        found = (
            groups.filter(f"fit = '{name}'").project(listed).order(", ".join(columns)).fetchnumpy()
        )
        yield name, until, [_floats(found[column]) for column in columns]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
