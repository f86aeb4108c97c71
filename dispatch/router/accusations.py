"""Recognise what may be an accusation against an official, so that it never goes out without a person.

Source: Regulations on Petitions (信访工作条例) 2022: reports and accusations (检举控告) take a route of
their own, and their material must never reach the accused. Missing one is worse than holding one too many.
"""

from __future__ import annotations

import re

from dispatch.router.keywords import normalise
from dispatch.router.types import Reason

# Words that accuse by themselves, whoever is meant.
_GRAVE = (
    "贪污|受贿|行贿|索贿|贿赂|渎职|玩忽职守|滥用职权|徇私|枉法|以权谋私|权钱交易|权色交易|假公济私|公权私用|"
    "侵吞|私吞|挪用公款|挪用专款|截留|套取|骗取国家|小金库|吃拿卡要|吃空饷|公款吃喝|公款旅游|公车私用|官商勾结|警匪|"
    "保护伞|黑社会|黑恶势力|涉黑|涉恶|村霸|钱权|买官|卖官|贿选|拉票|违纪|腐败|贪官|中饱私囊|优亲厚友|打击报复|"
    "职务犯罪|职务侵占|违规提拔|收受红包|收红包|收回扣|吃回扣|回扣|检举|控告|实名举报|举报信|作风问题|包庇|纵容"
    "|不作为乱作为"
)
# "举报" alone is also how people speak of a noisy shop: it accuses when an official stands near it.
_REPORT = "举报|揭发|投诉举报"
_OFFICIAL = (
    "书记|主任|局长|处长|科长|所长|镇长|乡长|区长|县长|市长|院长|校长|村长|组长|支书|村支书|干部|公务员|领导班子|"
    "工作人员|民警|警察|城管|法官|检察官|村委|居委|两委|班子成员|党员"
)
_GRAVE_RE = re.compile(_GRAVE)
_NEAR_RE = re.compile(f"(?:{_REPORT}).{{0,40}}?(?:{_OFFICIAL})|(?:{_OFFICIAL}).{{0,20}}?(?:{_REPORT})")
_TITLE_RE = re.compile(_REPORT)


def looks_like_accusation(title: str, text: str) -> Reason | None:
    """Why this may be an accusation: `Reason("accusation", {"words": [...]})`, or None.

    In: title and text as written. The words are for the officer who decides; they are never shown in public.
    """
    head, body = normalise(title), normalise(text)
    words = list(dict.fromkeys(_GRAVE_RE.findall(head + "\n" + body)))
    near = _NEAR_RE.search(head + "\n" + body)
    if near:
        words.append(near.group()[:60])
    elif reported := _TITLE_RE.search(head):
        words.append(reported.group())
    return Reason("accusation", {"words": words[:5]}) if words else None
