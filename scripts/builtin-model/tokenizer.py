"""Trains a byte-level BPE (GPT-2 pre-tokenizer, byte alphabet and merge rule) and writes tokenizer.json."""

import json
import re
from collections import Counter

from stories import BOS, END, SPECIAL

# GPT-2's pattern on ASCII text, where \p{L} is [A-Za-z] and \p{N} is [0-9].
PIECE = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")
MARKER = re.compile("(" + "|".join(re.escape(s) for s in SPECIAL) + ")")


def byte_alphabet():
    """GPT-2's bijection from bytes to printable characters."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    chars, extra = {b: chr(b) for b in kept}, 0
    for b in range(256):
        if b not in chars:
            chars[b] = chr(256 + extra)
            extra += 1
    return chars


ALPHABET = byte_alphabet()


def pieces(text):
    for part in PIECE.findall(text):
        yield "".join(ALPHABET[b] for b in part.encode())


def merge(word, pair):
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def train_merges(texts, vocab_size):
    """The most frequent pair first; ties by spelling, so that the result depends on the texts alone."""
    words = Counter()
    for text in texts:
        for part in MARKER.split(text):
            if part not in SPECIAL:
                words.update(pieces(part))
    words = {tuple(w): n for w, n in words.items()}
    merges = []
    while len(SPECIAL) + 256 + len(merges) < vocab_size:
        pairs = Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        grown = Counter()
        for word, n in words.items():
            grown[merge(word, best)] += n
        words = grown
    return merges


class Tokenizer:
    def __init__(self, merges):
        self.merges = merges
        self.rank = {pair: i for i, pair in enumerate(merges)}
        self.vocab = SPECIAL + [ALPHABET[b] for b in range(256)] + [a + b for a, b in merges]
        self.id = {token: i for i, token in enumerate(self.vocab)}
        self.cache = {}

    def piece_ids(self, piece):
        if piece not in self.cache:
            word = tuple(piece)
            while len(word) > 1:
                pair = min(zip(word, word[1:]), key=lambda p: self.rank.get(p, 1 << 30))
                if pair not in self.rank:
                    break
                word = merge(word, pair)
            self.cache[piece] = [self.id[t] for t in word]
        return self.cache[piece]

    def encode(self, text):
        ids = []
        for part in MARKER.split(text):
            if part in SPECIAL:
                ids.append(self.id[part])
            else:
                for piece in pieces(part):
                    ids += self.piece_ids(piece)
        return ids

    def decode(self, ids):
        back = {c: b for b, c in ALPHABET.items()}
        return "".join(t if t in SPECIAL else bytes(back[c] for c in t).decode(errors="replace")
                       for t in (self.vocab[i] for i in ids))

    def save(self, folder):
        added = [{"id": i, "content": s, "single_word": False, "lstrip": False, "rstrip": False,
                  "normalized": False, "special": True} for i, s in enumerate(SPECIAL)]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        start = {"id": BOS, "ids": [0], "tokens": [BOS]}
        template = {"type": "TemplateProcessing",
                    "single": [{"SpecialToken": {"id": BOS, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                    "special_tokens": {BOS: start}}
        model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                 "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                 "vocab": self.id, "merges": [list(m) for m in self.merges]}
        write(f"{folder}/tokenizer.json",
              {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
               "pre_tokenizer": byte_level, "post_processor": template, "decoder": byte_level, "model": model})
        chat = ("{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}<|assistant|>"
                "{% else %}<|user|>{% endif %}{{ message['content'] }}<|end|>{% endfor %}"
                "{% if add_generation_prompt %}<|assistant|>{% endif %}")
        write(f"{folder}/tokenizer_config.json",
              {"add_bos_token": True, "add_eos_token": False, "bos_token": BOS, "eos_token": END,
               "chat_template": chat, "clean_up_tokenization_spaces": False,
               "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512})


def write(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=1)
        f.write("\n")
