"""What a resident will miss in a reply: hints to the head who signs, never a block.

Looked at for this: a few dozen of the replies in `messages_with_replies.csv` (docs/router.md tells what they are like).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

import numpy as np

from dispatch.router.duplicates import gram_counts
from dispatch.router.keywords import normalise
from dispatch.router.textfeatures import words
from dispatch.router.types import Reason

COPIED = 0.8  # share of a reply's own 3-grams that stand in another reply
QUOTED = 12  # a run of this many characters taken over from the question answers nothing
SHORT = 40  # characters of substance

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")
_ASKS = re.compile(
    r"[?？]|请问|是否|能否|可否|为什么|为何|怎么|如何|什么时候|何时|多久|哪里|哪个|谁|多少|有没有|是不是|能不能|会不会|可不可以"
    r"|吗[。，！\s]|呢[。，！\s]"
)
_POLITE = re.compile(r"尊敬的|您好|你好|谢谢|感谢|领导|网友|市民|答复如下|回复如下|已收悉|收悉")
_DONE = re.compile(
    r"已(?:经)?(?:于|对|向|将|在|完成|责令|要求|安排|组织|督促|整改|修复|清理|解决|处理|约谈|立案|下达|协调|联系|开展|通知|拆除|恢复|纳入|发放|启动|责成|交由|转)"
    r"|现场(?:核实|查看|检查|处置|调查)|进行了|开展了|下达了|责令|已整改|整改完毕|处罚|完工|竣工|通车|办结|落实到位|立案|查处"
)
_WILL = re.compile(
    r"将(?:于|在|会|继续|进一步|加强|加大|按|对|尽快|积极|严格|组织|督促|协调|启动|完成)|计划|拟|预计|下一步|尽快|争取|准备"
)
_WHEN = re.compile(
    r"\d{4}年|\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}[日号]|[一二三四五六七八九十两\d]+(?:个)?(?:工作日|天|周|月|年)(?:内|之内|底|前|左右)?"
    r"|(?:年|月|季度|学期)(?:底|末|前|内|初)|(?:今|明|本|下)(?:天|日|周|月|年|季度)|上半年|下半年|\d小时"
)
_WHOM = re.compile(
    r"(?:电话|热线|联系人|咨询|联系方式|拨打|致电|窗口|地址)[^。]{0,20}?(?:\d{3,4}[-—－]?\d{7,8}|1\d{10}|12345|1\d{4}|\d{7,8})"
    r"|\d{3,4}[-—－]\d{7,8}|1[3-9]\d{9}|(?:联系人|联系)[:：]|可(?:到|前往|向|联系|咨询)[^。]{2,30}(?:咨询|反映|窗口|办理|了解|申请)|\*{5,}"
)
_REFUSED = re.compile(
    r"(?:无法|不能|不予|不符合|暂不|不具备|不宜|不属于|未纳入|没有纳入|难以|不支持|不在)[^。]{0,30}"
    r"(?:办理|受理|解决|实施|批准|支持|审批|范围|条件|规定|政策|职责|纳入|安排|建设|补偿|发放|采纳|享受|报销)"
)
_LAW = re.compile(
    r"《[^》]{2,40}》|第[一二三四五六七八九十百零\d]+条|依据[^。]{2,30}(?:规定|办法|条例|法)"
    r"|根据[^。]{2,40}(?:规定|办法|条例|法|通知|文件|精神|意见|方案|规划)|〔\d{4}〕|\[\d{4}\]|﹝\d{4}﹞"
)
_EMPTY = frozenset(
    re.split(
        " ",
        "请问 是否 什么 怎么 如何 为什么 时候 能否 可以 我们 你们 没有 有没有 这个 那个 问题 领导 希望 现在 一个",
    )
)


def reply_hints(question: str, reply: str, others: Iterable[tuple[str, str]] = ()) -> list[Reason]:
    """What may be missing in a reply, most important first; an empty list where nothing was noticed.

    In: the resident's words, the reply, and other replies as (id, text) that it may have been copied from.
    Codes: `short`, `unanswered` {questions}, `no_action`, `no_date`, `no_contact`, `no_legal_basis` {sentence},
    `copied` {from, share}, `repeats_question` {share}.
    """
    said = _without_quotations(question, reply)
    hints: list[Reason] = []
    if len(re.sub(r"\W", "", _POLITE.sub("", said))) < SHORT:
        hints.append(Reason("short", {"characters": len(said.strip())}))
    if left := unanswered(question, said):
        hints.append(Reason("unanswered", {"questions": left[:3]}))
    done, will = _DONE.search(said), _WILL.search(said)
    refused = _REFUSED.search(said)
    if not done and not will and not refused:
        hints.append(Reason("no_action", {}))
    if will and not _promised(said):
        hints.append(Reason("no_date", {"sentence": _sentence_at(said, will.start())}))
    if refused and not _LAW.search(said):
        hints.append(Reason("no_legal_basis", {"sentence": _sentence_at(said, refused.start())}))
    if not _WHOM.search(reply):
        hints.append(Reason("no_contact", {}))
    hints += copied_from(reply, others)
    if len(said) < 0.4 * len(reply.strip()) and len(reply) > 80:
        hints.append(Reason("repeats_question", {"share": round(1 - len(said) / len(reply), 2)}))
    return hints


def unanswered(question: str, reply: str) -> list[str]:
    """Questions of which no content word is taken up in the reply. Words, not meaning: a hint at most."""
    answered = normalise(reply)
    left: list[str] = []
    for sentence in _SENTENCE.findall(question):
        if not _ASKS.search(sentence + "\n"):
            continue
        content = {word for word in words(normalise(sentence)) if len(word) > 1 and word not in _EMPTY}
        taken = sum(word in answered for word in content)
        if content and taken < max(1, 0.25 * len(content)):
            left.append(sentence.strip()[:80])
    return left


def copied_from(reply: str, others: Iterable[tuple[str, str]]) -> list[Reason]:
    """The other reply that most of this one stands in, where it is one; set phrases do not make a copy."""
    own, _ = gram_counts("", _POLITE.sub("", reply))
    if len(own) < SHORT:
        return []
    best, share = "", 0.0
    for id, other in others:
        grams, _ = gram_counts("", _POLITE.sub("", other))
        common = len(np.intersect1d(own, grams, assume_unique=True)) / len(own)
        if common > share:
            best, share = id, common
    return [Reason("copied", {"from": best, "share": round(share, 2)})] if share >= COPIED else []


def _without_quotations(question: str, reply: str) -> str:
    """The reply without what it only repeats of the question."""
    kept, start = [], 0
    blocks = SequenceMatcher(None, reply, question, autojunk=False).get_matching_blocks()
    for block in blocks if len(reply) * len(question) < 4_000_000 else []:
        if block.size >= QUOTED:
            kept.append(reply[start : block.a])
            start = block.a + block.size
    return "".join([*kept, reply[start:]])


def _promised(said: str) -> bool:
    """True where some sentence that promises also says when."""
    return any(_WILL.search(sentence) and _WHEN.search(sentence) for sentence in _SENTENCE.findall(said))


def _sentence_at(text: str, place: int) -> str:
    for match in _SENTENCE.finditer(text):
        if match.start() <= place < match.end():
            return match.group().strip()[:80]
    return ""
