"""Tests of the tests: the SQL is broken in one known way, and the model's unit tests must notice.

A unit test runs one model on rows of its own, so that breaks in different models cannot hide each
other: a copy of the project takes one break of each model, and all are judged in one run.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_shop import make_shop, write_shop
from warehouse import ROOT, build, parsed


@dataclass(frozen=True)
class Mutation:
    """A break: in `file`, the only occurrence of `right` becomes `wrong`.

    The model that it breaks is that of the file, but where `model` names another.
    """

    name: str
    file: str
    right: str
    wrong: str
    model: str = ""

    def broken_model(self) -> str:
        """Return the name of the model whose unit tests must fail."""
        return self.model or Path(self.file).stem

    def is_possible(self) -> bool:
        """Whether the text to break is in the project, once."""
        return (ROOT / self.file).read_text(encoding="utf-8").count(self.right) == 1

    def apply(self, project: Path) -> None:
        """Break a copy of the project."""
        path = project / self.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(self.right, self.wrong), encoding="utf-8")


MUTATIONS = [
    Mutation(
        "an account is known before it signs up",
        "models/intermediate/identity/int_known_customers.sql",
        "on customers.signed_up_at < as_of.as_of_ends_at or customers.signed_up_at is null",
        "on customers.customer_id is not null",
    ),
    Mutation(
        "an order without an exchange rate counts",
        "models/intermediate/sales/int_known_orders.sql",
        "    where orders.rate is not null\n",
        "",
    ),
    Mutation(
        "a contact shared by any number of accounts merges them all",
        "models/intermediate/identity/int_identity_links.sql",
        "where customer_count between 2 and {{ var('max_customers_per_contact') }}",
        "where customer_count >= 2",
    ),
    Mutation(
        "the newest account of a person is the canonical one",
        "models/intermediate/identity/int_identities.sql",
        "then 1 else 0 end,\n                first_known_at,",
        "then 1 else 0 end,\n                first_known_at desc,",
    ),
    Mutation(
        "a gap of exactly 30 minutes ends a session",
        "macros/behaviour/sessions_by_day.sql",
        "else first_event_at > {{ add_minutes",
        "else first_event_at >= {{ add_minutes",
        model="int_device_session_days",
    ),
    Mutation(
        "a session of ten engaged seconds is not engaged",
        "models/marts/behaviour/sessions.sql",
        "engagement_seconds >= 10",
        "engagement_seconds > 10",
    ),
    Mutation(
        "orders that nobody has paid bring revenue",
        "models/intermediate/sales/int_orders_converted.sql",
        "status in ('paid', 'shipped'",
        "status in ('pending', 'paid', 'shipped'",
    ),
    Mutation(
        "orders are numbered from the newest",
        "models/marts/sales/orders.sql",
        "order by ordered_at, order_id\n        ) as valid_order_number",
        "order by ordered_at desc, order_id\n        ) as valid_order_number",
    ),
    Mutation(
        "lines of orders that do not exist pass as orders' lines",
        "models/quality/rejected_rows.sql",
        "where not has_order",
        "where false",
    ),
    Mutation(
        "the window of RFM is a day too long",
        "models/intermediate/rfm/int_rfm_measures.sql",
        "var('rfm_window_days') | int - 1)",
        "var('rfm_window_days') | int)",
    ),
    Mutation(
        "a value that equals a cut point scores one more",
        "macros/rfm/rfm_score.sql",
        "> {{ cut_point }}\n",
        ">= {{ cut_point }}\n",
        model="int_rfm_scores",
    ),
    Mutation(
        "cut points are not interpolated",
        "models/intermediate/rfm/int_rfm_cut_points.sql",
        "* cast(fifths as decimal(1, 0)) * 0.2",
        "* 0",
    ),
    Mutation(
        "who acts on the last day of the activation window is not activated",
        "models/marts/journey/journey_stages.sql",
        "<= {{ var('activation_days') }}",
        "< {{ var('activation_days') }}",
    ),
    Mutation(
        "who only came once is retained",
        "models/intermediate/journey/int_customer_milestones.sql",
        "between 1 and {{ var('retention_days') }}",
        "between 0 and {{ var('retention_days') }}",
    ),
    Mutation(
        "buyers are gone a month too early",
        "models/intermediate/journey/int_lifecycle_spells.sql",
        "('lost', 2, 13),\n        ('gone', 13,",
        "('lost', 2, 12),\n        ('gone', 12,",
    ),
    Mutation(
        "the oldest answer about consent counts",
        "models/intermediate/messaging/int_consent_states.sql",
        "                changed_at desc,",
        "                changed_at asc,",
    ),
    Mutation(
        "a suppressed address is advertised to",
        "models/audiences/ledger/campaign_eligibility.sql",
        "            when suppression_reason is not null then 4\n",
        "",
    ),
    Mutation(
        "a cart of 48 hours ago is forgotten",
        "models/audiences/campaigns/audience_cart_abandonment.sql",
        "cart_items.carted_at >= {{",
        "cart_items.carted_at > {{",
    ),
    Mutation(
        "regular customers are asked for their second purchase",
        "models/audiences/campaigns/audience_second_purchase.sql",
        "having count(*) = 1",
        "having count(*) >= 1",
    ),
    Mutation(
        "who bought the product since is told that it is back",
        "models/audiences/campaigns/audience_back_in_stock.sql",
        "or product_purchases.last_ordered_at < stock_waits.wanted_at",
        "or true",
    ),
    Mutation(
        "a product with none left is called scarce",
        "models/audiences/campaigns/audience_low_stock_cart.sql",
        "between 1 and campaigns.stock_bound",
        "between 0 and campaigns.stock_bound",
    ),
    Mutation(
        "a price that fell by less than 10 % is announced",
        "models/audiences/campaigns/audience_price_drop.sql",
        "as decimal(19, 4)) * 9",
        "as decimal(19, 4)) * 10",
    ),
    Mutation(
        "a coupon is offered for a price below its least order",
        "models/intermediate/triggers/int_coupon_offers.sql",
        "            lasting_coupons.customer_id is null\n"
        "            and hesitations.price >= lasting_coupons.min_order_amount\n",
        "            lasting_coupons.customer_id is null\n",
    ),
    Mutation(
        "points that had lapsed unbooked are still there",
        "models/intermediate/triggers/int_point_lots.sql",
        "max(coalesce(lapses.lapsed_points, 0))",
        "0",
    ),
    Mutation(
        "people are given to ad platforms who never agreed to it",
        "models/audiences/destinations/campaign_destinations.sql",
        "where is_granted",
        "where true",
    ),
    Mutation(
        "the oldest delivery of an order wins",
        "macros/staging/newest_per_key.sql",
        "{{ newest_by }} desc nulls last,",
        "{{ newest_by }} nulls last,",
        model="stg_orders",
    ),
    Mutation(
        "an event that is late by exactly the limit is counted as late",
        "models/intermediate/events/int_delivered_events.sql",
        "received_at > {{ late_after",
        "received_at >= {{ late_after",
    ),
    Mutation(
        "of an event delivered twice the first one counts",
        "models/intermediate/events/int_repeated_events.sql",
        "delivered.received_at desc nulls last,",
        "delivered.received_at asc nulls last,",
    ),
    Mutation(
        "a file read before postpones its events again",
        "models/intermediate/events/int_postponed_events.sql",
        "(read_now.is_new and",
        "(true and",
    ),
    Mutation(
        "a shared device has sessions of its own beside those of its customers",
        "models/intermediate/behaviour/int_session_days.sql",
        "where not of_visitors.is_shared",
        "where true",
    ),
    Mutation(
        "what a customer does with a product belongs to the device",
        "models/intermediate/events/int_visitor_product_days.sql",
        "coalesce(customer_id, anonymous_id) as identifier,",
        "coalesce(anonymous_id, customer_id) as identifier,",
    ),
    Mutation(
        "a suppression that was lifted at the end of the day holds no more",
        "models/intermediate/messaging/int_open_suppressions.sql",
        "or suppressions.lifted_at >= as_of.as_of_ends_at",
        "or suppressions.lifted_at > as_of.as_of_ends_at",
    ),
    Mutation(
        "a campaign may come again a moment too early",
        "models/audiences/ledger/campaign_checks.sql",
        "            campaign_plans.planned_at\n            < {{ add_minutes('last_sends",
        "            campaign_plans.planned_at\n            <= {{ add_minutes('last_sends",
    ),
    Mutation(
        "a cap lets one message more through",
        "models/intermediate/messaging/int_cap_releases.sql",
        "and numbered.number_of_all = frequency_caps.max_messages",
        "and numbered.number_of_all = frequency_caps.max_messages + 1",
    ),
    Mutation(
        "a recorded control arm is overruled by the hash",
        "models/audiences/ledger/campaign_arms.sql",
        "when recorded.arm is not null then recorded.arm",
        "when recorded.arm <> 'control' then recorded.arm",
    ),
    Mutation(
        "who withdrew since the build is written to",
        "models/audiences/ledger/campaign_messages.sql",
        "            or message_permissions.has_marketing_consent\n",
        "            or campaign_checks.has_marketing_consent\n",
    ),
    Mutation(
        "a result told on the last day was told late",
        "models/marts/consent/consent_result_notices.sql",
        "when dated.result_notified_on <= dated.result_notice_due_on",
        "when dated.result_notified_on < dated.result_notice_due_on",
    ),
    Mutation(
        "a shop of one buyer too few gets predictions",
        "models/intermediate/value/int_value_gates.sql",
        "when buyer_count < {{ var('value_min_buyers') }}",
        "when buyer_count < {{ var('value_min_buyers') }} - 1",
    ),
    Mutation(
        "days since the last order are taken for its distance from the first",
        "models/intermediate/value/int_value_histories.sql",
        "days_between('first_ordered_on', 'last_ordered_on')",
        "days_between('last_ordered_on', 'fitted_until')",
    ),
    Mutation(
        "a back-test that misses by a fifth is off by too much",
        "models/marts/value/value_backtest.sql",
        "cast(missed_orders as decimal(38, 9)) > actual_orders * 0.2",
        "cast(missed_orders as decimal(38, 9)) >= actual_orders * 0.2",
    ),
    Mutation(
        "the back-test knows the days that it predicts",
        "models/intermediate/value/int_value_dates.sql",
        "add_days('as_of_date', '-' ~ var('value_backtest_days'))",
        "add_days('as_of_date', var('value_backtest_days'))",
    ),
    Mutation(
        "orders behind a closed gate are fitted",
        "models/intermediate/value/int_order_groups.sql",
        "    where unavailable_reason is null\n",
        "",
    ),
    Mutation(
        "people who came back for nothing count as spend",
        "models/intermediate/value/int_spend_groups.sql",
        "histories.repeat_revenue > 0",
        "histories.repeat_revenue >= 0",
    ),
    Mutation(
        "parameters of a later day are used",
        "models/marts/value/value_parameters.sql",
        "            and fits.fitted_until <= gates.fitted_until\n",
        "",
    ),
    Mutation(
        "a fit that did not converge is used",
        "models/intermediate/value/int_value_models.sql",
        "    where is_converged\n",
        "",
    ),
    Mutation(
        "the first order to come is not always reached",
        "models/intermediate/value/int_order_terms.sql",
        "(numbered.order_number - 1) as staying_after",
        "numbered.order_number as staying_after",
    ),
    Mutation(
        "the series stops a term early",
        "models/intermediate/value/int_order_expectations.sql",
        "whole_numbers('1', 'term_count')",
        "whole_numbers('1', 'term_count - 1')",
    ),
    Mutation(
        "one-time buyers may have left",
        "models/intermediate/value/int_value_scores.sql",
        "when unavailable_reason is null and repeat_days = 0 then 1e0",
        "when unavailable_reason is null and repeat_days = 0 then 5e-1",
    ),
    Mutation(
        "a chance of a third is low",
        "models/marts/value/customer_value.sql",
        "rounded_churn_probability < 0.333333333 ",
        "rounded_churn_probability <= 0.333333333 ",
    ),
    Mutation(
        "two gaps of their own are enough for a date",
        "models/intermediate/value/int_expected_next_orders.sql",
        "gap_count >= 3",
        "gap_count >= 2",
    ),
    Mutation(
        "the first order of the hidden days counts as a repeat",
        "models/intermediate/value/int_backtest_predictions.sql",
        "where order_days.order_date > {{ add_days",
        "where order_days.order_date >= {{ add_days",
    ),
    Mutation(
        "a cohort is judged a day before everybody has had the time",
        "models/marts/value/repurchase_rates.sql",
        "'horizon_days - 1'",
        "'horizon_days - 2'",
    ),
    Mutation(
        "people who never came back are left out of the time to the second order",
        "models/marts/value/second_purchase_times.sql",
        "repurchased_so_far * 4 >= totals.buyer_count",
        "repurchased_so_far * 4 >= totals.repurchased_count",
    ),
    Mutation(
        "who takes the revenue over the share of class A is in class B",
        "models/intermediate/value/int_revenue_ranks.sql",
        "                cumulative_revenue - window_net_revenue\n"
        "                < cast(total_revenue as decimal(19, 4))\n"
        "                * cast({{ var('abc_a_share')",
        "                cumulative_revenue\n"
        "                < cast(total_revenue as decimal(19, 4))\n"
        "                * cast({{ var('abc_a_share')",
    ),
    Mutation(
        "advertising of after the as-of day is paid already",
        "models/intermediate/value/int_ad_spend_months.sql",
        "inner join as_of on ad_spend.spend_date <= as_of.as_of_date",
        "cross join as_of",
    ),
    Mutation(
        "bills that brought nobody are dropped",
        "models/marts/value/acquisition_costs.sql",
        "    full outer join cohorts\n",
        "    right join cohorts\n",
    ),
]


@dataclass(frozen=True)
class Verdicts:
    """Results by name of unit test: of the project as it is, and with every break in it."""

    right: dict[str, str]
    broken: dict[str, str]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """Run the unit tests of the models on the project, and on a copy that has every break."""
    folder = tmp_path_factory.mktemp("mutations")
    raw = write_shop(make_shop(1), folder / "raw")
    project = folder / "project"
    for part in ("macros", "models", "seeds", "tests/data"):
        shutil.copytree(ROOT / part, project / part)
    shutil.copyfile(ROOT / "dbt_project.yml", project / "dbt_project.yml")
    for mutation in filter(Mutation.is_possible, MUTATIONS):
        mutation.apply(project)
    models = [mutation.broken_model() for mutation in MUTATIONS]
    assert len(set(models)) == len(models), "one break a model, or one could hide the other"
    # a unit test takes the types of its rows from the tables that a build has made
    made = build(raw, folder)
    assert made.is_green, made.messages
    return Verdicts(run_unit_tests(ROOT, folder, models), run_unit_tests(project, folder, models))


def run_unit_tests(project: Path, folder: Path, models: list[str]) -> dict[str, str]:
    """Return results by name of the models' unit tests, on the warehouse just built in `folder`."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    selected = [f"{model},test_type:unit" for model in models]
    done = dbtRunner().invoke(
        [
            *("--log-level", "none", "--log-level-file", "none", "--quiet"),
            *("test", "--select", *selected, "--project-dir", str(project)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ]
    )
    DuckDBConnectionManager.close_all_connections()
    results = getattr(done.result, "results", None)
    assert results, done.exception
    return {item.node.name: str(item.status) for item in results}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_unit_tests_notice_that(mutation: Mutation, verdicts: Verdicts) -> None:
    assert mutation.is_possible(), f"{mutation.file} no longer has this once: {mutation.right}"
    names = {
        test.name
        for test in parsed(ROOT).unit_tests.values()
        if test.model == mutation.broken_model()
    }
    assert names, f"{mutation.broken_model()} has no unit test"
    assert {verdicts.right[name] for name in names} == {"pass"}
    found = {verdicts.broken[name] for name in names}
    assert "fail" in found, f"not noticed by any of {sorted(names)}"
    assert "error" not in found, "the break must be SQL that runs"
