with measures as (

    select * from {{ ref('int_raw_measures') }}

),

thresholds as (

    select * from {{ ref('health_thresholds') }}

),

-- rejections are judged by how much they exceed the usual, everything else as it is
compared as (

    select
        measures.*,
        thresholds.warn_at_most,
        thresholds.fail_at_most,
        thresholds.warn_at_least,
        thresholds.fail_at_least,
        cast(
            case
                when measures.check_name = 'rejected_share' then measures.measure - measures.usual
                else measures.measure
            end as decimal(38, 9)
        ) as judged,
        -- silence is no fault as long as the table has been silent for as long before
        measures.check_name = 'freshness'
        and measures.measure <= measures.usual as is_usual_silence,
        coalesce(
            thresholds.warn_at_most, thresholds.fail_at_most,
            thresholds.warn_at_least, thresholds.fail_at_least
        ) is not null as has_bound,
        coalesce(thresholds.warn_at_most, thresholds.warn_at_least) is not null
        and coalesce(measures.basis_count >= thresholds.warn_from_rows, true) as can_warn,
        coalesce(thresholds.fail_at_most, thresholds.fail_at_least) is not null
        and coalesce(measures.basis_count >= thresholds.fail_from_rows, true) as can_fail
    from measures
    inner join thresholds
        on
            measures.table_name = thresholds.table_name
            and measures.check_name = thresholds.check_name
    where thresholds.is_active

),

judged as (

    select
        table_name,
        check_name,
        checked_from,
        checked_until,
        row_count,
        usual,
        usual_basis,
        measure,
        case
            when unjudged_reason is not null then unjudged_reason
            when not has_bound then 'no bound is set'
            when not can_warn and not can_fail then 'too few rows to tell'
        end as unjudged_reason,
        can_fail
        and not is_usual_silence
        and (coalesce(judged <= fail_at_most, false) or coalesce(judged >= fail_at_least, false))
            as is_failure,
        can_warn
        and not is_usual_silence
        and (coalesce(judged <= warn_at_most, false) or coalesce(judged >= warn_at_least, false))
            as is_warning
    from compared

),

stated as (

    select
        *,
        case
            when unjudged_reason is not null then 'not_judged'
            when is_failure then 'fail'
            when is_warning then 'warn'
            else 'ok'
        end as status
    from judged

),

final as (

    select
        table_name,
        check_name,
        status,
        checked_from,
        checked_until,
        row_count,
        measure,
        usual,
        unjudged_reason,
        case
            when status != 'not_judged'
                then table_name || ': ' || {{ health_sentence() }}
        end as message
    from stated

)

select * from final
