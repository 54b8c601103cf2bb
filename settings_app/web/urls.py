"""Pages of people that lie at the root: sign-in, account, privacy."""

from __future__ import annotations

from django.urls import include, path

from settings_app.web import account, pages

urlpatterns = [
    path("login/", account.login_page, name="login"),
    path("logout/", account.logout_page, name="logout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account-password"),
    path(
        "account/sign-out-everywhere/",
        account.sign_out_everywhere,
        name="sign-out-everywhere",
    ),
    path("account/profile/", account.profile, name="account-profile"),
    path("account/tokens/", account.token_add, name="token-add"),
    path("account/tokens/<uuid:token_id>/revoke/", account.token_revoke, name="token-revoke"),
    path("account/sessions/<uuid:session_id>/end/", account.session_end, name="session-end"),
    path("access/<str:token>/", account.access_link, name="access-link"),
    path("forgot/", account.forgot, name="forgot"),
    path("settings/", include("settings_app.web.settings_urls")),
    path("privacy/", pages.privacy, name="privacy"),
]
