"""A plot as SVG for a page: no style, no script, no address; its table stands beside it."""

from __future__ import annotations

from html import escape

from digitizer.engines.plots.layout import SIZE, Bar, Pattern, Plot, plot
from digitizer.model.figures import Figure

_WIDTH, _HEIGHT = 900.0, 240.0
_INK, _SOFT, _PAPER = "#17252d", "#b9c0c4", "#fff"


def svg(figure: Figure) -> str:
    """The figure's bars. A reader of screens hears its title; the table has the numbers."""
    made = plot(figure, _WIDTH, _HEIGHT)
    key = escape(figure.key)
    return "".join(
        (
            f'<svg class="plot" viewBox="0 0 {made.width:g} {made.height:g}" role="img" '
            f'aria-labelledby="plot-{key}" focusable="false">',
            f'<title id="plot-{key}">{escape(figure.title)}</title>',
            f'<defs><pattern id="lines-{key}" width="5" height="5" '
            'patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="5" height="5" fill="{_PAPER}"/>'
            f'<rect width="2" height="5" fill="{_INK}"/></pattern></defs>',
            *_rules(made),
            *(_bar(each, key) for each in made.bars),
            *_words(made),
            "</svg>",
        )
    )


def _rules(made: Plot) -> list[str]:
    return [
        f'<line x1="{each.x1:.1f}" y1="{each.y1:.1f}" x2="{each.x2:.1f}" y2="{each.y2:.1f}" '
        f'stroke="{_INK if each.strong else _SOFT}" stroke-width="1"/>'
        for each in made.rules
    ]


def _bar(bar: Bar, key: str) -> str:
    fill = {
        Pattern.SOLID: _INK,
        Pattern.LINES: f"url(#lines-{key})",
        Pattern.OUTLINE: _PAPER,
    }[bar.pattern]
    return (
        f'<rect x="{bar.left:.1f}" y="{bar.top:.1f}" width="{bar.width:.1f}" '
        f'height="{bar.height:.1f}" fill="{fill}" stroke="{_INK}" stroke-width="1"/>'
    )


def _words(made: Plot) -> list[str]:
    return [
        f'<text x="{each.x:.1f}" y="{each.y:.1f}" font-size="{SIZE:g}" fill="{_INK}" '
        f'text-anchor="{each.align}">{escape(each.text)}</text>'
        for each in made.words
    ]
