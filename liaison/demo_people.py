"""The cast of the demo: invented people for every role, the same on each installation. Data only."""

from collections.abc import Iterator
from dataclasses import dataclass

from directory.models import Area, Department

SURNAMES = "陈林黄李王张刘吴郑何罗梁谢叶曾邓彭朱苏蔡魏方石贺江龙钟范余卢温丘廖巫官赖涂游熊车"
GIVEN = "文静 建国 晓明 丽华 志强 海燕 国栋 秀英 伟东 佳怡 俊杰 雅琴 立新 春梅 学军 思远 玉兰 振宇 慧敏 永康"
# The same in Latin letters, for readers of English.
SURNAMES_EN = (
    "Chen Lin Huang Li Wang Zhang Liu Wu Zheng He Luo Liang Xie Ye Zeng Deng Peng Zhu Su Cai "
    "Wei Fang Shi He Jiang Long Zhong Fan Yu Lu Wen Qiu Liao Wu Guan Lai Tu You Xiong Che"
)
GIVEN_EN = (
    "Wenjing Jianguo Xiaoming Lihua Zhiqiang Haiyan Guodong Xiuying Weidong Jiayi "
    "Junjie Yaqin Lixin Chunmei Xuejun Siyuan Yulan Zhenyu Huimin Yongkang"
)
# Numbers of a block no operator has given out to the public; the demo sends nothing (notifications' outbox).
RESIDENT_PHONE = "19900000001"
DEPUTY_PHONE = "1990000%04d"


@dataclass(frozen=True)
class Person:
    """One demo account."""

    username: str
    role: str
    display_name: str
    unit: str
    unit_code: str
    phone: str = ""
    featured: bool = False  # shown in the short list `manage.py demo` prints

    @property
    def is_staff_account(self) -> bool:
        """Signs in by password and second factor, not by a code."""
        return not self.phone


def name(number: int) -> str:
    """Return an invented Chinese name; different for at least 800 numbers in a row."""
    given = GIVEN.split()
    return SURNAMES[number % len(SURNAMES)] + given[(number // len(SURNAMES) + number * 7) % len(given)]


def in_latin(chinese: str) -> str:
    """Return an invented name as readers of English know it: "陈文静" → "Chen Wenjing"."""
    surname = SURNAMES_EN.split()[SURNAMES.index(chinese[0])]
    return f"{surname} {GIVEN_EN.split()[GIVEN.split().index(chinese[1:])]}"


def slug(area: Area) -> str:
    """ "Liulian Community" → "liulian"."""
    return area.name_en.split()[0].lower() if area.name_en else area.code


def commission(home: Area, parts: list[Area]) -> Iterator[Person]:
    """Dispatchers and supervisors: of the district, and a dispatcher for each sub-district."""
    yield Person("dispatcher", "dispatcher", name(0), home.name, home.code, featured=True)
    yield Person("supervisor", "supervisor", name(1), home.name, home.code, featured=True)
    for number, area in enumerate(parts):
        yield Person(f"dispatcher-{slug(area)}", "dispatcher", name(2 + number), area.name, area.code)


def administrators() -> Iterator[Person]:
    """The three of MLPS level 3."""
    for number, (kind, unit) in enumerate((("system", "系统管理"), ("security", "安全管理"), ("auditor", "审计"))):
        yield Person(f"admin-{kind}", f"admin_{kind}", name(20 + number), unit, kind, featured=True)


def stations(communities: list[Area]) -> Iterator[Person]:
    """An officer and a head for each station."""
    for number, area in enumerate(communities):
        unit = station_name(area)
        first = number == 0
        yield Person(f"officer-{slug(area)}", "officer", name(30 + number), unit, station_code(area), featured=first)
        yield Person(
            f"station-{slug(area)}", "station_head", name(60 + number), unit, station_code(area), featured=first
        )


def units(departments: list[Department]) -> Iterator[Person]:
    """A handler and a head for each unit, since the router may choose any of them."""
    for number, unit in enumerate(departments):
        first = number == 0
        yield Person(f"handler-{unit.code}", "handler", name(100 + number), unit.name, unit.code, featured=first)
        yield Person(f"head-{unit.code}", "head", name(300 + number), unit.name, unit.code, featured=first)


def deputies(communities: list[Area]) -> Iterator[Person]:
    """One deputy for each community; they sign in by code."""
    for number, area in enumerate(communities):
        phone = DEPUTY_PHONE % (101 + number)
        yield Person(f"deputy-{slug(area)}", "deputy", name(500 + number), area.name, area.code, phone, number == 0)


def residents(home: Area) -> Iterator[Person]:
    """One resident, who signs in by code."""
    yield Person("resident", "resident", name(600), home.name, home.code, RESIDENT_PHONE, True)


def station_code(area: Area) -> str:
    """One station a community, named by the community's code."""
    return f"station-{area.code}"


def station_name(area: Area) -> str:
    """ "六联社区人大代表联络站"."""
    return f"{area.name}人大代表联络站"
