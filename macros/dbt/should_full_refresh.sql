{#-
    Replaces dbt's own: a model that follows the events (its meta says so) is built anew also when
    this run doesn't continue the one before (see plan_events).
-#}
{% macro should_full_refresh() %}
    {% if config.get('full_refresh') is not none %}
        {% do return(config.get('full_refresh')) %}
    {% elif flags.FULL_REFRESH or model.config.get('meta', {}).get('follows') != 'events' %}
        {% do return(flags.FULL_REFRESH) %}
    {% endif %}
    {{ return(not event_window().is_continued) }}
{% endmacro %}
