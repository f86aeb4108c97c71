"""Invented petitions: sentences put together from parts, as long and as varied as what residents write.

No text of a real person is used. Lengths follow those of published petitions: half have under 200 characters,
one in ten over 800.
"""

# ruff: noqa: SIM905 - words in a row read better than a column of quoted ones
from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from petitions import search

PLACES = (
    "和平花园 翠湖苑 锦绣新村 东门市场 沙田路 坪环工业区 龙田小学 中心公园 金牛西路 深汕公路 六和商业广场 牛角龙村 "
    "石井社区 丹梓大道 体育二路 老围新区 秀沙幼儿园 碧岭地铁站 马峦山步道 江岭体育馆 竹坑菜场 沙湖新居 南布小区 启明校"
).split()
THINGS = (
    "下水道 路灯 井盖 电梯 垃圾桶 消防通道 电动车充电桩 健身器材 斑马线 公交站台 雨水管 化粪池 围挡 停车位 绿化带 "
    "监控探头 自来水管 燃气管 空调外机 广告牌 护栏 盲道 排污口 人行天桥 门禁 配电箱 排水沟 信号灯 挡土墙 储物柜"
).split()
TROUBLES = (
    "堵塞 破损 漏水 被占用 长期无人清理 夜间噪音大 发出异味 存在安全隐患 经常停电 多次报修没有结果 被私自改装 "
    "坏了半个多月 积水严重 有人违规收费 塌陷 生锈断裂 没有任何提示 影响通行 油烟扰民 开挖以后没有恢复"
).split()
PEOPLE = "老人 孩子 住户 学生 租客 商户 上班的人 行人 骑车的人 外卖员 孕妇 残疾人".split()
TIMES = "上周 前天 国庆以后 今年三月 每天早上 凌晨两点 下班高峰 周末 连续三个晚上 雨后 暑假期间 去年年底".split()
UNITS = "物业 居委会 街道办 施工单位 城管 交警 水务公司 供电所 开发商 业委会 社区工作站 环卫公司".split()
ASKS = (
    "希望尽快派人处理 请相关部门核实并答复 恳请给出明确的时间 建议增加巡查 请公开处理结果 希望能够彻底整改 "
    "请问什么时候可以恢复 建议借鉴其他小区的做法 望重视 请给居民一个说法"
).split()
FRAMES = (
    "{time}{place}附近的{thing}{trouble}，给{people}带来很大不便",
    "我们向{unit}反映过{n}次，对方说归{unit2}管，一直没有解决",
    "{place}{n}栋楼下的{thing}{trouble}，{people}经过时非常危险",
    "{unit}{time}来看过一次，只拍了照片，{thing}仍然{trouble}",
    "小区里住着不少{people}和{people2}，{thing}{trouble}以后大家只能绕行",
    "据了解{place}已经在{time}完成改造，而我们这里的{thing}还是{trouble}",
    "{people}{time}在{place}门口摔倒，原因就是{thing}{trouble}",
    "电话打到{unit}，答复是需要等{n}个工作日，现在早已超过",
    "同一个位置的{thing}在{n}个月内已经坏了{m}次，每次都是临时修补",
    "{ask}，特别是{place}到{place2}这一段的{thing}",
    "费用由{unit}收取，每户{n}{m}元，但是{thing}{trouble}没有人管",
    "{ask}，谢谢",
)
SURNAMES = "陈林黄李王张刘吴郑何罗梁谢叶曾邓彭朱苏蔡魏方石贺江龙钟范余卢"
GIVEN = "文静 建国 晓明 丽华 志强 海燕 国栋 秀英 伟东 佳怡 俊杰 雅琴 立新 春梅 学军 思远".split()


@dataclass(frozen=True)
class Sentence:
    """A sentence and its index words, worked out once."""

    text: str
    words: tuple[str, ...]


def sentence(rng: random.Random) -> Sentence:
    """Return an invented sentence."""
    place, place2 = rng.sample(PLACES, 2)
    people, people2 = rng.sample(PEOPLE, 2)
    unit, unit2 = rng.sample(UNITS, 2)
    text = rng.choice(FRAMES).format(
        place=place,
        place2=place2,
        people=people,
        people2=people2,
        unit=unit,
        unit2=unit2,
        thing=rng.choice(THINGS),
        trouble=rng.choice(TROUBLES),
        time=rng.choice(TIMES),
        ask=rng.choice(ASKS),
        n=rng.randint(1, 30),
        m=rng.randint(2, 9),
    )
    return Sentence(text, tuple(search.words(text)))


class Writer:
    """Writes petitions from a pool of sentences."""

    def __init__(self, seed: int, pool: int = 6000) -> None:
        self.rng = random.Random(seed)
        self.pool: Sequence[Sentence] = [sentence(self.rng) for _ in range(pool)]

    def petition(self) -> tuple[str, str, set[str]]:
        """Return title, text and the index words of both."""
        wanted = min(2500, max(25, self.rng.lognormvariate(5.25, 0.85)))
        chosen: list[Sentence] = []
        length = 0
        while length < wanted:
            chosen.append(self.rng.choice(self.pool))
            length += len(chosen[-1].text) + 1
        words = {word for each in chosen for word in each.words}
        return chosen[0].text.split("，")[0][:30], "。".join(each.text for each in chosen) + "。", words

    def reply(self) -> str:
        """Return an invented answer of a unit."""
        return (
            f"您好，您反映的问题已收悉。经{self.rng.choice(UNITS)}现场核实，{self.rng.choice(PLACES)}的"
            f"{self.rng.choice(THINGS)}确实{self.rng.choice(TROUBLES)}。现已安排人员处理，"
            f"预计{self.rng.randint(2, 20)}个工作日内完成，后续将加强巡查。感谢您的理解与监督。"
        )

    def name(self) -> str:
        """Return an invented name."""
        return self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)
