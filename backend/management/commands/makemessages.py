"""manage.py makemessages, which also knows `_l`, as the code calls `gettext_lazy` beside `gettext`."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_l"]
