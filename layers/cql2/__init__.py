"""CQL2 (OGC 21-065r2): filters as text or JSON, turned into conditions with bound values.

`compile_filter` is all that others need. Text is parsed by the library `cql2`; the tree, which is that of
CQL2-JSON, is compiled here against the layer's visible fields.
"""

from layers.cql2.compiling import LANGUAGES, compile_filter
from layers.cql2.functions import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "LANGUAGES", "Function", "compile_filter"]
