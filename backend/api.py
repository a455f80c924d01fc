"""The one API of the house: each room's router, mounted under /api/."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from backend.problem import PROBLEM_RESPONSE, speak_problems
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


class HouseAPI(NinjaAPI):
    """Says of every operation how it answers when it cannot: the rooms write down only what they give."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**kwargs)
        for ways in schema["paths"].values():
            for operation in ways.values():
                operation["responses"].setdefault("default", PROBLEM_RESPONSE)
        return schema


api = HouseAPI(
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
