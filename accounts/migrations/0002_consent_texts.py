"""The first consent texts. Later versions are entered by an administrator, not by migrations."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import migrations

VERSION = "2026-11"
IN_FORCE_FROM = datetime(2026, 11, 1, tzinfo=ZoneInfo("Asia/Shanghai"))

# kind: (Chinese, English)
TEXTS = {
    "processing": (
        "为受理和办理您反映的事项，我们需要使用您的电话号码；姓名可以不填。我们只用它们与您联系、核实情况、告知办理进展和结果，"
        "加密保存，不作他用，也不会提供给被反映的一方。您可以随时查询、更正、删除这些信息或撤回同意；撤回后我们无法再与您联系，"
        "但不影响此前已经进行的办理。系统会自动推荐承办单位，您可以要求由工作人员人工决定。",
        "To take up the matter you raise we need your telephone number; you may leave out your name. We use them only to "
        "reach you, to check the facts and to tell you of progress and result. They are stored encrypted, used for nothing "
        "else and never given to the party complained of. You may see, correct or delete them, or withdraw this consent, at "
        "any time; we can then no longer reach you, but what was done before stays valid. The system proposes the "
        "responsible unit by itself; you may ask that a person decides.",
    ),
    "publication": (
        "我同意由工作人员删去姓名、电话、住址等能识别我身份的内容并审核后，公开该事项和答复，供其他群众参考。"
        "不同意不影响事项的办理；同意后也可以随时撤回，我们将撤下已公开的内容。",
        "I agree that staff may publish the matter, its progress and the reply for others to learn from, after "
        "removing my name, telephone number, address and whatever else identifies me. If I do not agree, the matter is "
        "handled all the same. I may withdraw this consent at any time; what was published is then taken down.",
    ),
    "sharing": (
        "我同意将我的姓名和电话提供给承办该事项的单位，以便其工作人员直接与我联系、核实和答复。承办单位只能用于办理本事项。"
        "不同意时，由联络站代为转达，办理时间可能更长。检举控告类事项不向承办单位提供我的身份信息。",
        "I agree that my name and telephone number are given to the unit that handles this matter, so that its staff can "
        "call me, check the facts and reply directly. The unit may use them for this matter only. If I do not agree, the "
        "liaison station passes messages on, which may take longer. With accusations my identity is not given to the "
        "handling unit.",
    ),
}


def enter(apps, schema_editor):
    texts = apps.get_model("accounts", "ConsentText")
    for kind, (body_zh, body_en) in TEXTS.items():
        texts.objects.get_or_create(
            kind=kind,
            version=VERSION,
            defaults={"body_zh": body_zh, "body_en": body_en, "in_force_from": IN_FORCE_FROM},
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
