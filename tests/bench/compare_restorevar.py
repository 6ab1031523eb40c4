#!/usr/bin/env python3
"""RestoreVAR d16 beside a PyTorch form of it: same machine, same run, same weights, same threads, interleaved rounds.

    compare_restorevar.py --networks build/release/bin/heirloom-networks [--rounds 3] [--precision float32]

The PyTorch form follows the published method as it is described: it makes keys and values of the picture again at every
scale and joins the cache of tokens by concatenation, but attends by scaled_dot_product_attention and keeps convolutions
channels-last. Weights are random (seeded) and written for Heirloom as one .safetensors file; both outputs are compared
before anything is timed. Prints the medians of one 512 x 512 square in seconds, and their ratio.
"""
import argparse
import json
import math
import re
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path

import torch
import torch.nn.functional as F

SIDES = (1, 2, 3, 4, 6, 9, 13, 18, 24, 32)
SMOOTHERS = (0, 0, 1, 1, 1, 2, 2, 3, 3, 3)
DEPTH, WIDTH, HEADS, HEAD, GRID, LATENT, CODES = 16, 1024, 16, 64, 32, 32, 4096
REFINER = {"depth": 12, "width": 384, "heads": 6, "hidden": 768}
CHANNELS, MULTIPLIERS = 160, (1, 1, 2, 2, 4)


