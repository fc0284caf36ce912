with targets as (

    select * from {{ ref('kpi_targets') }}

),

kpi_months as (

    select * from {{ ref('int_kpi_months') }}

),

baselines as (

    select
        targets.kpi_code,
        cast(count(*) as int) as baseline_months,
        cast(sum(kpi_months.numerator) as double)
        / nullif(cast(sum(kpi_months.denominator) as double), 0) as baseline_value
    from targets
    inner join kpi_months
        on
            targets.measure = kpi_months.measure
            and kpi_months.month_start between targets.baseline_from and targets.baseline_until
    group by targets.kpi_code

),

later_months as (

    select
        targets.kpi_code,
        kpi_months.month_start,
        cast(kpi_months.numerator as double)
        / nullif(cast(kpi_months.denominator as double), 0) as present_value,
        row_number() over (
            partition by targets.kpi_code
            order by kpi_months.month_start desc
        ) as month_rank
    from targets
    inner join kpi_months
        on
            targets.measure = kpi_months.measure
            and targets.baseline_until < kpi_months.month_start

),

measured as (

    select
        targets.kpi_code,
        targets.name_en,
        targets.name_ko,
        targets.measure,
        targets.baseline_from,
        targets.baseline_until,
        coalesce(baselines.baseline_months, 0) as baseline_months,
        baselines.baseline_value,
        targets.target_change,
        baselines.baseline_value
        * cast(1 + targets.target_change as double) as target_value,
        targets.due_month,
        later_months.month_start as present_month,
        later_months.present_value
    from targets
    left join baselines on targets.kpi_code = baselines.kpi_code
    left join later_months
        on
            targets.kpi_code = later_months.kpi_code
            and later_months.month_rank = 1

),

progress as (

    select
        kpi_code,
        name_en,
        name_ko,
        measure,
        baseline_from as baseline_from_month,
        baseline_until as baseline_until_month,
        baseline_months,
        baseline_value,
        cast(target_change as double) as target_change,
        target_value,
        due_month,
        present_month,
        present_value,
        present_value / nullif(baseline_value, 0) - 1 as relative_change,
        (present_value - baseline_value) / nullif(target_value - baseline_value, 0)
            as progress_share,
        -- nine decimals, so that a target met exactly is not missed by the last bit of a product
        case
            when baseline_value > 0 and target_change > 0
                then
                    cast(present_value as decimal(38, 9)) >= cast(target_value as decimal(38, 9))
            when baseline_value > 0
                then
                    cast(present_value as decimal(38, 9)) <= cast(target_value as decimal(38, 9))
        end as is_reached,
        case
            when baseline_value is null then 'no_baseline'
            when present_value is null then 'no_present'
            when baseline_value = 0 then 'zero_baseline'
        end as reason
    from measured

)

select * from progress
