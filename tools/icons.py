"""Draws the icons of an installed console from the logo (static/mark.svg): `python -m tools.icons`."""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "console" / "static" / "icons"
UNITS = 32  # of the logo's own drawing
FINER = 8  # each pixel is drawn as many times finer
GROUND, CHAT, FREE = "#1d5c88", "#ffffff", "#7cc0ee"
CHATS = ((8.5, 11), (16, 11), (23.5, 11), (8.5, 21), (16, 21))
SLOT = (23.5, 21)


def icon(size: int, *, round_by: float = 7, scale: float = 1.0) -> Image.Image:
    """Draw the logo. `round_by` is the corner radius in units; `scale` shrinks the drawing on its background."""
    image, draw, unit = _canvas(size)
    edge = size * FINER - 1
    draw.rounded_rectangle((0, 0, edge, edge), radius=round_by * unit, fill=GROUND)
    _dots(draw, unit, scale, CHAT, FREE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def badge(size: int) -> Image.Image:
    """Draw the dots alone: phones tint them in a colour of their own."""
    image, draw, unit = _canvas(size)
    _dots(draw, unit, 1.4, CHAT, CHAT)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _canvas(size: int) -> tuple[Image.Image, ImageDraw.ImageDraw, float]:
    image = Image.new("RGBA", (size * FINER, size * FINER))
    return image, ImageDraw.Draw(image), size * FINER / UNITS


def _dots(draw: ImageDraw.ImageDraw, unit: float, scale: float, chat: str, free: str) -> None:
    for x, y in CHATS:
        draw.ellipse(_circle(x, y, 3, unit, scale), fill=chat)
    draw.ellipse(_circle(*SLOT, 3.2, unit, scale), outline=free, width=round(1.6 * scale * unit))


def _circle(x: float, y: float, radius: float, unit: float, scale: float) -> tuple[float, float, float, float]:
    middle = UNITS / 2
    x, y, radius = middle + (x - middle) * scale, middle + (y - middle) * scale, radius * scale
    return ((x - radius) * unit, (y - radius) * unit, (x + radius) * unit, (y + radius) * unit)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    # A maskable icon fills the square, and keeps its content within the circle that every phone leaves.
    drawn = {
        "192": icon(192),
        "512": icon(512),
        "maskable": icon(512, round_by=0, scale=0.84),
        "apple": icon(180, round_by=0),
        "badge": badge(96),
    }
    for name, image in drawn.items():
        image.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
