select
    from_currency,
    to_currency,
    valid_from,
    rate
from {{ ref('exchange_rates') }}
where
    not coalesce(rate > 0, false)
    or valid_from is null
    or not coalesce({{ matches('from_currency', '^[A-Z]{3}$') }}, false)
    or not coalesce({{ matches('to_currency', '^[A-Z]{3}$') }}, false)
