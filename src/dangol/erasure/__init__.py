"""Erasing people: `erasing` does it, `plugin` keeps them out of later builds.

Nothing is imported here, since every run of dbt imports the plugin.
"""
