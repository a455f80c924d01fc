"""計画: all for the office."""

from django.urls import URLPattern, path

from outreach.dispatch.views import (
    plans,
    plans_changes,
    plans_figures,
    plans_map,
    plans_publish,
    plans_table,
    plans_visit,
)

ONE = "staff/plans/<int:pk>/"
VISIT = f"{ONE}visits/<int:asked>/"

staff: list[URLPattern] = [
    path("staff/plans/", plans.plans, name="plans"),
    path("staff/plans/new/", plans.plan_new, name="plan-new"),
    path(ONE, plans_table.plan, name="plan"),
    path(f"{ONE}stop/", plans.plan_stop, name="plan-stop"),
    path(f"{ONE}discard/", plans.plan_discard, name="plan-discard"),
    path(f"{ONE}again/", plans.plan_again, name="plan-again"),
    path(f"{ONE}changes/", plans_changes.plan_changes, name="plan-changes"),
    path(f"{ONE}undo/", plans_table.plan_undo, name="plan-undo"),
    path(f"{ONE}replan/", plans_table.plan_replan, name="plan-replan"),
    path(f"{ONE}days/<int:person>/<str:day>/lock/", plans_table.day_lock, name="day-lock"),
    path(VISIT, plans_visit.plan_visit, name="plan-visit"),
    path(f"{VISIT}options/", plans_visit.plan_options, name="plan-options"),
    path(f"{VISIT}venue/", plans_visit.venue_closed, name="venue-closed"),
    path(f"{VISIT}lock/", plans_visit.visit_lock, name="visit-lock"),
    path(f"{ONE}figures/", plans_figures.plan_figures, name="plan-figures"),
    path(f"{ONE}publish/", plans_publish.plan_publish, name="plan-publish"),
    path(f"{ONE}map/", plans_map.plan_map, name="plan-map"),
    path(f"{ONE}map/<str:day>/values/", plans_map.map_values, name="plan-map-values"),
    path(f"{ONE}map/<str:day>/points/", plans_map.map_points, name="plan-map-points"),
    path(f"{ONE}map/<str:day>/lines/", plans_map.map_lines, name="plan-map-lines"),
]
