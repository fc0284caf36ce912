-- the moment of a local time and the local time of a moment, beside what they should be
-- a time that comes twice is the earlier; one that never comes is moved on by what is skipped
{%- set cases = [
    ('America/New_York', '2025-03-09 01:59:59', '2025-03-09 06:59:59', '2025-03-09 01:59:59'),
    ('America/New_York', '2025-03-09 02:00:00', '2025-03-09 07:00:00', '2025-03-09 03:00:00'),
    ('America/New_York', '2025-03-09 02:30:00', '2025-03-09 07:30:00', '2025-03-09 03:30:00'),
    ('America/New_York', '2025-03-09 03:00:00', '2025-03-09 07:00:00', '2025-03-09 03:00:00'),
    ('America/New_York', '2025-11-02 00:59:59', '2025-11-02 04:59:59', '2025-11-02 00:59:59'),
    ('America/New_York', '2025-11-02 01:00:00', '2025-11-02 05:00:00', '2025-11-02 01:00:00'),
    ('America/New_York', '2025-11-02 01:59:59', '2025-11-02 05:59:59', '2025-11-02 01:59:59'),
    ('America/New_York', '2025-11-02 02:00:00', '2025-11-02 07:00:00', '2025-11-02 02:00:00'),
    ('America/New_York', '2025-07-01 12:00:00', '2025-07-01 16:00:00', '2025-07-01 12:00:00'),
    ('Australia/Lord_Howe', '2025-04-06 01:29:59', '2025-04-05 14:29:59', '2025-04-06 01:29:59'),
    ('Australia/Lord_Howe', '2025-04-06 01:45:00', '2025-04-05 14:45:00', '2025-04-06 01:45:00'),
    ('Australia/Lord_Howe', '2025-04-06 02:00:00', '2025-04-05 15:30:00', '2025-04-06 02:00:00'),
    ('Australia/Lord_Howe', '2025-10-05 02:15:00', '2025-10-04 15:45:00', '2025-10-05 02:45:00'),
    ('Australia/Lord_Howe', '2025-10-05 02:30:00', '2025-10-04 15:30:00', '2025-10-05 02:30:00'),
    ('Asia/Seoul', '2025-04-01 00:00:00', '2025-03-31 15:00:00', '2025-04-01 00:00:00'),
    ('Asia/Seoul', '2025-11-02 01:30:00', '2025-11-01 16:30:00', '2025-11-02 01:30:00'),
    ('UTC', '2025-11-02 01:30:00', '2025-11-02 01:30:00', '2025-11-02 01:30:00'),
] %}

with cases as (

    {%- for zone, local_time, moment, read_back in cases %}
    select
        '{{ zone }}' as time_zone,
        cast('{{ local_time }}' as timestamp) as local_time,
        cast('{{ moment }}' as timestamp) as expected_at,
        cast('{{ read_back }}' as timestamp) as expected_local_time
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

converted as (

    select
        *,
        {{ utc_of_local_time('local_time', 'time_zone') }} as made_at,
        {{ local_time_in('expected_at', 'time_zone') }} as read_local_time
    from cases

)

select * from converted
where
    made_at is distinct from expected_at
    or read_local_time is distinct from expected_local_time