def shapes():
    """Every tensor of both files, as the reference page lists them."""
    found = {}

    def linear(name, inputs, outputs, bias=True):
        found[name + ".weight"] = (outputs, inputs)
        if bias:
            found[name + ".bias"] = (outputs,)

    def norm(name, width):
        found[name + ".weight"] = found[name + ".bias"] = (width,)

    def conv(name, inputs, outputs, kernel=3):
        found[name + ".weight"] = (outputs, inputs, kernel, kernel)
        found[name + ".bias"] = (outputs,)

    linear("var.word_embed", LATENT, WIDTH)
    found["var.class_emb.weight"] = (1001, WIDTH)
    found["var.lvl_embed.weight"] = (len(SIDES), WIDTH)
    for i in range(DEPTH):
        block = f"var.blocks.{i}."
        for kind in ("attn", "cross_attn"):
            found[f"{block}{kind}.scale_mul_1H11"] = (1, HEADS, 1, 1)
        found[block + "attn.q_bias"] = found[block + "attn.v_bias"] = (WIDTH,)
        linear(block + "attn.mat_qkv", WIDTH, 3 * WIDTH, bias=False)
        linear(block + "attn.proj", WIDTH, WIDTH)
        linear(block + "ffn.fc1", WIDTH, 4 * WIDTH)
        linear(block + "ffn.fc2", 4 * WIDTH, WIDTH)
        found[block + "cross_attn.gain"] = ()
        linear(block + "cross_attn.q_proj", WIDTH, WIDTH, bias=False)
        linear(block + "cross_attn.kv_proj", WIDTH, 2 * WIDTH, bias=False)
        linear(block + "cross_attn.out_proj", WIDTH, WIDTH)
        norm(block + "cross_attn.norm_q", WIDTH)
        norm(block + "cross_attn.norm_kv", WIDTH)
    linear("var.head", WIDTH, CODES)
    linear("var.global_embed", LATENT, WIDTH)
    found["var.global_embed_gain"] = ()
    linear("var.cond_proj4", LATENT, LATENT)
    linear("var.word_embed_cond", LATENT, WIDTH)
    found["var.lvl_embed_cond.weight"] = (1, WIDTH)
    w = REFINER["width"]
    refiner = "var.vae_refiner."
    norm(refiner + "norm_in", LATENT)
    norm(refiner + "norm_in_cond", WIDTH)
    linear(refiner + "proj_in", LATENT, w, bias=False)
    linear(refiner + "proj_in_cond", WIDTH, w, bias=False)
    linear(refiner + "proj_out", w, LATENT, bias=False)
    found[refiner + "pos_embedding"] = (1, GRID * GRID, w)
    found[refiner + "pos_embedding_cond"] = (1, sum(s * s for s in SIDES), w)
    norm(refiner + "transformer.norm", w)
    for i in range(REFINER["depth"]):
        layer = f"{refiner}transformer.layers.{i}."
        norm(layer + "0.norm", w)
        linear(layer + "0.to_qkv", w, 3 * w, bias=False)
        linear(layer + "0.to_out.0", w, w)
        norm(layer + "1.net.0", w)
        linear(layer + "1.net.1", w, REFINER["hidden"])
        linear(layer + "1.net.4", REFINER["hidden"], w)
        norm(layer + "2.norm_q", w)
        norm(layer + "2.norm_kv", w)
        linear(layer + "2.to_q", w, w, bias=False)
        linear(layer + "2.to_kv", w, 2 * w, bias=False)
        linear(layer + "2.to_out", w, w)

    def res(name, inputs, outputs):
        norm(name + ".norm1", inputs)
        conv(name + ".conv1", inputs, outputs)
        norm(name + ".norm2", outputs)
        conv(name + ".conv2", outputs, outputs)
        if inputs != outputs:
            conv(name + ".nin_shortcut", inputs, outputs, 1)

    def attention(name, width):
        norm(name + ".norm", width)
        conv(name + ".qkv", width, 3 * width, 1)
        conv(name + ".proj_out", width, width, 1)

    def middle(name, width):
        res(name + ".mid.block_1", width, width)
        attention(name + ".mid.attn_1", width)
        res(name + ".mid.block_2", width, width)

    widest = CHANNELS * MULTIPLIERS[-1]
    levels = range(len(MULTIPLIERS))
    conv("vae.encoder.conv_in", 3, CHANNELS)
    width = CHANNELS
    for level in levels:
        out = CHANNELS * MULTIPLIERS[level]
        for j in range(2):
            res(f"vae.encoder.down.{level}.block.{j}", width, out)
            width = out
            if level == 4:
                attention(f"vae.encoder.down.4.attn.{j}", out)
        if level < 4:
            conv(f"vae.encoder.down.{level}.downsample.conv", out, out)
    middle("vae.encoder", widest)
    norm("vae.encoder.norm_out", widest)
    conv("vae.encoder.conv_out", widest, LATENT)
    conv("vae.decoder.conv_in", LATENT, widest)
    middle("vae.decoder", widest)
    width = widest
    for level in reversed(levels):
        out = CHANNELS * MULTIPLIERS[level]
        for j in range(3):
            res(f"vae.decoder.up.{level}.block.{j}", width, out)
            width = out
            if level == 4:
                attention(f"vae.decoder.up.4.attn.{j}", out)
        if level > 0:
            conv(f"vae.decoder.up.{level}.upsample.conv", out, out)
    norm("vae.decoder.norm_out", CHANNELS)
    conv("vae.decoder.conv_out", CHANNELS, 3)
    found["vae.quantize.embedding.weight"] = (CODES, LATENT)
    for i in range(4):
        conv(f"vae.quantize.quant_resi.qresi_ls.{i}", LATENT, LATENT)
    conv("vae.quant_conv", LATENT, LATENT)
    conv("vae.post_quant_conv", LATENT, LATENT)
    return found


def random_weights():
    generator = torch.Generator().manual_seed(0)
    weights = {}
    for name, shape in shapes().items():
        last = name.rsplit(".", 1)[-1]
        if "scale_mul" in last:
            weights[name] = torch.full(shape, math.log(4))
        elif "gain" in last:
            weights[name] = torch.full(shape, 0.3)
        elif len(shape) > 1:
            weights[name] = torch.randn(shape, generator=generator) / math.sqrt(math.prod(shape[1:]))
        else:
            weights[name] = 0.02 * torch.randn(shape, generator=generator) + (last == "weight")
    return weights


