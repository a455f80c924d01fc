"""Problems and plans as JSON: strict on the way in, the same bytes for the same data on the way out."""

import hashlib
import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from outreach.dispatch.problem import Plan, Problem
from outreach.dispatch.problem_rules import faults

T = TypeVar("T")

_PROBLEM = TypeAdapter(Problem)
_PLAN = TypeAdapter(Plan)


class MalformedError(ValueError):
    """The text isn't a problem or plan of this version. `reasons` says why, a line each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def load_problem(text: str | bytes) -> Problem:
    """Raise MalformedError if the text breaks the schema or the data contradict themselves."""
    problem = _parse(_PROBLEM, text)
    if reasons := faults(problem):
        raise MalformedError(reasons)
    return problem


def load_plan(text: str | bytes) -> Plan:
    """Raise MalformedError if the text breaks the schema. Whether the plan is any good is for `check`."""
    return _parse(_PLAN, text)


def dump_problem(problem: Problem) -> str:
    return _canonical(_sparse(_PROBLEM.dump_python(problem, mode="json"), "elsewhere"))


def dump_plan(plan: Plan) -> str:
    return _canonical(_sparse(_PLAN.dump_python(plan, mode="json"), "place"))


def digest(problem: Problem) -> str:
    """SHA-256 of the canonical JSON, in hex: ties a plan to the problem that it answers."""
    return hashlib.sha256(dump_problem(problem).encode()).hexdigest()


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema of each of the two documents."""
    return {"problem": _PROBLEM.json_schema(), "plan": _PLAN.json_schema()}


def _parse(adapter: TypeAdapter[T], text: str | bytes) -> T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        lines = [f"{'.'.join(str(part) for part in e['loc']) or 'document'}: {e['msg']}" for e in error.errors()[:20]]
        raise MalformedError(lines) from None


def _sparse(data: dict[str, Any], name: str) -> dict[str, Any]:
    """Leave the field out of visits that have none: documents from before it was known keep their bytes and digest."""
    visits = [{key: value for key, value in visit.items() if key != name or value} for visit in data["visits"]]
    return {**data, "visits": visits}


def _canonical(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
