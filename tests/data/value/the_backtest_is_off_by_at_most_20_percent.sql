{{ config(severity = 'warn') }}
-- Predictions of a shop whose last months they miss by more are to be read with care.
select *
from {{ ref('value_backtest') }}
where
    method = 'bg_nbd'
    and calibration_group = 'all'
    and is_off_by_too_much