class Form:
    def __init__(self, weights, precision):
        wide = ("word_embed", "class_emb", "lvl_embed", "global_embed", "cond_proj4", "head.", "gain", "scale_mul",
                "embedding", "qresi", "quant_conv", "norm")
        self.w = {}
        for name, tensor in weights.items():
            own = tensor if any(part in name for part in wide) and precision != torch.float32 else tensor.to(precision)
            self.w[name] = own.contiguous(memory_format=torch.channels_last) if own.dim() == 4 and "scale" not in name else own
        self.precision = precision
        self.turns = [rotations(side) for side in SIDES]

    def linear(self, name, x):
        weight = self.w[name + ".weight"]
        return F.linear(x.to(weight.dtype), weight, self.w.get(name + ".bias"))

    def norm(self, name, x):
        return F.layer_norm(x.float(), x.shape[-1:], self.w[name + ".weight"].float(), self.w[name + ".bias"].float(), 1e-5)

    def conv(self, name, x, **options):
        weight = self.w[name + ".weight"]
        return F.conv2d(x.to(weight.dtype), weight, self.w[name + ".bias"], **options)

    def group(self, name, x):
        return F.group_norm(x, 32, self.w[name + ".weight"].to(x.dtype), self.w[name + ".bias"].to(x.dtype), 1e-6)

    def res(self, name, x):
        y = self.conv(name + ".conv1", F.silu(self.group(name + ".norm1", x)), padding=1)
        y = self.conv(name + ".conv2", F.silu(self.group(name + ".norm2", y)), padding=1)
        return y + (self.conv(name + ".nin_shortcut", x) if name + ".nin_shortcut.weight" in self.w else x)

    def attention(self, name, x):
        b, c, h, w = x.shape
        q, k, v = self.conv(name + ".qkv", self.group(name + ".norm", x)).permute(0, 2, 3, 1).reshape(b, 1, h * w, 3 * c).chunk(3, -1)
        y = F.scaled_dot_product_attention(q, k, v).reshape(b, h, w, c).permute(0, 3, 1, 2)
        return x + self.conv(name + ".proj_out", y)

    def middle(self, name, x):
        return self.res(name + ".mid.block_2", self.attention(name + ".mid.attn_1", self.res(name + ".mid.block_1", x)))

    def encode(self, x):
        x = self.conv("vae.encoder.conv_in", x.contiguous(memory_format=torch.channels_last), padding=1)
        for level in range(5):
            for j in range(2):
                x = self.res(f"vae.encoder.down.{level}.block.{j}", x)
                if level == 4:
                    x = self.attention(f"vae.encoder.down.4.attn.{j}", x)
            if level < 4:
                x = self.conv(f"vae.encoder.down.{level}.downsample.conv", F.pad(x, (0, 1, 0, 1)), stride=2)
        x = F.silu(self.group("vae.encoder.norm_out", self.middle("vae.encoder", x)))
        return self.conv("vae.encoder.conv_out", x, padding=1).float()

    def decode(self, z):
        x = self.conv("vae.decoder.conv_in", self.conv("vae.post_quant_conv", z, padding=1), padding=1)
        x = self.middle("vae.decoder", x)
        for level in reversed(range(5)):
            for j in range(3):
                x = self.res(f"vae.decoder.up.{level}.block.{j}", x)
                if level == 4:
                    x = self.attention(f"vae.decoder.up.4.attn.{j}", x)
            if level > 0:
                x = self.conv(f"vae.decoder.up.{level}.upsample.conv", F.interpolate(x, scale_factor=2), padding=1)
        x = F.silu(self.group("vae.decoder.norm_out", x))
        return (self.conv("vae.decoder.conv_out", x, padding=1).float().clamp(-1, 1) + 1) / 2

    def heads(self, x, name, turns, tempered):
        x = F.normalize(x.float(), dim=-1, eps=1e-12)
        if tempered:
            x = x * self.w[name + ".scale_mul_1H11"].float().clamp_max(math.log(100)).exp().transpose(1, 2)
        pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2)) * turns[:, None]
        return torch.view_as_real(pairs).flatten(-2).transpose(1, 2).to(self.precision)

    def block(self, i, x, turns, picture, cache):
        name = f"var.blocks.{i}."
        b, length, _ = x.shape
        bias = torch.cat((self.w[name + "attn.q_bias"], torch.zeros_like(self.w[name + "attn.q_bias"]), self.w[name + "attn.v_bias"]))
        h = F.layer_norm(x, (WIDTH,), eps=1e-6).to(self.precision)
        q, k, v = F.linear(h, self.w[name + "attn.mat_qkv.weight"], bias).view(b, length, 3, HEADS, HEAD).unbind(2)
        q = self.heads(q, name + "attn", turns, True)
        k, v = self.heads(k, name + "attn", turns, False), v.transpose(1, 2)
        if cache[i] is not None:
            k, v = torch.cat((cache[i][0], k), 2), torch.cat((cache[i][1], v), 2)
        cache[i] = (k, v)
        x = x + self.linear(name + "attn.proj", F.scaled_dot_product_attention(q, k, v, scale=1).transpose(1, 2).reshape(b, length, WIDTH))
        h = F.layer_norm(x, (WIDTH,), eps=1e-6)
        x = x + self.linear(name + "ffn.fc2", F.gelu(self.linear(name + "ffn.fc1", h), approximate="tanh"))
        q = self.linear(name + "cross_attn.q_proj", self.norm(name + "cross_attn.norm_q", x)).view(b, length, HEADS, HEAD)
        k, v = self.linear(name + "cross_attn.kv_proj", self.norm(name + "cross_attn.norm_kv", picture)).view(b, -1, 2, HEADS, HEAD).unbind(2)
        q = self.heads(q, name + "cross_attn", turns, True)
        k = self.heads(k, name + "cross_attn", self.turns[-1], False)
        y = F.scaled_dot_product_attention(q, k, v.transpose(1, 2), scale=1).transpose(1, 2).reshape(b, length, WIDTH)
        return x + self.w[name + "cross_attn.gain"] * self.linear(name + "cross_attn.out_proj", y)

    def refine(self, latent, memory):
        name = "var.vae_refiner."
        t = self.linear(name + "proj_in", self.norm(name + "norm_in", latent)) + self.w[name + "pos_embedding"]
        m = self.linear(name + "proj_in_cond", self.norm(name + "norm_in_cond", memory)) + self.w[name + "pos_embedding_cond"]

        def attend(q, k, v):
            split = lambda x: x.unflatten(-1, (REFINER["heads"], -1)).transpose(1, 2)
            return F.scaled_dot_product_attention(split(q), split(k), split(v)).transpose(1, 2).flatten(2)

        for i in range(REFINER["depth"]):
            layer = f"{name}transformer.layers.{i}."
            t = t + self.linear(layer + "0.to_out.0", attend(*self.linear(layer + "0.to_qkv", self.norm(layer + "0.norm", t)).chunk(3, -1)))
            t = t + self.linear(layer + "1.net.4", F.gelu(self.linear(layer + "1.net.1", self.norm(layer + "1.net.0", t))))
            k, v = self.linear(layer + "2.to_kv", self.norm(layer + "2.norm_kv", m)).chunk(2, -1)
            t = t + self.linear(layer + "2.to_out", attend(self.linear(layer + "2.to_q", self.norm(layer + "2.norm_q", t)), k, v))
        return latent + self.linear(name + "proj_out", self.norm(name + "transformer.norm", t))

    def __call__(self, picture):
        features = self.encode(picture * 2 - 1)
        p = self.linear("var.cond_proj4", features.flatten(2).transpose(1, 2))
        glob = self.w["var.global_embed_gain"].float() * self.linear("var.global_embed", p.mean(1, keepdim=True))
        tokens = self.linear("var.word_embed_cond", p) + self.w["var.lvl_embed_cond.weight"][0]
        x = self.w["var.class_emb.weight"][1000] + glob + self.w["var.lvl_embed.weight"][0]
        cache, said, latent = [None] * DEPTH, [], torch.zeros_like(features)
        for k, side in enumerate(SIDES):
            for i in range(DEPTH):
                x = self.block(i, x, self.turns[k], tokens, cache)
            said.append(x)
            index = self.linear("var.head", F.layer_norm(x, (WIDTH,), eps=1e-6)).float().argmax(-1)
            h = F.embedding(index, self.w["vae.quantize.embedding.weight"]).transpose(1, 2).reshape(-1, LATENT, side, side)
            if side < GRID:
                h = F.interpolate(h, size=(GRID, GRID), mode="bicubic")
            latent = latent + 0.5 * h + 0.5 * self.conv(f"vae.quantize.quant_resi.qresi_ls.{SMOOTHERS[k]}", h, padding=1)
            if side < GRID:
                pooled = F.interpolate(latent, size=(SIDES[k + 1],) * 2, mode="area").flatten(2).transpose(1, 2)
                x = self.linear("var.word_embed", pooled) + self.w["var.lvl_embed.weight"][k + 1]
        refined = self.refine(latent.flatten(2).transpose(1, 2), torch.cat(said, 1))
        return self.decode(refined.transpose(1, 2).reshape(-1, LATENT, GRID, GRID))


