"""The HTTP API: formats, log-in by token, throttles, error shape, OpenAPI."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from realtrack.settings.environment import (
    JWT_EXPIRY,
    JWT_REFRESH_EXPIRY,
    JWT_SECRET,
    THROTTLE_LONG,
    THROTTLE_MEDIUM,
    THROTTLE_SHORT,
)

# JSON in these fields is somebody else's and passes through with its names untouched.
FREE_FORM_FIELDS = (
    "attributes",
    "before",
    "after",
    "changes",
    "counts",
    "current_data",
    "default_value",
    "details",
    "errors_by_field",
    "extra",
    "item_specifics",
    "mapping",
    "metadata",
    "parameters",
    "payload",
    "raw",
    "response",
    "snapshot",
    "value",
)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_RENDERER_CLASSES": ["djangorestframework_camel_case.render.CamelCaseJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["realtrack.core.api.parsers.BodyParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "settings_app.api.auth.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["realtrack.core.api.permissions.HasRight"],
    "DEFAULT_THROTTLE_CLASSES": [
        "realtrack.core.api.throttles.BurstThrottle",
        "realtrack.core.api.throttles.SustainedThrottle",
        "realtrack.core.api.throttles.LongThrottle",
        "realtrack.core.api.throttles.EndpointThrottle",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "realtrack.core.api.schema.AppSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# The camel-case package has a settings name of its own.
JSON_CAMEL_CASE: dict[str, Any] = {"JSON_UNDERSCOREIZE": {"ignore_fields": FREE_FORM_FIELDS}}
THROTTLES = {"short": THROTTLE_SHORT, "medium": THROTTLE_MEDIUM, "long": THROTTLE_LONG}

DRF_STANDARDIZED_ERRORS: dict[str, Any] = {
    "EXCEPTION_HANDLER_CLASS": "realtrack.core.api.errors.Handler",
    "EXCEPTION_FORMATTER_CLASS": "realtrack.core.api.errors.ErrorFormatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=JWT_EXPIRY),
    "REFRESH_TOKEN_LIFETIME": timedelta(seconds=JWT_REFRESH_EXPIRY),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": False,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SECRET,
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "sub",
    "AUTH_HEADER_TYPES": ("Bearer",),
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "RealTrack",
    "DESCRIPTION": "Listings, stock, marketplaces and orders for people who sell motor parts.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api",
    "CAMELIZE_NAMES": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        # In place of spectacular's own, whose enum names clash with the errors' schemas.
        "drf_standardized_errors.openapi_hooks.postprocess_schema_enums",
        "drf_spectacular.contrib.djangorestframework_camel_case.camelize_serializer_fields",
        "realtrack.core.api.schema.camelize_parameters",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ValidationErrorEnum": "drf_standardized_errors.openapi_serializers.ValidationErrorEnum.choices",
        "ClientErrorEnum": "drf_standardized_errors.openapi_serializers.ClientErrorEnum.choices",
        "ServerErrorEnum": "drf_standardized_errors.openapi_serializers.ServerErrorEnum.choices",
        "ErrorCode401Enum": "drf_standardized_errors.openapi_serializers.ErrorCode401Enum.choices",
        "ErrorCode403Enum": "drf_standardized_errors.openapi_serializers.ErrorCode403Enum.choices",
        "ErrorCode404Enum": "drf_standardized_errors.openapi_serializers.ErrorCode404Enum.choices",
        "ErrorCode405Enum": "drf_standardized_errors.openapi_serializers.ErrorCode405Enum.choices",
        "ErrorCode406Enum": "drf_standardized_errors.openapi_serializers.ErrorCode406Enum.choices",
        "ErrorCode415Enum": "drf_standardized_errors.openapi_serializers.ErrorCode415Enum.choices",
        "ErrorCode429Enum": "drf_standardized_errors.openapi_serializers.ErrorCode429Enum.choices",
        "ErrorCode500Enum": "drf_standardized_errors.openapi_serializers.ErrorCode500Enum.choices",
    },
}
