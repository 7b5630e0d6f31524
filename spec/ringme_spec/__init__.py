"""Reader of the OpenAPI document for mock, contract kit and documentation. It knows no HTTP."""