def rotations(side):
    frequency = 1 / 10000 ** (torch.arange(0, HEAD, 4).float() / HEAD)
    angle = torch.outer(torch.arange(side).float() / side * GRID, frequency)
    rows, columns = angle[:, None].expand(side, side, -1), angle[None].expand(side, side, -1)
    angles = torch.cat((rows, columns), -1).view(side * side, -1)
    return torch.polar(torch.ones_like(angles), angles)


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.float().contiguous().numpy().tobytes())


def read_image(path):
    data = Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    entry = json.loads(data[8:8 + length])["image"]
    begin, end = entry["data_offsets"]
    return torch.frombuffer(bytearray(data[8 + length + begin:8 + length + end]), dtype=torch.float32).view(entry["shape"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", required=True, help="the heirloom-networks program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        weights = random_weights()
        model, source, result = (str(Path(folder) / name) for name in ("model.safetensors", "in.safetensors", "out.safetensors"))
        write_safetensors(model, weights)
        picture = (torch.rand(1, 3, 512, 512, generator=torch.Generator().manual_seed(1)) * 255).round() / 255
        write_safetensors(source, {"image": picture})
        settings = ["--set", "previews=0", "--dtype", options.precision]
        form = Form(weights, getattr(torch, options.precision))
        del weights
        subprocess.run([options.networks, "forward", model, source, result] + settings, check=True)
        difference = (read_image(result) - form(picture)).abs()
        print(f"outputs differ by {difference.max():.2e} at most, {difference.mean():.2e} on average")
        ours, theirs = [], []
        for _ in range(options.rounds):
            text = subprocess.run([options.networks, "bench", model, "--runs", "1", "--size", "512"] + settings,
                                  check=True, capture_output=True, text=True).stdout
            ours.append(float(re.search(r"median ([0-9.]+) ms", text).group(1)) / 1e3)
            begin = time.perf_counter()
            form(picture)
            theirs.append(time.perf_counter() - begin)
        a, b = statistics.median(ours), statistics.median(theirs)
        print(f"{options.precision}, {torch.get_num_threads()} threads: Heirloom {a:.1f} s, PyTorch {b:.1f} s, ratio {a / b:.2f}")


if __name__ == "__main__":
    main()
