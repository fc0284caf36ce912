"""Fit the models of customer value to grouped histories; the work is done in dangol.value."""

from dangol.value import fit_groups


def model(dbt, session):
    """Return one row per fit, model and parameter, as a DuckDB relation."""
    return fit_groups(session, dbt.ref("int_order_groups"), dbt.ref("int_spend_groups"))
