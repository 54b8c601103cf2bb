"""The API's side of the table of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from realtrack.core.rights import roles_with, user_can

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class HasRight(BasePermission):
    """Allows what the view's `rights` names for the method; a method without a rule is refused."""

    message = "Your role does not allow this."

    def has_permission(self, request: Request, view: APIView) -> bool:
        rights = getattr(view, "rights", None)
        if rights is None or request.method not in rights:
            return False
        right = rights[request.method]
        if right is None:
            return True
        if user_can(request.user, right):
            return True
        if getattr(request.user, "is_authenticated", False):
            self.message = (
                f"Your role does not allow this. It needs: {', '.join(roles_with(right))}."
            )
        return False
