"""Parts of InstantIR in PyTorch, with the names of its files: a block group of SDXL's UNet, and DINOv2-large."""
import torch
from torch import nn
from torch.nn.functional import gelu, interpolate, scaled_dot_product_attention, silu

HEAD = 64


def heads(tokens):
    return tokens.unflatten(-1, (-1, HEAD)).transpose(1, 2)  # N L C -> N H L D


def attend(queries, keys, values):
    return scaled_dot_product_attention(heads(queries), heads(keys), heads(values)).transpose(1, 2).flatten(2)


class ResBlock(nn.Module):
    def __init__(self, width, embedding):
        super().__init__()
        self.norm1 = nn.GroupNorm(32, width, eps=1e-5)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.time_emb_proj = nn.Linear(embedding, width)
        self.norm2 = nn.GroupNorm(32, width, eps=1e-5)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x, embedding):
        y = self.conv1(silu(self.norm1(x))) + self.time_emb_proj(silu(embedding))[:, :, None, None]
        return x + self.conv2(silu(self.norm2(y)))


class Attention(nn.Module):
    def __init__(self, width, seen):
        super().__init__()
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_k = nn.Linear(seen, width, bias=False)
        self.to_v = nn.Linear(seen, width, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x, seen):
        return self.to_out[0](attend(self.to_q(x), self.to_k(seen), self.to_v(seen)))


class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.proj = nn.Linear(width, 8 * width)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, -1)
        return value * gelu(gate)


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.net = nn.Sequential(Gate(width), nn.Identity(), nn.Linear(4 * width, width))

    def forward(self, x):
        return self.net(x)


class TransformerBlock(nn.Module):
    def __init__(self, width, text):
        super().__init__()
        self.norm1, self.attn1 = nn.LayerNorm(width), Attention(width, width)
        self.norm2, self.attn2 = nn.LayerNorm(width), Attention(width, text)
        self.norm3, self.ff = nn.LayerNorm(width), FeedForward(width)

    def forward(self, x, text):
        normed = self.norm1(x)
        x = x + self.attn1(normed, normed)
        x = x + self.attn2(self.norm2(x), text)
        return x + self.ff(self.norm3(x))


class MapTransformer(nn.Module):
    def __init__(self, width, depth, text):
        super().__init__()
        self.norm = nn.GroupNorm(32, width, eps=1e-6)
        self.proj_in = nn.Linear(width, width)
        self.transformer_blocks = nn.ModuleList(TransformerBlock(width, text) for _ in range(depth))
        self.proj_out = nn.Linear(width, width)

    def forward(self, x, text):
        tokens = self.proj_in(self.norm(x).permute(0, 2, 3, 1).flatten(1, 2))  # N C H W -> N HW C
        for block in self.transformer_blocks:
            tokens = block(tokens, text)
        return x + self.proj_out(tokens).unflatten(1, x.shape[2:]).permute(0, 3, 1, 2)


class BlockGroup(nn.Module):
    """A residual block of SDXL's coarsest level and the transformer behind it."""

    WIDTH, DEPTH, TEXT, WORDS = 1280, 10, 2048, 77

    def __init__(self):
        super().__init__()
        self.resnets = nn.ModuleList([ResBlock(self.WIDTH, self.WIDTH)])
        self.attentions = nn.ModuleList([MapTransformer(self.WIDTH, self.DEPTH, self.TEXT)])

    def forward(self, image, embedding, text):
        return self.attentions[0](self.resnets[0](image, embedding), text)

    @classmethod
    def given(cls, side, generator):
        return {"image": torch.randn(1, cls.WIDTH, side, side, generator=generator),
                "embedding": torch.randn(1, cls.WIDTH, generator=generator),
                "text": torch.randn(1, cls.WORDS, cls.TEXT, generator=generator)}


class Named(nn.Module):
    """Modules under the names that a file has for them."""

    def __init__(self, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)


class LayerScale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lambda1 = nn.Parameter(0.1 + 0.1 * torch.rand(width))

    def forward(self, x):
        return x * self.lambda1


class DinoLayer(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
        self.attention = Named(attention=Named(**{name: nn.Linear(width, width) for name in ("query", "key", "value")}),
                               output=Named(dense=nn.Linear(width, width)))
        self.layer_scale1, self.layer_scale2 = LayerScale(width), LayerScale(width)
        self.mlp = Named(fc1=nn.Linear(width, 4 * width), fc2=nn.Linear(4 * width, width))

    def forward(self, x):
        normed, inner = self.norm1(x), self.attention.attention
        seen = attend(inner.query(normed), inner.key(normed), inner.value(normed))
        x = x + self.layer_scale1(self.attention.output.dense(seen))
        return x + self.layer_scale2(self.mlp.fc2(gelu(self.mlp.fc1(self.norm2(x)))))


class DinoV2Large(nn.Module):
    """Class token and patches behind the last norm."""

    WIDTH, LAYERS, PATCH, GRID = 1024, 24, 14, 37

    def __init__(self):
        super().__init__()
        self.embeddings = Named(patch_embeddings=Named(projection=nn.Conv2d(3, self.WIDTH, self.PATCH, self.PATCH)))
        for name, shape in (("cls_token", (1, 1, self.WIDTH)), ("mask_token", (1, self.WIDTH)),
                            ("position_embeddings", (1, 1 + self.GRID**2, self.WIDTH))):
            self.embeddings.register_parameter(name, nn.Parameter(0.02 * torch.randn(shape)))
        self.encoder = Named(layer=nn.ModuleList(DinoLayer(self.WIDTH) for _ in range(self.LAYERS)))
        self.layernorm = nn.LayerNorm(self.WIDTH, eps=1e-6)

    def positions(self, rows, columns):
        """As transformers up to 4.4x fits them: by the size plus 0.1."""
        table = self.embeddings.position_embeddings[:, 1:].unflatten(1, (self.GRID, self.GRID)).permute(0, 3, 1, 2)
        factors = ((rows + 0.1) / self.GRID, (columns + 0.1) / self.GRID)
        fitted = interpolate(table.float(), scale_factor=factors, mode="bicubic").to(table.dtype)
        return torch.cat((self.embeddings.position_embeddings[:, :1], fitted.flatten(2).transpose(1, 2)), 1)

    def forward(self, image):
        patches = self.embeddings.patch_embeddings.projection(image)
        rows, columns = patches.shape[2:]
        tokens = torch.cat((self.embeddings.cls_token, patches.flatten(2).transpose(1, 2)), 1)
        tokens = tokens + self.positions(rows, columns)
        for layer in self.encoder.layer:
            tokens = layer(tokens)
        return self.layernorm(tokens)

    @classmethod
    def given(cls, side, generator):
        return {"image": torch.randn(1, 3, side, side, generator=generator)}
