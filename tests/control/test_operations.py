"""Operations of the control document."""

from __future__ import annotations

from importlib import import_module
from inspect import iscoroutinefunction

import pytest

from ringme_mock.control.middleware import interface
from ringme_spec.operations import Operation


@pytest.mark.parametrize(
    "operation", interface().contract.operations.values(), ids=lambda one: one.id
)
def test_an_operation_names_a_function_that_there_is(operation: Operation) -> None:
    module, _, name = operation.node["x-function"].partition(".")
    assert iscoroutinefunction(getattr(import_module(f"ringme_mock.control.{module}"), name))
