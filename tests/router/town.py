"""A small invented town for the router's tests: two sub-districts, a handful of units and lines."""

from datetime import date, datetime

from dispatch.router import Directory, Matter, Rule

NOW = datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 - the router takes naive times as local

AREAS = {"D": None, "S1": "D", "S2": "D", "C11": "S1", "C12": "S1", "C21": "S2"}
CATEGORIES = {
    "env": (None, "环境保护", ("污染",), False),
    "env.noise": ("env", "噪声扰民", ("噪音", "施工噪音", "夜间施工"), False),
    "env.water": ("env", "水污染", ("污水", "黑臭水体"), False),
    "road": (None, "市政道路", ("道路",), False),
    "road.lamp": ("road", "路灯", ("路灯不亮",), False),
    "disc": (None, "纪检", (), True),
}
DEPARTMENTS = {
    "epb": ("环保局", "D", None, None),
    "s1": ("一街道办", "S1", None, None),
    "s2": ("二街道办", "S2", None, None),
    "c11": ("一社区", "C11", None, None),
    "old": ("旧城管局", "D", None, date(2026, 1, 1), "new"),
    "new": ("新城管局", "D", date(2026, 1, 1), None),
    "gone": ("撤销办", "D", None, date(2025, 1, 1)),
    "water": ("水务局", "D", None, None),
}
RULES = [
    Rule(1, "env", "D", "epb"),
    Rule(2, "env.noise", "S1", "s1", co_units=("epb", "gone")),
    Rule(3, "env.noise", "C11", "c11", weight=30),
    Rule(4, "env.noise", "C11", "s1", weight=10),
    Rule(5, "road", "D", "old"),
    Rule(6, "road.lamp", "D", "gone", weight=5),
    Rule(7, "env.water", "D", "water", valid_from=date(2026, 1, 1)),
    Rule(8, "env.water", "D", "epb", valid_until=date(2026, 1, 1)),
    Rule(9, None, "S2", "s2"),
]
TOWN = Directory(AREAS, CATEGORIES, DEPARTMENTS, RULES)


def matter(title="", text="", category=None, area=None, at=NOW, **more):
    return Matter(title, text, category, area, at, **more)
