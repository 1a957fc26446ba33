"""From the file of an image to its values: (channels, height, width), uint8, always in the same way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from engine.data.dataset import SampleError
from engine.files import open_to_read

if TYPE_CHECKING:
    from PIL.Image import Image

    from engine.data.dataset import Array

Fit = Literal["crop", "pad", "stretch"]
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".ppm", ".pgm"})
FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF", "PPM")
"""What Pillow may take a file for: decoders that nobody's photographs need stay out of reach of a stranger's file."""
VERSION = 1
"""Of this module: another one where an image is decoded to other values than before."""
LARGEST = 100_000_000
"""Pixels of an image where the user has said nothing: a file of some kilobytes may unpack to gigabytes."""


def decoder() -> str:
    """What decodes: another version may give other bytes."""
    import PIL

    return f"{VERSION} Pillow {PIL.__version__}"


def read(path: Path, size: tuple[int, int], fit: Fit, *, grey: bool, largest: int = LARGEST) -> Array:
    """An image as (1 or 3, height, width) of this size; transparency shows white. Raises DataError with the file."""
    import numpy as np
    from PIL import Image

    with opened(path, size, largest) as image:
        plain = _eight_bits(image, grey=grey)
        values = np.asarray(scaled(plain, size, fit, Image.Resampling.BILINEAR))
    return values[None] if grey else values.transpose(2, 0, 1)


def area(path: Path) -> int:
    """How many pixels an image has, by what its file begins with. Raises SampleError."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # nothing is unpacked
    try:
        with open_to_read(path) as file:
            image = Image.open(file, formats=FORMATS)
            return image.width * image.height
    except OSError as error:
        if error.errno is None:  # Pillow's own
            raise _refused(path, "is damaged, or no image") from error
        raise SampleError.of(path, error) from error
    except Exception as error:  # decoders of a dozen formats raise what they like
        raise _refused(path, "is damaged, or no image") from error


@contextmanager
def opened(path: Path, size: tuple[int, int] | None = None, largest: int = LARGEST) -> Iterator[Image]:
    """An image as its camera meant it to be held: see `decoded`. Raises SampleError, also where there is no file."""
    try:
        with open_to_read(path) as file:
            image = decoded(path, file, size, largest)
    except OSError as error:
        raise SampleError.of(path, error) from error
    yield image


def decoded(path: Path, file: IO[bytes], size: tuple[int, int] | None = None, largest: int = LARGEST) -> Image:
    """The image in an open file, decoded for about ``size`` where its format can do that.

    (A JPEG decodes at an eighth, a quarter or half of its size, the smallest that is not a smaller than ``size``: that
    depends on the file and ``size`` alone.) One of more than ``largest`` pixels is not unpacked.
    Raises SampleError, with the ``path``, for all that Pillow raises of a damaged, foreign or oversized file.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # Pillow would warn, and refuse in words of its own: the limit is ours
    try:
        image = Image.open(file, formats=FORMATS)
        if image.width * image.height > largest:
            raise _too_large(path, image.width, image.height, largest)
        if size is not None:
            image.draft(None, (max(size), max(size)))
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
    except SampleError:
        raise
    except OSError as error:
        if error.errno is None:  # Pillow's own
            raise _refused(path, "is damaged, or no image") from error
        raise SampleError.of(path, error) from error
    except Exception as error:  # decoders of a dozen formats raise what they like
        raise _refused(path, "is damaged, or no image") from error
    return image


def _refused(path: Path, why: str) -> SampleError:
    return SampleError(path, f"{why}: remove or repair it.", "damaged-file")


def _too_large(path: Path, width: int, height: int, largest: int) -> SampleError:
    unpacked = 3 * width * height / 10**9
    why = (
        f"has {width:,} × {height:,} pixels, {unpacked:,.1f} GB once it is unpacked; the most is {largest:,}: make it "
        "smaller, or raise the limit (Largest image on the Data page)."
    )
    return SampleError(path, why, "too-large")


def scaled(image: Image, size: tuple[int, int], fit: Fit, how: int, fill: int = 0) -> Image:
    """The image in (height, width): its middle, all of it with a border, or all of it out of proportion."""
    from PIL import Image as images

    height, width = size
    if image.size == (width, height):
        return image
    resampling = images.Resampling(how)
    if fit == "stretch":
        return image.resize((width, height), resampling)
    across, down = image.width / width, image.height / height
    if fit == "crop":
        side = min(across, down)
        left, top = (image.width - side * width) / 2, (image.height - side * height) / 2
        return image.resize((width, height), resampling, box=(left, top, left + side * width, top + side * height))
    side = max(across, down)
    inner = max(1, round(image.width / side)), max(1, round(image.height / side))
    result = images.new(image.mode, (width, height), fill if len(image.getbands()) == 1 else (fill,) * 3)
    result.paste(image.resize(inner, resampling), ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return result


def _eight_bits(image: Image, *, grey: bool) -> Image:
    """The image in grey or colour with eight bits a channel."""
    import numpy as np
    from PIL import Image as images

    if image.mode.startswith(("I", "F")):  # 16 bits a pixel, or 32: their whole range is shown
        values = np.asarray(image, np.float64)
        top = 65535.0 if image.mode.startswith("I") and values.max(initial=0) > 255 else 255.0
        image = images.fromarray((values.clip(0, top) * (255 / top)).round().astype(np.uint8))
    elif image.has_transparency_data:
        seen = image.convert("RGBA")
        image = images.alpha_composite(images.new("RGBA", seen.size, "white"), seen)
    wanted = "L" if grey else "RGB"
    return image if image.mode == wanted else image.convert(wanted)
