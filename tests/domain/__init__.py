"""The rules alone: no database, no network, no clock but the argument."""
