"""Paper: a flyer for one class, one for several, and a blank form, as PDF. Always in Japanese, for the notice board."""

from outreach.classes.flyers.sheets import application_form, class_flyer, list_flyer
from outreach.paper import CannotPrint

__all__ = ["CannotPrint", "application_form", "class_flyer", "list_flyer"]
