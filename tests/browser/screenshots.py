"""Every page as a picture: `make screenshots` writes them; it is no test."""

import os
from pathlib import Path

import pytest
from web_pages import INSIDE, OUTSIDE, by_person

WIDTHS = (1280, 320)
FOLDER = Path(os.environ.get("COMITY_SCREENSHOTS", "build/screenshots"))


@pytest.mark.parametrize("language", ["en", "es"])
def test_pictures_are_written(site, scene, language):
    written = []
    for who, pages in by_person((*INSIDE, *OUTSIDE)):
        window = site.window(language=f"{language}-US")
        if who[1]:
            window.sign_in(site.house.person(*who))
        for shown in pages:
            window.open(shown.at(scene))
            for width in WIDTHS:
                window.page.set_viewport_size({"width": width, "height": 900})
                file = FOLDER / language / str(width) / f"{shown.name}.png"
                file.parent.mkdir(parents=True, exist_ok=True)
                window.page.screenshot(path=str(file), full_page=True)
                written.append(file)
    assert len(set(written)) == len(WIDTHS) * len({*INSIDE, *OUTSIDE})
