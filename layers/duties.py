"""The duties of whoever registers a layer: what must be stated before it may be published.

They follow the registration rules (データの登録ルール) that Japanese cities set for their integrated GIS:
who answers for the data, what it is for, where it comes from and under which approval, how exact it is, who
may see and use it, and how it is kept up to date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gis_core.definition import Definition, LayerDefinition
from gis_core.errors import Conflict, Message

# Copying or using these survey results needs the approval of whoever made them (Survey Act 29, 30, 43, 44).
APPROVED_SURVEYS = ("basic", "public")


@dataclass(frozen=True)
class Duty:
    """One thing that the definition does not state: its key in the file, its name, and what to write."""

    key: str
    title: Message
    remedy: Message


Met = Callable[[Definition], bool]


def missing_duties(definition: Definition) -> list[Duty]:
    """Return the duties that the definition leaves unmet, in the order of the registration form."""
    return [duty for duty, met in DUTIES if not met(definition)]


def check_publishable(definition: Definition) -> None:
    """Raise `Conflict` naming each unmet duty, its place in the definition file and what to write there."""
    missing = missing_duties(definition)
    if not missing:
        return
    title = definition.title
    ja = "\n".join(f"・{d.title.ja}（{d.key}）：{d.remedy.ja}" for d in missing)
    en = "\n".join(f"- {d.title.en} ({d.key}): {d.remedy.en}" for d in missing)
    raise Conflict(
        Message(
            ja=f"レイヤ「{title['ja']}」（{definition.id}）は登録の項目が足りないため公開できません。定義ファイルに次を書き、machizu layer update で直してください。\n{ja}",
            en=f"The layer “{title.to('en')}” ({definition.id}) lacks registration duties and cannot be published. Write these into its definition file, then run machizu layer update.\n{en}",
        )
    )


def _survey(definition: Definition) -> bool:
    survey = definition.registration.survey
    return survey is not None and (survey.kind not in APPROVED_SURVEYS or bool(survey.approval))


def _personal_is_hidden(definition: Definition) -> bool:
    """What is public holds no personal data that the public may see, and the form agrees with the fields.

    A layer that says it holds personal data must mark the fields, or nobody can tell what to hide.
    """
    stated = definition.registration.personal_data
    if stated is None:
        return True  # Told by the duty before.
    fields = definition.fields if isinstance(definition, LayerDefinition) else ()
    personal = [f for f in fields if f.personal]
    if not stated.contained:
        return not personal
    if definition.visibility != "public":
        return True
    return bool(personal) and all(f.visibility != "public" for f in personal)


DUTIES: tuple[tuple[Duty, Met], ...] = (
    (
        Duty(
            "department",
            Message("所管課", "Owning department"),
            Message("データに責任を持つ課の ID を書きます。", "Write the id of the department that answers for the data."),
        ),
        lambda d: bool(d.department.strip()),
    ),
    (
        Duty(
            "registration.contact",
            Message("連絡先", "Contact"),
            Message("担当の係と、電話・内線・メールのどれかを書きます。", "Write the section and its telephone, extension or e-mail."),
        ),
        lambda d: bool((d.registration.contact or "").strip()),
    ),
    (
        Duty(
            "registration.purpose",
            Message("利用目的", "Purpose"),
            Message("何のためのデータかを一文で書きます。", "Say in one sentence what the data is for."),
        ),
        lambda d: d.registration.purpose is not None,
    ),
    (
        Duty(
            "source",
            Message("出典", "Source"),
            Message("元になった台帳・図面・資料の名前を書きます。", "Name the register, map or document that the data comes from."),
        ),
        lambda d: d.source is not None,
    ),
    (
        Duty(
            "registration.survey",
            Message("測量法の区分と承認番号", "Survey Act class and approval number"),
            Message(
                "none（対象外）・own（市の測量）・basic（基本測量）・public（公共測量）から選び、basic と public では承認番号を approval に書きます。",
                "Choose none, own, basic or public; for basic and public write the approval's number as approval.",
            ),
        ),
        _survey,
    ),
    (
        Duty(
            "registration.datum",
            Message("測地系", "Datum"),
            Message("元データの測地系を JGD2011・JGD2000・Tokyo・WGS84 から選びます。", "Choose the source's datum: JGD2011, JGD2000, Tokyo or WGS84."),
        ),
        lambda d: d.registration.datum is not None,
    ),
    (
        Duty(
            "registration.accuracy",
            Message("位置の精度（地図情報レベル）", "Positional accuracy (map information level)"),
            Message("地図情報レベル（500・2500 など）を書きます。", "Write the map information level, such as 500 or 2500."),
        ),
        lambda d: d.registration.accuracy is not None,
    ),
    (
        Duty(
            "licence",
            Message("利用条件", "Licence"),
            Message("PDL1.0、CC BY 4.0、または「庁内限定」と書きます。", "Write PDL1.0, CC BY 4.0, or 庁内限定 (staff only)."),
        ),
        lambda d: bool((d.licence or "").strip()),
    ),
    (
        Duty(
            "visibility",
            Message("公開区分", "Class of publication"),
            Message(
                "public（公開）・internal（庁内）・department（課内）のどれかを、省かずに書きます。",
                "Write public, internal or department; it may not be left to the default.",
            ),
        ),
        lambda d: "visibility" in d.raw,
    ),
    (
        Duty(
            "registration.personal_data",
            Message("個人情報の有無と理由", "Personal data, and why"),
            Message("contained に true か false、reason にその理由を書きます。", "Write contained: true or false, and the reason."),
        ),
        lambda d: d.registration.personal_data is not None,
    ),
    (
        Duty(
            "fields",
            Message("個人情報の項目の扱い", "Handling of fields with personal data"),
            Message(
                "個人情報の項目に personal: true と visibility: internal（または department）を書くか、レイヤの visibility を public 以外にします。personal_data.contained が false なら、personal の項目は置けません。",
                "Mark fields with personal data by personal: true and visibility: internal (or department), or make the layer itself not public. With personal_data.contained: false no field may be personal.",
            ),
        ),
        _personal_is_hidden,
    ),
    (
        Duty(
            "registration.update_frequency",
            Message("更新頻度", "Update frequency"),
            Message(
                "realtime・daily・weekly・monthly・quarterly・yearly・irregular から選びます。",
                "Choose realtime, daily, weekly, monthly, quarterly, yearly or irregular.",
            ),
        ),
        lambda d: d.registration.update_frequency is not None,
    ),
    (
        Duty(
            "registration.retention_years",
            Message("履歴の保存年数", "Years for which history is kept"),
            Message("文書管理規程に合わせて年数を書きます。", "Write the years that the city's records rules ask for."),
        ),
        lambda d: d.registration.retention_years is not None,
    ),
)  # fmt: skip
