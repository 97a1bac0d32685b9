"""Reads when something was handed in, from text that students can write.

Not with nbgrader's ``parse_utc``: that takes the offset ``+0200`` for 200 seconds, an unknown zone for UTC, ``Monday``
for a day near today, and opens files that the text names as a zone.
"""

import datetime
import re

EXAMPLE = "2026-10-01 10:00:00 UTC"
STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?) ?(UTC|GMT|Z|[+-]\d\d:?\d\d(?::\d\d)?)?", re.ASCII
)


def read_timestamp(text: str) -> datetime.datetime | None:
    """Return the time in UTC, without a zone as nbgrader keeps it; None if the text is no date and time.

    Without a zone a time is taken for UTC, as nbgrader writes it.
    """
    found = STAMP.fullmatch(text.strip()) if len(text) < 100 else None
    if found is None:
        return None
    day, clock, zone = found.groups()
    zone = "+00:00" if zone in (None, "UTC", "GMT", "Z") else zone
    seconds, _, fraction = clock.partition(".")
    try:
        moment = datetime.datetime.fromisoformat(f"{day} {seconds}{f'.{fraction:0<6}' if fraction else ''}{zone}")
        return moment.astimezone(datetime.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
