"""English: 26 November 2026, 14:05. No a.m. and p.m.: the day's clock runs to 24 here."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "D j M"
OTHER_YEAR_FORMAT = "j M Y"  # ours (common.design.day_words): last December is not next December
