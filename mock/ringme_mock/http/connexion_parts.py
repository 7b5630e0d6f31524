"""Names of Connexion that the mock uses, imported without warnings of packages below it."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion import AsyncApp
    from connexion.exceptions import InvalidSpecification, ProblemException
    from connexion.lifecycle import ConnexionRequest, ConnexionResponse
    from connexion.middleware import SpecMiddleware
    from connexion.middleware.abstract import RoutedAPI
    from connexion.middleware.exceptions import ExceptionMiddleware
    from connexion.middleware.lifespan import LifespanMiddleware
    from connexion.middleware.server_error import ServerErrorMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations import AbstractOperation
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolution, Resolver
    from connexion.security import AbstractSecurityHandler, SecurityHandlerFactory
    from connexion.spec import OpenAPISpecification, Specification

__all__ = [
    "AbstractOperation",
    "AbstractSecurityHandler",
    "AsyncApp",
    "ConnexionRequest",
    "ConnexionResponse",
    "ExceptionMiddleware",
    "InvalidSpecification",
    "LifespanMiddleware",
    "OpenAPISpecification",
    "ProblemException",
    "Resolution",
    "Resolver",
    "RoutedAPI",
    "SecurityHandlerFactory",
    "ServerErrorMiddleware",
    "SpecMiddleware",
    "Specification",
    "SwaggerUIMiddleware",
    "SwaggerUIOptions",
]
