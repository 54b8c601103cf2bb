from __future__ import annotations

from django.urls import path

from settings_app.web import catalog, pages, people, system

app_name = "settings"
urlpatterns = [
    path("", pages.index, name="index"),
    path("users/invite/", people.invite, name="invite"),
    path(
        "users/invitations/<uuid:link_id>/revoke/",
        people.invitation_revoke,
        name="invitation-revoke",
    ),
    path("users/<uuid:user_id>/", people.user_change, name="user-change"),
    path("users/<uuid:user_id>/reset-link/", people.reset_link, name="reset-link"),
    path("rights/", people.rights, name="rights"),
    path("rights/set/", people.right_set, name="right-set"),
    path("teams/new/", people.team, name="team-new"),
    path("teams/<uuid:team_id>/", people.team, name="team"),
    path("teams/<uuid:team_id>/delete/", people.team_delete, name="team-delete"),
    path("shipping/new/", catalog.shipping_form, name="shipping-new"),
    path("shipping/calculator/", catalog.shipping_calculator, name="shipping-calculator"),
    path("shipping/<uuid:profile_id>/", catalog.shipping_form, name="shipping-profile"),
    path("shipping/<uuid:profile_id>/delete/", catalog.shipping_delete, name="shipping-delete"),
    path("pricing/new/", catalog.rule_form, name="rule-new"),
    path("pricing/<uuid:rule_id>/", catalog.rule_form, name="rule"),
    path("system/dead/<int:delivery_id>/retry/", system.dead_retry, name="dead-retry"),
    path("<slug:category>/<slug:key>/history/", pages.history, name="history"),
    path("<slug:category>/<slug:key>/put-back/", pages.put_back, name="put-back"),
    path("<slug:category>/<slug:key>/test/", pages.secret_test, name="secret-test"),
    path("<slug:category>/<slug:key>/", pages.save, name="save"),
    path("<slug:category>/<slug:key>/undo/", pages.reset, name="reset"),
]
