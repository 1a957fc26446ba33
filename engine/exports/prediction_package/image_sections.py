"""The parts of ``predict.py`` that read images, and clips, which are folders of them."""

from __future__ import annotations

from typing import Final

IMAGE: Final = '''
class SampleError(Exception):
    """A file that cannot be read, and why."""

    def __init__(self, path, why, reason=""):
        super().__init__(f"{path} {why}")

    @classmethod
    def of(cls, path, error):
        return cls(path, f"cannot be read: {error.strerror or error}.")


def image(path):
    """An image as (1 or 3, height, width) of the network's size; transparency shows white. Raises SampleError."""
    size = tuple(READ["size"])
    try:
        with path.open("rb") as file:
            found = decoded(path, file, size, READ["largest"])
    except OSError as error:
        raise SampleError.of(path, error) from error
    plain = _eight_bits(found, grey=READ["grey"])
    values = np.asarray(scaled(plain, size, READ["fit"], Image.Resampling.BILINEAR))
    return values[None] if READ["grey"] else values.transpose(2, 0, 1)


def made(names, each, shape):
    """The samples, (samples, ...) in bytes, of which ``each`` makes one; those that cannot be read are zeros."""
    values = np.zeros((len(names), *shape), np.uint8)
    for row, name in enumerate(names):
        try:
            values[row] = each(row)
        except SampleError as error:
            UNREAD[name] = str(error)
    return values
'''
IMAGES: Final = '''
def read(paths):
    """The images, and all those in folders: their names, and the field of the network."""
    names = []
    for path in paths:
        if path.is_dir():
            inside = [str(path / name) for name in below(path) if is_image(name)]
            if not inside:
                raise SystemExit(f"There are no images below {path}.")
            names += inside
        else:
            names.append(str(path))
    shape = (1 if READ["grey"] else 3, *READ["size"])
    values = made(names, lambda row: image(Path(names[row])), shape)
    if "top" in READ:
        values = as_learned(np.asarray(values, np.float32) / 255)
    return names, {SETTINGS["inputs"][0]["field"]: values}
'''
CLIPS: Final = '''
def read(paths):
    """The clips, folders of frames, and all those in folders: their names, and what the network is given of them."""
    names, rows = [], []
    for path in paths:
        if not path.is_dir():
            raise SystemExit(f"{path} is one file: a clip is a folder of its frames.")
        found = clips_of(f"{path.name}/{name}" for name in below(path))
        if not found:
            raise SystemExit(f"There are no frames below {path}: a clip is a folder of images.")
        for name, frames in found.items():
            names.append(str(path.parent / name))
            if note := cut_off(names[-1], len(frames), READ["length"], READ["take"]):
                print(note, file=sys.stderr)
            frames = [path.parent / frame for frame in frames]
            rows.append(chosen(frames, READ["length"], READ["take"], padded=READ["padded"]))
    shape = (READ["length"], 1 if READ["grey"] else 3, *READ["size"])
    there = np.array([[step < len(row) for step in range(READ["length"])] for row in rows], np.int64)
    return names, {"clip": made(names, lambda row: clip(rows[row], shape), shape), "frames": there}


def clip(frames, shape):
    """The frames of a clip, blank ones after its last. Raises SampleError."""
    values = np.zeros(shape, np.uint8)
    for step, frame in enumerate(frames):
        values[step] = image(frame)
    return values
'''
AS_LEARNED: Final = '''
def as_learned(values):
    """Images with values from 0 to 1 in the range of those that were learned from.

    A grey image that is dark on light is turned round where those are light on dark: the borders tell.
    """
    if READ["light_border"] is not None:
        turned = (border_of(values) > 0.5) != READ["light_border"]
        values[turned] = 1 - values[turned]
    return (values * READ["top"]).astype(np.float32)
'''
