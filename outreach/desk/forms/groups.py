"""A group on one paper form, or read out by one caller: a line each."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.contact.models import Channel
from outreach.contact.numbers import NumberRefused, read_number
from outreach.desk.forms.bookings import BY_STAFF, WAYS, usual_way
from outreach.registration import rules
from outreach.registration.forms import PhoneField, refuse_my_number
from outreach.registration.models import Booking, Intake
from outreach.registration.services import Application

BETWEEN = re.compile(r"[,、，/／\t]")


@dataclass(frozen=True)
class Written:
    """One line: kana, and name and number where they were given."""

    kana: str
    name: str
    phone: str


def read_people(text: str) -> list[Written]:
    """A person a line; kana, name and number in any order, between commas. Raises: ValidationError naming the line."""
    lines = [line.strip() for line in text.splitlines()]
    return [_read(line, number) for number, line in enumerate(lines, start=1) if line]


def _read(line: str, number: int) -> Written:
    kana = name = phone = ""
    for part in filter(None, (part.strip() for part in BETWEEN.split(line))):
        if any(c.isdigit() for c in part):
            phone = _number(part, number)
        elif (found := rules.clean_kana(part)) and not kana:
            kana = found
        else:
            name = rules.clean_name(part)[:80]
    if not kana or len(kana) > 80:
        raise forms.ValidationError(_("%(n)s行目：カナを、ひらがなかカタカナで書いてください。") % {"n": number})
    return Written(kana, name, phone)


def _number(part: str, number: int) -> str:
    try:
        return read_number(part, samples=settings.SAMPLE_MODE).e164
    except NumberRefused as error:
        raise forms.ValidationError(_("%(n)s行目：%(why)s") % {"n": number, "why": error}) from error


class GroupCallerForm(forms.Form):
    """Those who come, and the one number at which they are told."""

    use_required_attribute = False
    people = forms.CharField(
        label=gettext_lazy("参加する方（1行に1人）"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        help_text=gettext_lazy("カナだけでもかまいません。例：やまだ はなこ、山田 花子、090-1234-5678"),
    )
    phone = PhoneField(
        label=gettext_lazy("連絡先の電話番号"), help_text=gettext_lazy("番号を書いていない方は、この番号です。")
    )
    contact = forms.ChoiceField(label=gettext_lazy("連絡の方法"), choices=WAYS, required=False)
    proxy_name = forms.CharField(
        label=gettext_lazy("申し込んだ人の氏名（自分は参加しないとき）"), max_length=80, required=False
    )
    proxy_relation = forms.CharField(label=gettext_lazy("関係"), max_length=40, required=False)
    needs = forms.CharField(label=gettext_lazy("必要な配慮"), max_length=300, required=False)
    channel = forms.ChoiceField(label=gettext_lazy("受付の方法"), choices=BY_STAFF, initial=Intake.STAFF_PHONE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].widget.choices = [way for way in WAYS if way[0] not in {Channel.POST, Channel.FAMILY}]
        for name in ("phone", "proxy_name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_people(self) -> list[Written]:
        people = read_people(refuse_my_number(str(self.cleaned_data["people"])))
        if len(people) < 2:
            raise forms.ValidationError(_("2人以上を、1行に1人ずつ書いてください。"))
        return people

    def clean_needs(self) -> str:
        return refuse_my_number(str(self.cleaned_data["needs"]))

    def clean_proxy_name(self) -> str:
        return rules.clean_name(self.cleaned_data["proxy_name"])

    def applications(self) -> list[Application]:
        """One for each line. Call after `is_valid()`."""
        return [self._application(one) for one in self.cleaned_data["people"]]

    def _application(self, one: Written) -> Application:
        data = self.cleaned_data
        phone, proxy = one.phone or data["phone"], bool(data["proxy_name"])
        way = data["contact"] or usual_way(data["phone"] if proxy else phone)
        by_text = proxy and way == Channel.SMS
        return Application(
            name=one.name,
            kana=one.kana,
            phone=phone,
            contact=Channel.FAMILY if by_text else way,
            needs=data["needs"],
            proxy_name=data["proxy_name"],
            proxy_relation=data["proxy_relation"],
            proxy_phone=data["phone"] if proxy else "",
            tell=Booking.Tell.PROXY if by_text else Booking.Tell.RESIDENT,
        )
