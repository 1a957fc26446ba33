"""A form from the declared parameters of a layer or of a section of the settings: one row each, committed on Enter.

A form never decides what is right: what was typed is handed on as a literal (`engine.layers.parameters.parse`), and
the sentence about it comes back through `Form.set_errors`.
"""

from gui.forms.form import Form
from gui.forms.form_fields import BoolField, ChoiceField, NumberField, TextField
from gui.forms.repeats import RepeatsField
from gui.forms.row import Field
from gui.forms.typed_text import Context

__all__ = ["BoolField", "ChoiceField", "Context", "Field", "Form", "NumberField", "RepeatsField", "TextField"]
