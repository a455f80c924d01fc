"""The one API of the house: each room's router, mounted under /api/."""

from importlib import import_module
from importlib.util import find_spec

from ninja import NinjaAPI

from backend.problem import speak_problems
from outreach.people.access import open_to_all

ROOMS = (
    "geo",
    "outreach.people",
    "outreach.contact",
    "outreach.classes",
    "outreach.registration",
    "outreach.dispatch",
    "outreach.reporting",
    "outreach.phone",
    "outreach.desk",
)

api = NinjaAPI(
    title="津々浦々 API",
    version="1",
    description=(
        "デジタル活用支援の地域・実施状況・講座・申込の API です。"
        "一覧は limit と offset で区切り、items と count を返します。"
        "エラーは RFC 9457（application/problem+json）です。"
    ),
    urls_namespace="api",
    docs_decorator=open_to_all,
)
speak_problems(api)
for room in ROOMS:
    if find_spec(f"{room}.api"):
        api.add_router("", import_module(f"{room}.api").router)
