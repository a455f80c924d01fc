"""Every address of the house, by surface.

A room's urls.py names its routes by who they are for, each path written from the root: `public` (residents and
readers), `hooks` (providers' webhooks), `staff` (all under staff/). A process of the other surface keeps the names,
so that links and callback addresses can still be made, and answers 404.
"""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, include, path

from backend.api import ROOMS, api
from backend.health import healthz, readyz
from backend.views import sign_in, sign_out, to_office
from outreach.people.access import open_to_all

Routes = list[URLPattern | URLResolver]

PUBLIC = settings.SURFACE in {"all", "public"}
STAFF = settings.SURFACE in {"all", "staff"}


@open_to_all
def closed(request: HttpRequest, **kwargs: object) -> None:
    raise Http404


def shut(routes: Routes) -> Routes:
    """The same names and addresses, all answering 404."""
    return [
        URLResolver(r.pattern, shut(r.url_patterns), r.default_kwargs, r.app_name, r.namespace)
        if isinstance(r, URLResolver)
        else URLPattern(r.pattern, closed, r.default_args, r.name)
        for r in routes
    ]


def room_routes(room: str) -> Routes:
    """A room's routes under its own namespace, those of the other surface shut. `both` is for every surface."""
    if not find_spec(f"{room}.urls"):
        return []
    urls = import_module(f"{room}.urls")
    public: Routes = [*getattr(urls, "public", []), *getattr(urls, "hooks", [])]
    staff: Routes = getattr(urls, "staff", [])
    routes = [
        *getattr(urls, "both", []),
        *(public if PUBLIC else shut(public)),
        *(staff if STAFF else shut(staff)),
    ]
    return [path("", include((routes, urls.app_name)))]


common: Routes = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", api.urls),
]
office: Routes = [
    path("staff/sign-in/", sign_in, name="sign-in"),
    path("staff/sign-out/", sign_out, name="sign-out"),
    path("staff/admin/", admin.site.urls),
]
urlpatterns: Routes = [
    *common,
    *([] if PUBLIC else [path("", to_office)]),
    *(office if STAFF else shut(office)),
    *(route for room in ROOMS for route in room_routes(room)),
]
