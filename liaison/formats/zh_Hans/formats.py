"""Simplified Chinese: 2026年11月26日 14:05."""

DATE_FORMAT = "Y年n月j日"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y年n月j日 H:i"
MONTH_DAY_FORMAT = "n月j日 l"
OTHER_YEAR_FORMAT = "Y年n月j日"  # ours (common.design.day_words): last December is not next December
