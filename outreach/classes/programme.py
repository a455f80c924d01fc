"""The national programme as data: years, ratios and courses.

Source: MIC, デジタル活用支援推進事業 (targets: about 2,000 sites in FY2021 and 3,000 in FY2022; one certified
instructor and one helper for every four learners). Loaded by `manage.py load_programme`, which adds and corrects
and never deletes.
"""

from typing import Any

from django.db import transaction

from outreach.classes.models import Course, ProgrammeYear, Scheme, SchemeRule, SessionKind
from outreach.people.models import Skill
from outreach.people.skills import load_skills

SOURCE = "総務省 デジタル活用支援推進事業"
TARGETS = {2021: 2000, 2022: 3000}
SKILLS = {"basic": "基本講座", "applied": "応用講座（行政手続など）"}
# code: name, kana, level, what is learnt
COURSES = {
    "power": (
        "電源の入れ方・ボタンの使い方",
        "デンゲンノイレカタ",
        "basic",
        "電源、音量、画面のさわり方をおぼえます。",
    ),
    "phone-camera": ("電話・カメラの使い方", "デンワトカメラ", "basic", "電話をかける・受ける、写真をとる・見る。"),
    "apps": ("アプリの入れ方", "アプリノイレカタ", "basic", "新しいアプリを安全に入れます。"),
    "internet": ("インターネットの使い方", "インターネット", "basic", "ことばや声で調べものをします。"),
    "mail": ("メールの使い方", "メール", "basic", "メールを送る・受ける、写真をつけて送る。"),
    "maps": ("地図アプリの使い方", "チズアプリ", "applied", "行き先までの道やバスを調べます。"),
    "messaging": (
        "メッセージアプリの使い方",
        "メッセージアプリ",
        "applied",
        "家族や友人と文字や写真をやりとりします。",
    ),
    "safety": ("スマートフォンを安全に使う", "アンゼンニツカウ", "applied", "詐欺の手口と、あわないための注意。"),
    "my-number-card": (
        "マイナンバーカードの申請",
        "マイナンバーカード",
        "applied",
        "スマートフォンで申請します。番号は集めません。",
    ),
    "mynaportal": (
        "マイナポータル・健康保険証としての利用",
        "マイナポータル",
        "applied",
        "ログインのしかたと保険証の登録。",
    ),
    "e-tax": ("e-Taxの使い方", "イータックス", "applied", "スマートフォンで確定申告をします。"),
    "online-medical": ("オンライン診療の使い方", "オンラインシンリョウ", "applied", "自宅で診察を受けるまでの流れ。"),
}
BRING = "お持ちの方はスマートフォン、メガネ"


@transaction.atomic
def load_programme() -> None:
    """Write years, rules, skills and courses; a rule that an office changed stays as it was."""
    for year, target in TARGETS.items():
        load_year(fiscal_year=year, target_sites=target, source=SOURCE)
    for code, name in SKILLS.items():
        Skill.objects.update_or_create(code=code, defaults={"name": name})
    load_skills()
    for position, (code, (name, kana, level, text)) in enumerate(COURSES.items()):
        fields: dict[str, Any] = {"name": name, "kana": kana, "level": level, "skill_id": level, "description": text}
        Course.objects.update_or_create(code=code, defaults={**fields, "bring": BRING, "position": position})


def load_year(*, fiscal_year: int, target_sites: int, source: str) -> ProgrammeYear:
    """Write a year with the programme's usual rules; 相談会 and 独自開催 have their own.

    A target of 0 is one that nobody set yet, as where a town began before its year was known: it is filled in later.
    """
    known = {"target_sites": target_sites, "source": source}
    year, made = ProgrammeYear.objects.get_or_create(fiscal_year=fiscal_year, defaults=known)
    if not made and target_sites and not year.target_sites:
        ProgrammeYear.objects.filter(pk=fiscal_year, target_sites=0).update(**known)
        year.refresh_from_db()
    for scheme in Scheme:
        for kind in SessionKind:
            SchemeRule.objects.get_or_create(
                programme_year=year, scheme=scheme, kind=kind, defaults=_rule(scheme, kind)
            )
    return year


def _rule(scheme: str, kind: str) -> dict[str, int]:
    if kind == SessionKind.CONSULTATION:
        return {"learners_per_helper": 0, "default_capacity": 10, "minimum_learners": 1}
    if scheme == Scheme.OWN:
        return {"certified_instructors": 0, "learners_per_helper": 0}
    return {"default_capacity": 8 if scheme == Scheme.NATIONWIDE else 20}
