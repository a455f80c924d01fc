"""Errors of the API as RFC 9457 problem details, in words that a person can use and with nothing of our insides."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from outreach.dates import listed

CONTENT_TYPE = "application/problem+json"
PROBLEM_RESPONSE: dict[str, Any] = {
    "description": "RFC 9457 の問題。422 のときは errors に項目ごとの理由があります。",
    "content": {
        CONTENT_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["field", "message"],
                            "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                        },
                    },
                },
            }
        }
    },
}


UNSAID = ("Cannot parse request body", "Unauthorized")  # ninja's own: English, and of use to nobody
CSRF = "CSRF check Failed"
CHOICE = re.compile(r"'([^']*)'")


def problem(status: int, detail: str, **more: Any) -> HttpResponse:
    """A problem of no type but its status; `more` adds members such as `errors`."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params={"ensure_ascii": False})


def usual_detail(status: int) -> str:
    """What to say when nobody said anything better."""
    return {
        400: _("送られた内容を読み取れませんでした。"),
        401: _("ログインが必要です。"),
        403: _("この操作をする権限がありません。"),
        404: _("見つかりませんでした。"),
        405: _("この方法では利用できません。"),
        429: _("回数が多すぎます。しばらく待ってからもう一度お試しください。"),
    }.get(status, _("問題が起きました。しばらくしてからもう一度お試しください。"))


def field_message(error: dict[str, Any]) -> str:
    """Pydantic's English as a Japanese sentence; our own validators already speak Japanese."""
    kind, limits = error["type"], dict(error.get("ctx", {}))
    if "expected" in limits:  # 'accept', 'decline' or 'return'
        limits["expected"] = listed(CHOICE.findall(str(limits["expected"])))
    if kind == "value_error" and "error" in limits:
        return str(limits["error"])
    known = {
        "missing": _("必ず入力してください。"),
        "string_too_short": _("%(min_length)s文字以上で入力してください。"),
        "string_too_long": _("%(max_length)s文字以内で入力してください。"),
        "string_pattern_mismatch": _("決められた形で入力してください。"),
        "greater_than_equal": _("%(ge)s以上にしてください。"),
        "less_than_equal": _("%(le)s以下にしてください。"),
        "literal_error": _("%(expected)s のどれかにしてください。"),
        "enum": _("%(expected)s のどれかにしてください。"),
        "json_invalid": _("JSONとして読み取れませんでした。"),
        "extra_forbidden": _("この項目は使えません。"),
    }
    return known[kind] % limits if kind in known else _("値が正しくありません。")


def field_name(location: tuple[Any, ...]) -> str:
    """`body, payload, proxy, name` is `proxy.name` to the caller: ninja's own steps are ours, not theirs."""
    source, *steps = location
    if source == "body" and len(steps) > 1:
        steps = steps[1:]
    return ".".join(str(step) for step in steps) or str(source)


def on_validation_error(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [{"field": field_name(e["loc"]), "message": field_message(e)} for e in error.errors]
    return problem(422, _("入力に直すところがあります。"), errors=errors)


def on_http_error(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, Throttled):
        response = problem(429, usual_detail(429))
        response.headers["Retry-After"] = str(error.wait or 60)
        return response
    if error.message == CSRF:
        return problem(403, _("Cookie の csrftoken の値を、見出し X-CSRFToken に入れて送ってください。"))
    ours = error.message and not error.message.startswith(UNSAID)
    return problem(error.status_code, error.message if ours else usual_detail(error.status_code))


def on_not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(404, usual_detail(404))


def on_forbidden(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(403, str(error) or usual_detail(403))


def speak_problems(api: NinjaAPI) -> None:
    api.add_exception_handler(ValidationError, on_validation_error)
    api.add_exception_handler(HttpError, on_http_error)
    api.add_exception_handler(Http404, on_not_found)
    api.add_exception_handler(PermissionDenied, on_forbidden)


class ProblemMiddleware:
    """Makes problems of the pages that Django itself answers under /api/: no such address, wrong method, a crash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        answer = problem(response.status_code, usual_detail(response.status_code))
        for header in {"Allow", "Retry-After"} & set(response.headers):
            answer.headers[header] = response.headers[header]
        return answer
