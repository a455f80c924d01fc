"""The skills that supporters' training gives, as data. Those that courses need come with the programme."""

from outreach.people.models import Skill

SUPPORTER_SKILLS = {
    "helper": "サポーター研修",
    "disability-pc": "障害者パソコンサポーター養成研修",
    "screen-reader": "音声読み上げ",
    "magnifier": "画面の拡大",
    "sign-language": "手話",
    "input-devices": "入力の工夫（スイッチ・視線など）",
}


def load_supporter_skills() -> None:
    """Write them; the same again changes nothing."""
    for code, name in SUPPORTER_SKILLS.items():
        Skill.objects.update_or_create(code=code, defaults={"name": name})
