"""E-mail for those who work here, through Django's mail settings."""

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from outreach.contact.gateways import Handed, NeverSent, Parcel, ReplyLost, TryLater
from outreach.contact.models import MessageStatus, Why

OFFLINE = ("console", "locmem", "dummy", "filebased")


class MailGateway:
    name = "mail"
    deadline = 20.0

    def __init__(self) -> None:
        self.reaches_people = not any(word in settings.EMAIL_BACKEND for word in OFFLINE)
        self.may_take_samples = not self.reaches_people

    def send(self, parcel: Parcel) -> Handed:
        mail = EmailMessage(parcel.title, parcel.body, settings.DEFAULT_FROM_EMAIL, [parcel.to])
        try:
            with get_connection(timeout=self.deadline / 4) as connection:  # connect, greet, data, quit
                connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            raise NeverSent("recipient", Why.NUMBER_INVALID) from error
        except smtplib.SMTPResponseException as error:
            raise (TryLater if error.smtp_code < 500 else NeverSent)(str(error.smtp_code)) from error
        except ConnectionRefusedError as error:
            raise TryLater("connect") from error
        except (smtplib.SMTPException, OSError) as error:
            raise ReplyLost(type(error).__name__) from error
        return Handed("", MessageStatus.SENT if self.reaches_people else MessageStatus.SHOWN)

    def find(self, *, to: str, ref: str, since: datetime) -> Handed | None:
        raise ReplyLost("mail cannot be looked up")
