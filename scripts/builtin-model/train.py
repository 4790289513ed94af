"""Trains the built-in model (llama architecture) on generated stories and writes a Hugging Face folder.

Needs Debian's python3-torch (and libopenblas0-pthread for speed). The same seed gives the same data; the weights
agree between machines up to floating point.

  python3 scripts/builtin-model/train.py OUT_FOLDER [--steps 3000]
"""

import argparse
import json
import math
import os
import random
import struct
import time

import torch
import torch.nn.functional as F
from torch import nn

from stories import document
from tokenizer import Tokenizer, train_merges, write

VOCAB, WIDTH, FFN, LAYERS, HEADS, KV_HEADS, CONTEXT = 1024, 256, 768, 4, 4, 2, 512
HEAD_DIM, THETA, EPS = WIDTH // HEADS, 10000.0, 1e-5


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * self.weight


def linear(rows, cols):
    return nn.Linear(cols, rows, bias=False)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj, self.o_proj = linear(WIDTH, WIDTH), linear(WIDTH, WIDTH)
        self.k_proj, self.v_proj = linear(KV_HEADS * HEAD_DIM, WIDTH), linear(KV_HEADS * HEAD_DIM, WIDTH)

    def forward(self, x, cos, sin, mask):
        b, t, _ = x.shape
        q = self.q_proj(x).view(b, t, HEADS, HEAD_DIM).transpose(1, 2)
        k = self.k_proj(x).view(b, t, KV_HEADS, HEAD_DIM).transpose(1, 2)
        v = self.v_proj(x).view(b, t, KV_HEADS, HEAD_DIM).transpose(1, 2)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = (z.repeat_interleave(HEADS // KV_HEADS, 1) for z in (k, v))
        scores = q @ k.transpose(-1, -2) / math.sqrt(HEAD_DIM) + mask
        return self.o_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, WIDTH))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate_proj, self.up_proj, self.down_proj = linear(FFN, WIDTH), linear(FFN, WIDTH), linear(WIDTH, FFN)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()
        self.self_attn, self.mlp = Attention(), Mlp()

    def forward(self, x, *rope):
        x = x + self.self_attn(self.input_layernorm(x), *rope)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """Parameter names follow Hugging Face's LlamaForCausalLM."""

    def __init__(self):
        super().__init__()
        self.model = nn.Module()
        self.model.embed_tokens = nn.Embedding(VOCAB, WIDTH)
        self.model.layers = nn.ModuleList([Layer() for _ in range(LAYERS)])
        self.model.norm = Norm()
        self.lm_head = linear(VOCAB, WIDTH)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                nn.init.normal_(p, std=0.03 / (math.sqrt(2 * LAYERS) if deep else 1))

    def forward(self, ids):
        t = ids.shape[1]
        freq = THETA ** (-torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM)
        angle = torch.arange(t).float()[:, None] * freq
        rope = (torch.cat([angle.cos()] * 2, -1), torch.cat([angle.sin()] * 2, -1))
        mask = torch.full((t, t), float("-inf")).triu(1)
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, *rope, mask)
        return self.lm_head(self.model.norm(x))


def rotate(x, cos, sin):
    lo, hi = x.chunk(2, -1)
    return x * cos + torch.cat([-hi, lo], -1) * sin


def batches(tokenizer, seed, rows):
    """Documents end to end, cut into windows of CONTEXT + 1 tokens."""
    rng, buffer = random.Random(seed), []
    while True:
        while len(buffer) < rows * (CONTEXT + 1):
            buffer += tokenizer.encode(document(rng))
        take, buffer = buffer[:rows * (CONTEXT + 1)], buffer[rows * (CONTEXT + 1):]
        yield torch.tensor(take).view(rows, CONTEXT + 1)


def loss_of(model, batch):
    return F.cross_entropy(model(batch[:, :-1]).reshape(-1, VOCAB), batch[:, 1:].reshape(-1))


def save_folder(model, tokenizer, folder):
    """config.json, model.safetensors (F16, norms F32) and the tokenizer."""
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(folder)
    write(f"{folder}/config.json",
          {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH,
           "intermediate_size": FFN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
           "num_key_value_heads": KV_HEADS, "head_dim": HEAD_DIM, "vocab_size": VOCAB,
           "max_position_embeddings": CONTEXT, "rms_norm_eps": EPS, "rope_theta": THETA, "hidden_act": "silu",
           "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": False, "torch_dtype": "float16",
           "bos_token_id": 0, "eos_token_id": 1})
    header, parts, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, p in model.state_dict().items():
        half = p.dim() == 2
        raw = (p.half() if half else p.float()).numpy().tobytes()
        header[name] = {"dtype": "F16" if half else "F32", "shape": list(p.shape), "data_offsets": [at, at + len(raw)]}
        parts.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/model.safetensors", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


@torch.no_grad()
def sample(model, tokenizer, prompt, count=160):
    ids = tokenizer.encode(prompt)
    for _ in range(count):
        ids.append(int(model(torch.tensor([ids]))[0, -1].argmax()))
        if ids[-1] == 1:
            break
    return tokenizer.decode(ids)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("folder")
    args.add_argument("--steps", type=int, default=3000)
    args.add_argument("--rows", type=int, default=8)
    args.add_argument("--rate", type=float, default=2e-3)
    args = args.parse_args()
    torch.manual_seed(1)
    rng = random.Random("tokenizer")
    tokenizer = Tokenizer(train_merges([document(rng) for _ in range(3000)], VOCAB))
    model = Llama()
    matrices = [p for p in model.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0}],
                                  lr=args.rate, betas=(0.9, 0.95))
    held_out = [next(batches(tokenizer, f"held-out {i}", 4)) for i in range(4)]
    data, log, start = batches(tokenizer, "train", args.rows), [], time.time()
    for step in range(args.steps + 1):
        if step % 100 == 0:
            with torch.no_grad():
                held = sum(loss_of(model, b).item() for b in held_out) / len(held_out)
            log.append({"step": step, "tokens": step * args.rows * CONTEXT, "heldOutLoss": round(held, 4)})
            print(json.dumps(log[-1]), f"{time.time() - start:.0f} s", flush=True)
            save_folder(model, tokenizer, args.folder)
            write(f"{args.folder}/training-log.json",
                  {"parameters": sum(p.numel() for p in model.parameters()), "steps": args.steps, "rows": args.rows,
                   "context": CONTEXT, "rate": args.rate, "seed": 1, "log": log})
        if step == args.steps:
            break
        warm, done = min(1, (step + 1) / 100), step / args.steps
        for group in optimizer.param_groups:
            group["lr"] = args.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        loss = loss_of(model, next(data))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    for prompt in ("<|start|>Once upon a time", "<|start|><|user|>Tell me a story about a little fox named Nora.<|end|><|assistant|>"):
        print(sample(model, tokenizer, prompt), "\n")


if __name__ == "__main__":
    main()
