"""The parts of ``predict.py``: how it begins, how each kind of file is read, how it answers."""

from __future__ import annotations

from typing import Final

BEGIN: Final = '''"""Answers of {name} to files: {usage}

It needs {needs}. The network is in model.py, its weights in weights.pt, and how files are prepared
in preparation.json.
"""

import argparse
import csv
import io
import json
{more}from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from model import {class_name} as Network
from torch.nn import functional

HERE = Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "preparation.json").read_text(encoding="utf-8"))
READ = SETTINGS["read"]
UNREAD = {{}}  # what a sample is called that cannot be read, and why
'''
PREPARE: Final = '''
def prepared(values, settings):
    """Samples as the network takes them: what the transforms have learnt from the training part is applied."""
    if settings.get("cut"):
        values = cut(values)
    for step in settings["chain"]:
        if step["name"] == "frame":
            values = _framed(values, step)
        elif step["name"] == "fill":
            fill = np.array(step["fill"], np.float32)
            values = np.where(np.isnan(values) | np.array(step["fixed"]), fill, values).astype(np.float32, copy=False)
        else:
            shape = _along(values.ndim)
            mean, std = (np.array(step[key], np.float32).reshape(shape) for key in ("mean", "std"))
            with np.errstate(invalid="ignore", over="ignore"):
                values = np.subtract(values, mean, dtype=np.float32)
                values /= std
    return torch.from_numpy(values.astype(settings["dtype"], copy=False))


def cut(values):
    """Token numbers without the steps that are padding (0) in all samples."""
    there = (values != 0).any(0).nonzero()
    last = there[0] if isinstance(there, tuple) else there[:, 0]
    return values[:, : int(last[-1]) + 1 if len(last) else 1]


def _framed(values, step):
    values = _middle(values, step["box"])
    if step["inner"] != step["box"]:
        values = _scaled(values, tuple(step["inner"]))
    return _bordered(values.astype("float32", copy=False), tuple(step["size"]), step["fill"])
'''
BELOW: Final = '''
def below(folder):
    """The names of the files below a folder that are not hidden, in order; links are followed, but none back up."""
    found, waiting = [], {str(folder): {os.path.realpath(folder)}}
    for where, folders, files in os.walk(folder, followlinks=True):
        above = waiting.pop(where)
        for name in list(folders):
            path = os.path.join(where, name)
            real = os.path.realpath(path)
            if name.startswith(".") or real in above:
                folders.remove(name)
            else:
                waiting[path] = above | {real}
        found += [os.path.join(where, name) for name in files if not name.startswith(".")]
    return sorted(Path(name).relative_to(folder).as_posix() for name in found if os.path.isfile(name))
'''
TABLE: Final = '''
def table_of(path, header=None):
    """A table, its cells as texts or as the file types them."""
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson", ".json"):
        return named_columns(pd.read_json(path, lines=suffix != ".json", dtype=False))
    if suffix in (".parquet", ".pq"):
        return named_columns(pd.read_parquet(path))
    if suffix == ".xlsx":
        return named_columns(pd.read_excel(path, dtype=object))
    start = path.read_bytes()[:SEEN]
    encoding = _encoding(start)
    lines = start.decode(encoding, "replace").splitlines()
    lines = lines if len(start) < SEEN else lines[:-1]
    separator = _separator(lines) or TEXT.get(suffix) or ","
    skip = _before(lines, separator)
    header = _has_header(lines[skip:], separator) if header is None else header
    table = pd.read_csv(
        path, sep=r"\\s+" if separator == " " else separator, header=0 if header else None, skiprows=skip, dtype=str,
        na_values=list(MISSING), keep_default_na=False, skipinitialspace=True, low_memory=False, encoding=encoding,
    )
    return named_columns(table)


def named_columns(table):
    """Every column with a name of its own that is a text."""
    seen, names = {}, []
    for index, name in enumerate(table.columns):
        plain = f"column {index + 1}" if isinstance(name, int) else str(name).strip()[:200] or f"column {index + 1}"
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    table.columns = names
    return table
'''
OWN_TABLE: Final = '''
COLUMNS = [SimpleNamespace(**column) for column in READ["columns"]]


def counted(column):
    """Whether a column becomes numbers among the features."""
    looked_up = column.type == "category" and column.encoding == "embedding"
    return column.type in ("number", "yes_no", "date", "category") and not looked_up


def read(paths):
    """The rows of tables: their names, and the fields of the network."""
    names, found = [], {}
    for path in paths:
        table = table_of(path, READ["header"])
        for column in COLUMNS:
            if column.name not in table.columns:
                raise SystemExit(f"{path} has no column {column.name!r}, which this network is given.")
            empty = np.flatnonzero(table[column.name].isna()).tolist() if column.missing == "drop" else []
            if empty:
                raise SystemExit(f"{path}: row {empty[0] + 1} has nothing in {column.name!r}: fill the cell.")
        for settings in SETTINGS["inputs"]:
            name = settings["field"]
            if settings["dtype"] == "int64":
                values = positions(next(one for one in COLUMNS if one.name == name), table[name])
            else:
                made = [features(one, table[one.name], comma=READ["decimal_comma"]) for one in COLUMNS if counted(one)]
                values = np.concatenate(made, axis=1)
            found.setdefault(name, []).append(values)
        names += [f"{path.name} row {row + 1}" for row in range(len(table))]
    return names, {name: np.concatenate(parts) for name, parts in found.items()}
'''
BOARD_TABLE: Final = '''
def read(paths):
    """The rows of tables that have a column for each feature, by its name."""
    names, made = [], []
    for path in paths:
        table = table_of(path)
        for name in READ["columns"]:
            if name not in table.columns:
                raise SystemExit(f"{path} has no column {name!r}, which this network is given.")
        made.append(np.stack([np.asarray(numbers(table[name]), np.float32) for name in READ["columns"]], axis=1))
        names += [f"{path.name} row {row + 1}" for row in range(len(table))]
    return names, {READ["field"]: np.concatenate(made)}
'''
TEXT: Final = '''
NUMBERS = {token: number for number, token in enumerate(READ["vocabulary"])}
RANKS = {tuple(pair): rank for rank, pair in enumerate(READ["merges"])}


def read(paths):
    """The texts in files and folders, or in a column of tables: their names, and the field of the network."""
    names, texts = [], []
    for path in paths:
        if path.is_dir():
            inside = [path / name for name in below(path) if name.lower().endswith(SUFFIXES)]
            names += map(str, inside)
            texts += map(text_of, inside)
        elif READ["column"]:
            table = table_of(path, READ["header"])
            if READ["column"] not in table.columns:
                raise SystemExit(f"{path} has no column {READ['column']!r}, which this network is given.")
            names += [f"{path.name} row {row + 1}" for row in range(len(table))]
            texts += ["" if cell != cell or cell is None else str(cell) for cell in table[READ["column"]]]
        else:
            names.append(str(path))
            texts.append(text_of(path))
    rows = [numbers_of(text if READ["begins_anywhere"] else text.strip()) for text in texts]
    empty = next((name for name, row in zip(names, rows) if not row), None)
    if empty is not None:
        raise SystemExit(f"{empty}: there is nothing to read in this text.")
    length = READ["length"]
    values = np.zeros((len(rows), length), np.int64)
    for index, row in enumerate(rows):
        row = row[-length:] if READ["begins_anywhere"] else row[:length]
        values[index, : len(row)] = row
    return names, {SETTINGS["inputs"][0]["field"]: values}


def text_of(path):
    return path.read_text(encoding="utf-8-sig" if READ["encoding"] == "utf-8" else READ["encoding"])


def numbers_of(text):
    """The numbers of the tokens of a text; 1 is unknown."""
    text = normalized(text, lower=READ["lower"])
    if READ["tokens"] == "characters":
        tokens = list(text.replace("\\n", LINE_END))
    elif READ["tokens"] == "words":
        tokens = [LINE_END if word == "\\n" else word for word in WORD.findall(text)]
    else:
        tokens = [token for piece in pieces(text) for token in merged(piece, RANKS)]
    return [NUMBERS.get(token, 1) for token in tokens]
'''
ARRAYS: Final = '''
def read(paths):
    """The samples in .npy and .npz files: their names, and the fields of the network."""
    names, found = [], {}
    for path in paths:
        loaded = np.load(path, allow_pickle=False)
        stored = {"values": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
        for settings in READ["fields"]:
            there = [name for name in (settings["name"], *settings["parts"]) if name in stored]
            if not there and len(READ["fields"]) == len(stored) == 1:
                there = list(stored)
            if not there:
                raise SystemExit(f"{path} has no array {settings['name']!r}; there are {', '.join(stored)}.")
            found.setdefault(settings["name"], []).append(as_given(stored[there[0]], settings))
            count = len(stored[there[0]])
        names += [f"{path.name} sample {row + 1}" for row in range(count)]
    return names, {name: np.concatenate(parts) for name, parts in found.items()}


def as_given(values, settings):
    """Numbers as float32, classes as int64, bytes as they are; the channels of images first."""
    kind = np.int64 if settings["classes"] else np.uint8 if values.dtype == np.uint8 else np.float32
    if values.dtype.kind == "U":
        order = {name: index for index, name in enumerate(settings["classes"])}
        values = np.array([order[name] for name in values.reshape(-1).tolist()], np.int64).reshape(values.shape)
    values = np.moveaxis(values, -1, 1) if settings["channels_last"] else values
    return np.ascontiguousarray(values, dtype=kind).reshape(len(values), *settings["shape"])
'''
ANSWER: Final = '''
def predict(paths):
    """For each sample its name and, for each output, [(class, probability)] or [(name, value)] and its positions.

    Those are the likeliest classes of a sequence, one after the other. A sample that cannot be read has no answers.
    """
    torch.set_num_threads(1)
    network = Network()
    network.load_state_dict(torch.load(HERE / "weights.pt", weights_only=True))
    network.eval()
    if lost := [path for path in paths if not path.exists()]:
        raise SystemExit(f"There is no file or folder {lost[0]}.")
    names, found = read(paths)
    if len(UNREAD) == len(names):
        raise SystemExit(UNREAD[names[0]])
    inputs = [prepared(found[one["field"]], one) for one in SETTINGS["inputs"]]
    results = []
    with torch.no_grad():
        for start in range(0, len(names), SETTINGS["batch_size"]):
            batch = [values[start : start + SETTINGS["batch_size"]] for values in inputs]
            batch = [cut(values) if one.get("cut") else values for one, values in zip(SETTINGS["inputs"], batch)]
            answers = network(*batch)
            answers = answers if isinstance(answers, tuple) else (answers,)
            rows = slice(start, start + SETTINGS["batch_size"])
            each = [meant(answers[one["index"]], one, there(found, one, rows)) for one in SETTINGS["outputs"]]
            results += [list(row) for row in zip(*each)]
    return [(name, [] if name in UNREAD else row) for name, row in zip(names, results)]


def there(found, output, rows):
    """Which positions of a sequence are no padding, (N, positions); None where all are."""
    field, padding = output["there"] or ("", 0)
    if field not in found:
        return None
    return torch.from_numpy(found[field][rows] != padding)


def meant(answer, output, there=None):
    """An answer (N, ...) of one output in words, sample by sample: classes or numbers, and the classes of positions."""
    answer, names, columns = answer.float(), output["names"], output["columns"]
    if output["axis"] is not None and output["axis"] != answer.dim() - 1:
        answer = answer.movedim(output["axis"], -1)
    if output["kind"] == "classes":
        names = names or list(map(str, range(answer.shape[-1])))
        if answer.dim() == 3 and output["padding"] is not None:
            kept = [number for number in range(len(names)) if number != output["padding"]]
            answer, names = answer[..., kept], [names[number] for number in kept]
        chances = answer.softmax(-1) if answer.dim() == 2 else shares(answer, there)
        steps = steps_of(answer, there) if answer.dim() == 3 else [[]] * len(answer)
        said = [[names[number] for number in row] for row in steps]
        return list(zip([ordered(names, row) for row in chances.tolist()], said))
    if output["kind"] == "two":
        chances = MEANT[output["name"]](answer).reshape(len(answer), -1)
        if chances.shape[1] == 1:
            names = names if len(names) == 2 else ["no", "yes"]
            return [(ordered(names, (1 - yes, yes)), []) for (yes,) in chances.tolist()]
        return [(ordered(called(columns or names, chances.shape[1]), row), []) for row in chances.tolist()]
    values = MEANT[output["name"]](answer)
    if output["units"]:
        values = in_own_units(values.numpy(), output["units"])
    values = values.reshape(len(answer), -1)
    return [(list(zip(called(columns, values.shape[1]), row)), []) for row in values.tolist()]


def in_own_units(values, units):
    """Answers from mean 0 and deviation 1 back to the units of the data."""
    found = values.reshape(len(values), *units["shape"]) if values[:1].size == np.prod(units["shape"]) else values
    for learnt in units["learnt"]:
        along = _along(found.ndim)
        mean, std = (np.array(learnt[key], np.float64).reshape(along) for key in ("mean", "std"))
        found = found * std + mean
    return found


def ordered(names, chances):
    return sorted(zip(names, chances), key=lambda pair: -pair[1])


def called(names, count):
    return names if len(names) == count else [f"value {index + 1}" for index in range(count)]


def as_json(found):
    """The same as `layerloom predict --json` gives."""
    result = []
    for name, answers in found:
        said, steps = {}, {}
        for output, (pairs, one) in zip(SETTINGS["outputs"], answers):
            key = "probability" if output["kind"] in ("classes", "two") else "value"
            said[output["name"]] = [{"name": label, key: number} for label, number in pairs]
            steps |= {output["name"]: one} if one else {}
        if name in UNREAD:
            result.append({"file": name, "answers": [], "error": UNREAD[name]})
            continue
        result.append({"file": name, "answers": next(iter(said.values()), []) if len(said) == 1 else said})
        if steps:
            result[-1]["positions"] = next(iter(steps.values())) if len(said) == 1 else steps
    return result


def as_csv(found):
    """A line a sample: the likeliest class and the probability of each, or the numbers; of a sequence its classes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\\n")
    outputs, head = SETTINGS["outputs"], ["sample"]
    first = next((answers for _, answers in found if answers), [])
    for output, (pairs, steps) in zip(outputs, first):
        mark = output["name"] + " " if len(outputs) > 1 else ""
        if output["kind"] in ("classes", "two"):
            head += [f"{mark}answer", *(f"{mark}{label}" for label in sorted(label for label, _ in pairs))]
            head += [f"{mark}positions"] if steps else []
        else:
            head += [f"{mark}{label}" for label, _ in pairs]
    writer.writerow(map(plain, head))
    for name, answers in found:
        row = [plain(name)]
        for output, (pairs, steps) in zip(outputs, answers):
            if output["kind"] in ("classes", "two"):
                row += [plain(pairs[0][0]), *(chance for _, chance in sorted(pairs))]
                row += [plain(" ".join(steps))] if steps else []
            else:
                row += [value for _, value in pairs]
        writer.writerow(row + [""] * (len(head) - len(row)))
    return text.getvalue()


def plain(text):
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\\t", "\\r") else text


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", metavar="PATH", type=lambda text: Path(text).absolute(), nargs="+")
    parser.add_argument("--json", action="store_true", help="all answers as JSON")
    parser.add_argument("-o", dest="output", metavar="FILE.csv", type=Path, help="all answers as a table")
    args = parser.parse_args(argv)
    found = predict(args.paths)
    if args.output:
        args.output.write_text(as_csv(found), encoding="utf-8")
    if args.json:
        print(json.dumps(as_json(found), ensure_ascii=False, indent=1))
    elif not args.output:
        for name, answers in found:
            for output, (pairs, steps) in zip(SETTINGS["outputs"], answers):
                chances = output["kind"] in ("classes", "two")
                shown = [f"{label} {100 * number:.1f} %" for label, number in pairs[:3]]
                numbers = [f"{label} {number:.6g}" for label, number in pairs]
                inside = f": {in_runs(steps)}" if steps else ""
                print(f"{name}  {output['name']}  {', '.join(shown if chances else numbers)}{inside}")
    for why in UNREAD.values():
        print(why, file=sys.stderr)
    return 1 if UNREAD else 0


if __name__ == "__main__":
    sys.exit(main())
'''
