"""Jinja2 as every page of ours uses it: whatever a template puts out is made visible, then escaped."""

import functools
from typing import Any

import jinja2
from markupsafe import Markup

from gradkit.wording import LONG, visible


@functools.cache
def page_template(package: str, name: str) -> jinja2.Template:
    """Return a compiled template of a package's folder ``templates``: once a process."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = points
    return environment.get_template(name)


def points(score: float) -> str:
    """Return points as people write them: at most two decimals."""
    return f"{score:.2f}".rstrip("0").rstrip(".")


def _shown(value: Any) -> Any:
    """Return what an expression of the template may put out, before it is escaped; only macros give Markup."""
    return value if isinstance(value, Markup) else visible(str(value), LONG)
