"""Skills as data: what supporters' training gives, and what a request may ask of an instructor beyond its course.

Those that courses need come with the programme.
"""

from outreach.people.models import Skill

SUPPORTER_SKILLS = {
    "helper": "サポーター研修",
    "disability-pc": "障害者パソコンサポーター養成研修",
    "screen-reader": "音声読み上げ",
    "magnifier": "画面の拡大",
    "sign": "手話",
    "input-devices": "入力の工夫（スイッチ・視線など）",
}
INSTRUCTOR_SKILLS = {
    "sign": "手話",
    "woman": "女性の講師",
    "english": "英語",
    "chinese": "中国語",
    "children": "子どもへの指導",
}


def load_skills() -> None:
    """Write them; the same again changes nothing."""
    for code, name in (SUPPORTER_SKILLS | INSTRUCTOR_SKILLS).items():
        Skill.objects.update_or_create(code=code, defaults={"name": name})
