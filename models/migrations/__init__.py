"""The steps that bring a database to the present schema; the same on SQLite and PostgreSQL."""
