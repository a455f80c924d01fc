"""A slow, jumbled line: answers come late, by up to so many milliseconds, and overtake each other.

`SLOW_PAGES=400 pytest -m browser` finds what cannot wait.
"""

import os
import random
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

LONGEST = int(os.environ.get("SLOW_PAGES", "0")) / 1000


def slow(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        time.sleep(random.random() * LONGEST / 2)
        response = get_response(request)
        time.sleep(random.random() * LONGEST / 2)
        return response

    return answer
