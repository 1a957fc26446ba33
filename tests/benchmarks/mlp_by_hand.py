"""A tuned script: the preset `mlp` on the digits for so many epochs, as an expert would write it for this one purpose.

It prints its validation, stores the losses of all steps as JSON lines and the weights in safetensors: as a run does.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

import resources

folder, epochs = Path(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(0)
with np.load(Path(resources.__file__).with_name("data") / "digits.npz") as stored:
    images, labels = torch.from_numpy(stored["values"]).float(), torch.from_numpy(stored["target"]).long()
order = torch.randperm(len(images))
train, validation, test = order[:1257], order[1257:1527], order[1527:]
images = (images - images[train].mean()) / images[train].std()
model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.5, fused=True)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
loss_of, parameters, step = nn.functional.cross_entropy, list(model.parameters()), 0


def judged(part: torch.Tensor) -> dict[str, float]:
    with torch.no_grad():
        answer, wanted = model(images[part]), labels[part]
        table = torch.bincount(wanted * 10 + answer.argmax(1), minlength=100).view(10, 10).double()
        right, given, true = table.diag(), table.sum(0), table.sum(1)
        return {
            "loss": float(loss_of(answer, wanted)),
            "accuracy": float(right.sum() / table.sum()),
            "precision": float((right / given).mean()),
            "recall": float((right / true).mean()),
            "f1": float((2 * right / (given + true)).mean()),
        }


with (folder / "by-hand.jsonl").open("w") as file:
    for epoch in range(1, epochs + 1):
        mixed = train[torch.randperm(len(train))]
        losses, norms = [], {}
        for given, wanted in zip(images[mixed].split(32), labels[mixed].split(32), strict=True):
            loss = loss_of(model(given), wanted)
            optimizer.zero_grad()
            loss.backward()
            if step % 10 == 0:
                norms[step] = torch.nn.utils.get_total_norm([one.grad for one in parameters if one.grad is not None])
            optimizer.step()
            losses.append(loss.detach())
            step += 1
        for number, value in enumerate(torch.stack(losses).tolist(), step - len(losses)):
            row = {"step": number, "loss": value, "lr": optimizer.param_groups[0]["lr"]}
            file.write(json.dumps(row | ({"grad_norm": float(norms[number])} if number in norms else {})) + "\n")
        found = judged(validation)
        file.write(json.dumps({"step": step, "epoch": epoch, **found}) + "\n")
        print(epoch, found)
        schedule.step()
print(judged(test))
save_file(model.state_dict(), folder / "by-hand.safetensors")
