"""A figure's SVG as part of a page: in the colours and the font of the page, with names of its own."""

from __future__ import annotations

import re

_COLOURS = {
    "#1a1a1a": "ink", "#0072b2": "narrows", "#d55e00": "widens", "#009e73": "third", "#e69f00": "second",
    "#56b4e9": "fourth", "#767676": "soft-ink", "#a7b0b8": "unnamed", "#f6dccd": "widens-fill", "#e3e3e3": "grid",
    "#e3e7eb": "band", "#444444": "soft-ink", "#ffffff": "page", "#000000": "ink",
}  # fmt: skip
"""The colours of ``tradelib.figures``, and the variables of the page that stand for them."""


def inline(svg: str, prefix: str, label: str) -> str:
    """Return the drawing for the page.

    Parameters
    ----------
    svg : str
        As matplotlib writes it, with text as text.
    prefix : str
        Goes before every name in it, for two drawings may use the same.
    label : str
        What a reader who cannot see it is told; already escaped.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    box = re.search(r'viewBox=["\']([^"\']*)', body)
    head = f'<svg role="img" aria-label="{label}" viewBox="{box[1] if box else "0 0 10 10"}">'
    body = head + body[body.index(">") + 1 :]
    body = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", body)
    body = re.sub(r"font: (?:(bold|\d+) )?([\d.]+)px [^;\"]*", _font, body)
    body = re.sub(r"(\d+\.\d)\d+", r"\1", body)
    for colour, variable in _COLOURS.items():
        body = re.sub(colour, f"var(--{variable})", body, flags=re.IGNORECASE)
    body = body.replace("xlink:href", "href")
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<defs>\s*</defs>", "", body))


def _font(match: re.Match[str]) -> str:
    return f"font-size: {match[2]}px" + ("; font-weight: 600" if match[1] in {"bold", "600", "700"} else "")
