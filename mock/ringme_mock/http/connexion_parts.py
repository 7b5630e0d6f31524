"""Names of Connexion that the mock uses, imported without warnings of packages below it."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from connexion import AsyncApp as AsyncApp
    from connexion.exceptions import InvalidSpecification as InvalidSpecification
    from connexion.exceptions import ProblemException as ProblemException
    from connexion.lifecycle import ConnexionRequest as ConnexionRequest
    from connexion.lifecycle import ConnexionResponse as ConnexionResponse
    from connexion.middleware import SpecMiddleware as SpecMiddleware
    from connexion.middleware.abstract import RoutedAPI as RoutedAPI
    from connexion.middleware.exceptions import ExceptionMiddleware as ExceptionMiddleware
    from connexion.middleware.lifespan import LifespanMiddleware as LifespanMiddleware
    from connexion.middleware.server_error import ServerErrorMiddleware as ServerErrorMiddleware
    from connexion.operations import AbstractOperation as AbstractOperation
    from connexion.resolver import Resolution as Resolution
    from connexion.resolver import Resolver as Resolver
    from connexion.security import AbstractSecurityHandler as AbstractSecurityHandler
    from connexion.security import SecurityHandlerFactory as SecurityHandlerFactory
    from connexion.spec import OpenAPISpecification as OpenAPISpecification
    from connexion.spec import Specification as Specification
