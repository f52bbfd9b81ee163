"""Charts as SVG text: bars and lines, in colours that are read on white and on black."""

import math
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 320, 70, 70, 40
COLOURS = ["#3b7dd8", "#d9822b", "#3f9b5c", "#b0508e"]
GREY = "#808080"


def _text(x, y, text, anchor="middle", size=12, turn=None):
    turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{GREY}"'
            f' font-family="sans-serif"{turned}>{escape(str(text))}</text>')


def _number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _frame(title, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
            f"<title>{escape(title)}</title>{_text(WIDTH / 2, 20, title, size=15)}{''.join(parts)}</svg>\n")


def _legend(names):
    return [f'<rect x="{LEFT + 150 * i}" y="26" width="10" height="10" fill="{COLOURS[i]}"/>'
            + _text(LEFT + 150 * i + 15, 35, name, "start") for i, name in enumerate(names)]


def _rulers(scale, ticks):
    parts = []
    for tick in ticks:
        y = scale(tick)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GREY}" stroke-opacity="0.3"/>')
        parts.append(_text(LEFT - 6, y + 4, _number(tick), "end"))
    return parts


def _linear(largest):
    step = 10 ** math.floor(math.log10(max(largest, 1e-9) / 2))
    step *= next(by for by in (1, 2, 5, 10) if largest / (step * by) <= 5)
    top = math.ceil(largest / step) * step or 1
    room = HEIGHT - BOTTOM - TOP
    return lambda value: HEIGHT - BOTTOM - room * value / top, [step * i for i in range(round(top / step) + 1)]


def _logarithmic(smallest, largest):
    low, high = math.floor(math.log10(smallest)), math.ceil(math.log10(largest * 1.0001))
    room = HEIGHT - BOTTOM - TOP
    return (lambda value: HEIGHT - BOTTOM - room * (math.log10(max(value, smallest)) - low) / max(1, high - low),
            [10 ** power for power in range(low, high + 1)])


def bars(title, labels, series, logarithmic=False):
    """`series`: pairs of a name and a value a label; a value may be missing (None)."""
    values = [value for _, all_of in series for value in all_of if value]
    scale, ticks = _logarithmic(min(values), max(values)) if logarithmic else _linear(max(values))
    floor = scale(ticks[0])
    parts = _rulers(scale, ticks) + (_legend([name for name, _ in series]) if len(series) > 1 else [])
    slot = (WIDTH - LEFT - 10) / len(labels)
    wide = slot * 0.8 / len(series)
    for i, label in enumerate(labels):
        for j, (_, all_of) in enumerate(series):
            if not all_of[i]:
                continue
            x, y = LEFT + slot * (i + 0.1) + wide * j, scale(all_of[i])
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide * 0.95:.1f}" height="{max(0, floor - y):.1f}"'
                         f' fill="{COLOURS[j]}"><title>{_number(all_of[i])}</title></rect>')
        parts.append(_text(LEFT + slot * (i + 0.5), floor + 16, label, "end", 11, -30))
    return _frame(title, parts)


def lines(title, series, below, logarithmic=True):
    """`series`: pairs of a name and points (x, y), x among others that are even; `below` says what x is."""
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points if y > 0]
    scale, ticks = _logarithmic(min(ys), max(ys)) if logarithmic else _linear(max(ys))
    left, right = min(xs), max(xs)
    across = lambda x: LEFT + (WIDTH - LEFT - 20) * (x - left) / ((right - left) or 1)  # noqa: E731
    parts = _rulers(scale, ticks) + _legend([name for name, _ in series])
    for i, (_, points) in enumerate(series):
        path = " ".join(f"{across(x):.1f},{scale(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[i]}" stroke-width="2"/>')
    for x in sorted(set(xs)):
        parts.append(_text(across(x), HEIGHT - BOTTOM + 16, _number(x), size=11))
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - BOTTOM + 36, below))
    return _frame(title, parts)
