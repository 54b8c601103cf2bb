from __future__ import annotations

from django.urls import path

from settings_app.api import catalog, views

urlpatterns = [
    path("auth/login", views.LoginView.as_view(), name="auth-login"),
    path("auth/refresh", views.RefreshView.as_view(), name="auth-refresh"),
    path("auth/logout", views.LogoutView.as_view(), name="auth-logout"),
    path("auth/register", views.RegisterView.as_view(), name="auth-register"),
    path("auth/me", views.MeView.as_view(), name="auth-me"),
    path("auth/password", views.PasswordView.as_view(), name="auth-password"),
    path("users", views.UserListView.as_view(), name="user-list"),
    path("users/<uuid:user_id>", views.UserView.as_view(), name="user"),
    path("settings", views.SettingsView.as_view(), name="settings"),
    path(
        "settings/shipping-profiles",
        catalog.ShippingProfileListView.as_view(),
        name="shipping-profiles",
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
        "settings/<slug:category>",
        views.SettingsCategoryView.as_view(),
        name="settings-category",
    ),
    path(
        "settings/<slug:category>/<slug:key>",
        views.SettingView.as_view(),
        name="setting",
    ),
]
