"""The time a sandbox makes for itself."""

from datetime import datetime

from schema.columns import computed, over


@over(datetime, "The time it is in a sandbox, where it can be moved forward.")
class TestClock:
    """The present."""

    now: datetime = computed(lambda at: at, "The present instant, as everything here counts it.")
