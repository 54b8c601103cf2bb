from __future__ import annotations

from django import forms


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
    """A new user, made by an admin."""

    email = forms.EmailField(max_length=200)
    name = forms.CharField(max_length=200, required=False)
    role = forms.CharField(max_length=20)
    password = forms.CharField(max_length=500, strip=False)
