"""Fields of a message, as a booking would freeze them."""

from outreach.contact.texts import fields_of

EXAMPLE = {
    "town": "猿払村",
    "callback": "03-0000-0100",
    "name": "山田 花子",
    "course": "電話のかけ方",
    "when": "4月10日(金)13:30",
    "venue": "交流センター",
    "code": "12-34-567",
    "reference": "1234-5678",
    "changed": "会場",
    "reason": "大雪のため",
    "answer_by": "4月9日(木)17:00",
    "title": "報告のお願い",
    "text": "きのうの講習会の報告がまだです。",
    "about": "講習会について知りたい",
}


def words(kind: str, **others: str) -> dict[str, str]:
    return {**{key: EXAMPLE[key] for key in fields_of(kind)}, **others}
