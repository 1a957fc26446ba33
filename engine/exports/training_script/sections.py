"""The parts of a training script that are the same for every run, or nearly so."""

from __future__ import annotations

from typing import Final

DERIVE: Final = '''
def derive(seed, purpose, *numbers):
    """The seed of one random draw: it depends on what is drawn, and on nothing that was drawn before."""
    text = "/".join((str(seed), purpose, *map(str, numbers)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1
'''
LOAD: Final = '''
def load(path, device):
    """part -> field -> tensor (samples, ...); "index" are the positions of the samples in the data."""
    parts = {"train": {}, "validation": {}, "test": {}}
    with np.load(path) as arrays:
        for name in arrays.files:
            part, field = name.split("/", 1)
            if part in parts:
                parts[part][field] = torch.from_numpy(arrays[name]).to(device)
    return parts
'''
ORDER: Final = '''
def order_of(part, seed, epoch):
    """The order of the training samples in an epoch."""
    generator = torch.Generator().manual_seed(derive(seed, "shuffle", epoch))
    return torch.randperm(len(part["index"]), generator=generator).to(part["index"].device)
'''
IN_ORDER: Final = '''
def order_of(part, seed, epoch):
    """The training samples come as they lie."""
    return torch.arange(len(part["index"]), device=part["index"].device)
'''
BALANCED: Final = '''
def order_of(part, seed, epoch):
    """The order of the training samples in an epoch: every class comes as often as the others."""
    chosen = balanced(part[{field}].cpu().numpy(), part["index"].cpu().numpy(), seed, epoch)
    return torch.from_numpy(chosen).to(part["index"].device)
'''
BATCHES: Final = '''
def batches_of(part, size, order=None):
    """Batches of a part (field -> tensor), in this order."""
    for start in range(0, len(part["index"]){drop}, size):
        chosen = slice(start, start + size) if order is None else order[start : start + size]
        yield {{name: values[chosen] for name, values in part.items()}}
'''
CUT_BATCHES: Final = '''
def batches_of(part, size, order=None):
    """Batches of a part (field -> tensor), in this order; each is cut to its longest sample."""
    known = lengths_of(part)
    for start in range(0, len(part["index"]){drop}, size):
        chosen = slice(start, start + size) if order is None else order[start : start + size]
        most = {{axis: int(lengths[chosen].max()) for axis, lengths in known.items()}}
        yield {{
            name: values[chosen][:, : most[FREE[name][0]]] if name in FREE else values[chosen]
            for name, values in part.items()
        }}


def lengths_of(part):
    """The steps of each sample up to its last one that is no padding, by the name of their axis."""
    found = {{}}
    for name, (axis, padding) in FREE.items():
        if name in part:
            there = part[name] != padding
            steps = torch.where(there.any(1), there.shape[1] - there.flip(1).int().argmax(1), 1)
            found[axis] = torch.maximum(found[axis], steps) if axis in found else steps
    return found


def by_length(part, size):
    """Batches of a part, samples of like length together."""
    lengths, count = lengths_of(part)[{axis}].cpu().numpy(), len(part["index"])
    found = bucketed(np.arange(count), lengths, size, -(-count // size), 0, 0) if count > size else np.arange(count)
    order = torch.from_numpy(found).to(part["index"].device)
    return batches_of({{name: values[order] for name, values in part.items()}}, size)


def in_buckets(order, part, size, seed, epoch):
    """The order with samples of like length together."""
    lengths = lengths_of(part)[{axis}].cpu().numpy()
    found = bucketed(order.cpu().numpy(), lengths, size or len(order), {buckets}, seed, epoch)
    return torch.from_numpy(found).to(order.device)
'''
TOGETHER: Final = '''
def together(batches, count):
    """So many batches at a time; the last time what is left."""
    batches = iter(batches)
    while found := list(itertools.islice(batches, count)):
        yield found
'''
RECURRENT: Final = '''
class Float32(nn.RNNBase):
    """A recurrent layer that computes outside of autocast, which on a GPU knows none but float16 for it."""

    def forward(self, given, state=None):
        with torch.autocast("cuda", enabled=False):
            return super().forward(wide(given), wide(state))


def wide(given):
    """Tensors, a packed sequence, one state or both in float32."""
    if given is None or hasattr(given, "float"):
        return given if given is None else given.float()
    return tuple(map(wide, given))


def keep_float32(model):
    """Let all recurrent layers of a model do so; their weights stay where they are."""
    for part in model.modules():
        if isinstance(part, nn.RNNBase):
            part.__class__ = type("Float32", (Float32, type(part)), {})
'''
EVALUATE: Final = '''
@torch.no_grad()
def evaluate(model, part, args, split, step):
    """Loss and metrics over a whole part, every sample counting the same."""
    sums = [[0.0, 0.0] for _ in OBJECTIVES]{scores}
    model.eval()
    for number, batch in enumerate({batches}(part, {together}(args.batch_size or args.samples))):
        torch.manual_seed(derive(args.seed, split, step, number))  # some layers draw here, too
        answers = answers_of(model, batch)
        for total, (_, loss, count) in zip(sums, OBJECTIVES):
            total[0] += float(loss(answers, batch, "sum"))
            total[1] += float(count(answers, batch)){score}
    model.train()
    means = [total / number if number else math.nan for total, number in sums]
    result = {{"loss": sum(weight * mean for (weight, _, _), mean in zip(OBJECTIVES, means))}}{result}
    return result
'''
LOG: Final = '''
def log(file, **row):
    """One line of JSON, with nine digits of every number."""
    if file:
        short = {key: float(f"{value:.9g}") if isinstance(value, float) else value for key, value in row.items()}
        print(json.dumps(short), file=file, flush=True)
'''
