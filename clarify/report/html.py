"""Elements of a page; whatever text they are given is escaped when the page is written."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

Content = Element | str


def element(tag: str, *content: Content, **attributes: str) -> Element:
    """An element: `class_` stands for class, an underscore within a name for a hyphen."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()})
    for part in content:
        _append(made, part)
    return made


def table(
    caption: str, heads: Iterable[Content], bodies: Iterable[Element], class_: str = "table"
) -> Element:
    """A table with a caption and heads of its columns, in a region that scrolls on narrow screens."""
    header = element("tr", *(element("th", head, scope="col") for head in heads))
    made = element("table", element("caption", caption), element("thead", header), *bodies, class_=class_)
    return element("div", made, class_="wide", role="region", aria_label=caption, tabindex="0")


def text_of(root: Element) -> str:
    """The HTML of an element."""
    return tostring(root, encoding="unicode", method="html")


def _append(parent: Element, part: Content) -> None:
    if isinstance(part, Element):
        parent.append(part)
    elif len(parent) > 0:
        parent[-1].tail = (parent[-1].tail or "") + part
    else:
        parent.text = (parent.text or "") + part
