from __future__ import annotations

import uuid

from django import forms

from realtrack.core.errors import InvalidInput


class SignInForm(forms.Form):
    """E-mail and password; what is wrong is said by the view, the same for both."""

    email = forms.EmailField(max_length=200)
    password = forms.CharField(max_length=500, strip=False)


class PasswordForm(forms.Form):
    old_password = forms.CharField(max_length=500, strip=False)
    new_password = forms.CharField(max_length=500, strip=False)
    again = forms.CharField(max_length=500, strip=False)

    def clean(self) -> None:
        super().clean()
        new = self.cleaned_data.get("new_password")
        if new is not None and new != self.cleaned_data.get("again"):
            self.add_error("again", "The two new passwords differ.")


class InviteForm(forms.Form):
    """A person who is asked to join; the password is the person's own."""

    email = forms.EmailField(max_length=200)
    name = forms.CharField(max_length=200, required=False)
    role = forms.CharField(max_length=20)


class JoinForm(forms.Form):
    """What an invitation or a reset link asks for."""

    name = forms.CharField(max_length=200, required=False)
    password = forms.CharField(max_length=500, strip=False)
    again = forms.CharField(max_length=500, strip=False)

    def clean(self) -> None:
        super().clean()
        new = self.cleaned_data.get("password")
        if new is not None and new != self.cleaned_data.get("again"):
            self.add_error("again", "The two passwords differ.")


class ForgotForm(forms.Form):
    email = forms.EmailField(max_length=200)


class TokenForm(forms.Form):
    """A personal API token."""

    name = forms.CharField(max_length=100)
    role = forms.CharField(max_length=20)
    days = forms.IntegerField(min_value=1, max_value=366)


class TeamForm(forms.Form):
    """A team and who is in it."""

    name = forms.CharField(max_length=100)
    members = forms.TypedMultipleChoiceField(coerce=uuid.UUID, required=False)


def add_faults(form: forms.Form, error: InvalidInput) -> None:
    """Put each fault below its field; what has none stands above."""
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)
