"""A figure's SVG as part of a page: with the page's colours and font, and element ids that are unique on it."""

from __future__ import annotations

import re

_COLOURS = {
    "#1a1a1a": "ink", "#0072b2": "narrows", "#d55e00": "widens", "#009e73": "third", "#e69f00": "second",
    "#56b4e9": "fourth", "#767676": "soft-ink", "#a7b0b8": "unnamed", "#f6dccd": "widens-fill", "#e3e3e3": "grid",
    "#e3e7eb": "band", "#444444": "soft-ink", "#ffffff": "page", "#000000": "ink",
}  # fmt: skip
"""The colours of ``tradelib.report.look.figures``, and the CSS variables of the page that replace them."""


def inline(svg: str, prefix: str, label: str) -> str:
    """Return an SVG that is ready to be part of a page.

    Parameters
    ----------
    svg : str
        As matplotlib writes it, with text kept as text.
    prefix : str
        Put before every element id, because two drawings may use the same ids.
    label : str
        Alternative text, already escaped.
    """
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r' d="((?:\s*[MLz](?:\s-?[\d.]+\s-?[\d.]+)?)+)\s*"', _steps, body)
    # Coordinates are cut to a tenth of a point; numbers in the text stay as they are.
    body = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d+\.\d)\d+", r"\1", tag[0]), body)
    box = re.search(r'viewBox=["\']([^"\']*)', body)
    head = f'<svg role="img" aria-label="{label}" viewBox="{box[1] if box else "0 0 10 10"}">'
    body = head + body[body.index(">") + 1 :]
    body = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", body)
    body = re.sub(r"""font-family: [^;"]*;? ?| ?transform="rotate\(-0 [^"]*\)\"""", "", body)
    body = body.replace("font-weight: bold", "font-weight: 600")
    for colour, variable in _COLOURS.items():
        body = re.sub(colour, f"var(--{variable})", body, flags=re.IGNORECASE)
    body = re.sub(r'<g id="\S+months ([^"]*)">', r'<g data-months="\1">', body.replace("xlink:href", "href"))
    body = _DOTS.sub(_with_one_style, body)
    body = _RUN.sub(_merged, re.sub(r'<g id="[^"]*">', "<g>", body))
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<defs>\s*</defs>", "", body))


def _steps(match: re.Match[str]) -> str:
    """Return a path of straight lines in relative coordinates, to a tenth: half the bytes of absolute ones.

    Every step is a difference of rounded positions, so that rounding errors do not add up along the line.
    """
    path, last = [], (0, 0)
    for sign, x, y in re.findall(r"([MLz])(?:\s(-?[\d.]+)\s(-?[\d.]+))?", match[1]):
        if sign == "z":
            path.append("z")
            continue
        point = round(10 * float(x)), round(10 * float(y))
        if sign == "M":
            path.append(f"M{point[0] / 10:g} {point[1] / 10:g}")
        else:
            path.append(f"l{(point[0] - last[0]) / 10:g} {(point[1] - last[1]) / 10:g}")
        last = point
    return f' d="{"".join(path)}"'


_RUN = re.compile(
    r'<g>\s*<path d="[^"]*"((?: clip-path="[^"]*")? style="[^"]*"/>)\s*</g>(?:\s*<g>\s*<path d="[^"]*"\1\s*</g>)+'
)
"""Consecutive shapes with the same style, such as bars."""


def _merged(run: re.Match[str]) -> str:
    shapes = " ".join(re.findall(r' d="([^"]*)"', run[0]))
    return f'<g><path d="{shapes}"{run[1]}</g>'


_DOTS = re.compile(
    r'(<use href="[^"]*") x="[^"]*" y="[^"]*"( style="[^"]*")/>(?:\s*\1 x="[^"]*" y="[^"]*"\2/>){2,}', re.DOTALL
)
"""Consecutive dots with the same style."""


def _with_one_style(run: re.Match[str]) -> str:
    """Return a run of dots with their style stated once, on the group."""
    return f"<g{run[2]}>{run[0].replace(run[2], '')}</g>"
