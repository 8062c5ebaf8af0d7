"""Draws the small PNGs that other sites and home screens ask for, from the site's own SVGs, with Chromium.

python docs/draw_pictures.py        after a drawing in static/img has changed; what it writes is committed
"""

from __future__ import annotations

import io
import shutil
from base64 import b64encode
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parents[1] / "static" / "img"
SHARED = (1200, 630)
COLOURS = 64
PAPER, HEADER = "#FBF8F1", "#123B2D"
# name, edge in pixels, share of the edge that the mark takes, ground
ICONS = (
    ("icon-192", 192, 1.0, "transparent"),
    ("icon-512", 512, 1.0, "transparent"),
    ("icon-maskable-512", 512, 0.72, HEADER),
    ("apple-touch-icon", 180, 0.84, HEADER),
)


def main() -> None:
    """Every picture anew."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        for svg in sorted((IMAGES / "sets").glob("*.svg")):
            height = f"{SHARED[1]}px"
            keep(draw(page, svg, SHARED, "auto", height, PAPER), IMAGES / "share" / f"{svg.stem}.png")
        for name, edge, part, ground in ICONS:
            size = f"{round(edge * part)}px"
            keep(draw(page, IMAGES / "favicon.svg", (edge, edge), size, size, ground), IMAGES / "icons" / f"{name}.png")
        browser.close()


def draw(page: Page, svg: Path, size: tuple[int, int], width: str, height: str, ground: str) -> bytes:
    """The drawing in the middle of its ground."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    source = b64encode(svg.read_bytes()).decode()
    style = f"margin:0;background:{ground};display:grid;place-items:center;height:100vh"
    page.set_content(
        f'<body style="{style}"><img style="width:{width};height:{height}" src="data:image/svg+xml;base64,{source}">'
    )
    page.wait_for_function("document.images[0].complete")
    return page.screenshot(omit_background=True)


def keep(png: bytes, path: Path) -> None:
    """As few colours as it needs, so that it stays small."""
    path.parent.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(path, optimize=True)


if __name__ == "__main__":
    main()
