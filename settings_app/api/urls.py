from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from settings_app.api import catalog, people, tokens, views
from settings_app.definitions import RESERVED


class CategoryConverter(SlugConverter):
    """A category's name; the reserved words are addresses of their own, also of other apps."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED))})(?:/|$))[-a-zA-Z0-9_]+"


register_converter(CategoryConverter, "setting_category")

urlpatterns = [
    path("auth/login", views.LoginView.as_view(), name="auth-login"),
    path("auth/refresh", views.RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="auth-logout"),
    path("auth/register", views.RegisterView.as_view(), name="auth-register"),
    path("auth/me", views.MeView.as_view(), name="auth-me"),
    path("auth/password", views.PasswordView.as_view(), name="auth-password"),
    path("auth/accept-link", people.AcceptLinkView.as_view(), name="auth-accept-link"),
    path("auth/tokens", tokens.TokenListView.as_view(), name="auth-tokens"),
    path("auth/tokens/<uuid:token_id>", tokens.TokenView.as_view(), name="auth-token"),
    path("auth/sessions", tokens.SessionListView.as_view(), name="auth-sessions"),
    path("auth/sessions/<uuid:session_id>", tokens.SessionView.as_view(), name="auth-session"),
    path(
        "auth/sign-out-everywhere",
        tokens.SignOutEverywhereView.as_view(),
        name="auth-sign-out-everywhere",
    ),
    path("teams", people.TeamListView.as_view(), name="teams"),
    path("teams/<uuid:team_id>", people.TeamView.as_view(), name="team"),
    path("users/invitations", people.InvitationListView.as_view(), name="invitations"),
    path("users/invitations/<uuid:link_id>", people.InvitationView.as_view(), name="invitation"),
    path("users/rights", people.RightsView.as_view(), name="rights"),
    path("users/<uuid:user_id>/reset-link", people.ResetLinkView.as_view(), name="reset-link"),
    path("users", views.UserListView.as_view(), name="user-list"),
    path("users/<uuid:user_id>", views.UserView.as_view(), name="user"),
    path("settings", views.SettingsView.as_view(), name="settings"),
    path(
        "settings/shipping-profiles",
        catalog.ShippingProfileListView.as_view(),
        name="shipping-profiles",
    ),
    path(
        "settings/shipping-profiles/quote",
        catalog.ShippingQuoteView.as_view(),
        name="shipping-quote",
    ),
    path(
        "settings/shipping-profiles/<uuid:profile_id>",
        catalog.ShippingProfileView.as_view(),
        name="shipping-profile",
    ),
    path(
        "settings/pricing-rules",
        catalog.PricingRuleListView.as_view(),
        name="pricing-rules",
    ),
    path(
        "settings/pricing-rules/<uuid:rule_id>",
        catalog.PricingRuleView.as_view(),
        name="pricing-rule",
    ),
    path(
        "settings/<setting_category:category>",
        views.SettingsCategoryView.as_view(),
        name="settings-category",
    ),
    path(
        "settings/<setting_category:category>/<slug:key>",
        views.SettingView.as_view(),
        name="setting",
    ),
    path(
        "settings/<setting_category:category>/<slug:key>/history",
        views.SettingHistoryView.as_view(),
        name="setting-history",
    ),
    path(
        "settings/<setting_category:category>/<slug:key>/test",
        views.SecretTestView.as_view(),
        name="setting-test",
    ),
]
