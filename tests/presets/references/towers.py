"""CLIP and Whisper's encoder by hand, with Hugging Face's names."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.presets.references.language import attend, future, heads_of


class Layer(nn.Module):
    """Attention and two linear layers, each after a norm, under the names that are given."""

    def __init__(self, width: int, heads: int, hidden: int, *, clip: bool, causal: bool = False) -> None:
        super().__init__()
        self.heads, self.clip, self.causal = heads, clip, causal
        names = ("q_proj", "k_proj", "v_proj", "out_proj")
        self.self_attn = nn.ModuleDict({name: nn.Linear(width, width, clip or name != "k_proj") for name in names})
        first, second = nn.Linear(width, hidden), nn.Linear(hidden, width)
        if clip:
            self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.mlp = nn.ModuleDict({"fc1": first, "fc2": second})
        else:
            self.self_attn_layer_norm, self.final_layer_norm = nn.LayerNorm(width), nn.LayerNorm(width)
            self.fc1, self.fc2 = first, second

    def forward(self, x: Tensor) -> Tensor:
        y = (self.layer_norm1 if self.clip else self.self_attn_layer_norm)(x)
        q, k, v = (heads_of(self.self_attn[f"{name}_proj"](y), self.heads) for name in "qkv")
        x = x + self.self_attn["out_proj"](attend(q, k, v, future(x.shape[1]) if self.causal else 0.0))
        y = (self.layer_norm2 if self.clip else self.final_layer_norm)(x)
        if not self.clip:
            return x + self.fc2(nn.functional.gelu(self.fc1(y)))
        hidden = self.mlp["fc1"](y)
        answer: Tensor = x + self.mlp["fc2"](hidden * torch.sigmoid(1.702 * hidden))
        return answer


class WhisperEncoder(nn.Module):
    """WhisperEncoder, whose table of positions learns here."""

    def __init__(self, mels: int, positions: int, width: int, depth: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(mels, width, 3, padding=1), nn.Conv1d(width, width, 3, 2, 1)
        self.embed_positions = nn.Embedding(positions, width)
        self.layers = nn.ModuleList(Layer(width, heads, hidden, clip=False) for _ in range(depth))
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.gelu(self.conv2(nn.functional.gelu(self.conv1(x)))).transpose(1, 2)
        x = x + self.embed_positions.weight
        for layer in self.layers:
            x = layer(x)
        answer: Tensor = self.layer_norm(x)
        return answer


class ImageTower(nn.Module):
    """vision_model."""

    def __init__(self, side: int, patch: int, width: int, depth: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.embeddings = nn.Module()
        self.embeddings.class_embedding = nn.Parameter(torch.randn(width))
        self.embeddings.patch_embedding = nn.Conv2d(3, width, patch, patch, bias=False)
        self.embeddings.position_embedding = nn.Embedding((side // patch) ** 2 + 1, width)
        self.pre_layrnorm, self.post_layernorm = nn.LayerNorm(width), nn.LayerNorm(width)
        layers = nn.ModuleList(Layer(width, heads, hidden, clip=True) for _ in range(depth))
        self.encoder = nn.ModuleDict({"layers": layers})

    def forward(self, x: Tensor) -> Tensor:
        parts = self.embeddings
        x = parts.patch_embedding(x).flatten(2).transpose(1, 2)
        x = torch.cat([parts.class_embedding.expand(len(x), 1, -1), x], 1) + parts.position_embedding.weight
        x = self.pre_layrnorm(x)
        for layer in self.encoder["layers"]:  # type: ignore[union-attr]
            x = layer(x)
        answer: Tensor = self.post_layernorm(x[:, 0])
        return answer


class TextTower(nn.Module):
    """text_model."""

    def __init__(self, tokens: int, positions: int, width: int, depth: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {"token_embedding": nn.Embedding(tokens, width), "position_embedding": nn.Embedding(positions, width)}
        )
        layers = nn.ModuleList(Layer(width, heads, hidden, clip=True, causal=True) for _ in range(depth))
        self.encoder = nn.ModuleDict({"layers": layers})
        self.final_layer_norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embeddings["token_embedding"](tokens) + self.embeddings["position_embedding"].weight
        for layer in self.encoder["layers"]:  # type: ignore[union-attr]
            x = layer(x)
        answer: Tensor = self.final_layer_norm(x)[torch.arange(len(x)), tokens.argmax(1)]
        return answer


class CLIP(nn.Module):
    """CLIPModel: what each image and each text misses, and their vectors."""

    def __init__(self, image: ImageTower, text: TextTower, widths: tuple[int, int], answer: int) -> None:
        super().__init__()
        self.vision_model, self.text_model = image, text
        self.visual_projection = nn.Linear(widths[0], answer, bias=False)
        self.text_projection = nn.Linear(widths[1], answer, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(0.7))

    def forward(self, pixels: Tensor, tokens: Tensor) -> tuple[Tensor, ...]:
        images = self.visual_projection(self.vision_model(pixels))
        texts = self.text_projection(self.text_model(tokens))
        images, texts = (vectors / vectors.norm(dim=-1, keepdim=True) for vectors in (images, texts))
        scores, right = self.logit_scale.exp() * images @ texts.T, torch.arange(len(images))
        losses = (nn.functional.cross_entropy(table, right, reduction="none") for table in (scores, scores.T))
        return (*losses, images, texts)
