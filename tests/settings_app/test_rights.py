from __future__ import annotations

import pytest

from realtrack.core.actors import Actor
from realtrack.core.rights import Right, Role, rights_of, role_has
from settings_app import services

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("test")


def test_all_rights_of_a_role_are_those_that_it_has_one_by_one() -> None:
    # given changes both ways
    services.role_right_set(role="user", right="channels.publish", allowed=True, actor=ACTOR)
    services.role_right_set(role="user", right="listings.edit", allowed=False, actor=ACTOR)
    # then
    assert Right.CHANNELS_PUBLISH in rights_of("user")
    assert Right.LISTINGS_EDIT not in rights_of("user")
    for role in Role:
        assert rights_of(role.value) == {one for one in Right if role_has(role.value, one)}
    assert rights_of("nobody") == frozenset()
