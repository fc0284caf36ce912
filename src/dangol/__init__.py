"""dangol: a CRM-marketing warehouse. The SQL is the project; this package is its command line."""

__version__ = "0.1.0"
