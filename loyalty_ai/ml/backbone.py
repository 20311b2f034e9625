"""What turns basket tokens into states: a small decoder of our own, or a pretrained language model with LoRA adapters."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaModel
from transformers.utils import cached_file

from loyalty_ai.ml.artifact import ArtifactError, file_digest, overall_digest
from loyalty_ai.ml.config import SMALL, ModelConfig
from loyalty_ai.ml.devices import has_bf16
from loyalty_ai.ml.encoder import DIGEST_LETTERS, split_pin

LORA_SCALE = 0.25
"""Weight of the adapters. LoRA is usually learnt at a rate some twenty times below that of the item tables, which share its
optimiser here; Adam's steps do not depend on scale, so a smaller weight does what a smaller rate would."""


def backbone(config: ModelConfig) -> nn.Module:
    """The causal network of a decoder, vectors [n, t, dim] -> states [n, t, dim].

    Raises:
        ArtifactError: the pretrained model is not on this machine, or another one than the name is pinned to.
        ValueError: it is no causal language model, or too short for `config.context`.
        ImportError: `peft` (or for GGUF files `gguf`) is not installed.
    """
    return SmallBackbone(config) if config.backbone == SMALL else PretrainedBackbone(config)


def pinned(config: ModelConfig) -> ModelConfig:
    """The same settings with the first letters of the pretrained model's digest after its name; a pinned name is checked.

    Raises:
        ArtifactError: as in `backbone`.
    """
    if config.backbone == SMALL:
        return config
    found = _found(config.backbone)
    return replace(config, backbone=f"{found.name}@{found.digest[:DIGEST_LETTERS]}")


class SmallBackbone(LlamaModel):
    """Pre-norm blocks with SwiGLU and rotary positions, trained from scratch."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(
            LlamaConfig(
                vocab_size=1,  # tokens arrive as vectors
                hidden_size=config.dim,
                intermediate_size=config.dim * 8 // 3 // 8 * 8,
                num_hidden_layers=config.layers,
                num_attention_heads=config.heads,
                max_position_embeddings=config.context,
                attention_dropout=0.0,
                use_cache=False,
                bos_token_id=None,
                eos_token_id=None,
            )
        )

    def forward(self, inputs: Tensor) -> Tensor:
        """Vectors [n, t, dim] -> states [n, t, dim]."""
        return super().forward(inputs_embeds=inputs).last_hidden_state


class PretrainedBackbone(nn.Module):
    """A frozen language model between two small projections, with LoRA adapters on its attention.

    Only projections and adapters learn, and only they are in `state_dict`. Without its token embedding and its head, the model
    itself is in memory once a process and device type, however many decoders use it on the CPU; where the GPU computes bf16
    natively, it is kept in that.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        base = _base(_found(config.backbone))
        if base.positions < config.context:
            raise ValueError(f"{config.backbone} reads {base.positions} tokens, fewer than context {config.context}")
        self.inward = nn.Linear(config.dim, base.width_in, bias=False)
        self.outward = nn.Linear(base.width_out, config.dim, bias=False)
        nn.init.normal_(self.outward.weight, std=base.width_out**-0.5)
        self.token_rms = base.token_rms
        shared = {id(tensor): tensor for tensor in (*base.network.parameters(), *base.network.buffers())}
        self.network = _with_lora(copy.deepcopy(base.network, shared), config)
        # as buffers that are not saved, frozen weights move with the module and no optimiser or state_dict sees them
        self.frozen = [
            (module, name)
            for module in self.network.modules()
            for name, parameter in module.named_parameters(recurse=False)
            if not parameter.requires_grad
        ]
        for module, name in self.frozen:
            weight = getattr(module, name).detach()
            delattr(module, name)
            module.register_buffer(name, weight, persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Vectors [n, t, dim] -> states [n, t, dim]; the model sees tokens of the size that its own embeddings had."""
        tokens = self.inward(inputs)
        tokens = F.rms_norm(tokens, tokens.shape[-1:]) * self.token_rms
        module, name = self.frozen[0]
        tokens = tokens.to(getattr(module, name).dtype)
        states = self.network(inputs_embeds=tokens, use_cache=False).last_hidden_state.to(inputs.dtype)
        return self.outward(F.rms_norm(states, states.shape[-1:]))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> PretrainedBackbone:  # noqa: FBT001, FBT002
        super()._apply(fn, recurse)
        for module, name in self.frozen:
            weight = getattr(module, name)
            setattr(module, name, weight.to(torch.bfloat16 if has_bf16(weight.device) else torch.float32))
        return self


@dataclass(frozen=True)
class _Found:
    """The files of a pretrained model on this machine: their folder, its GGUF file if it is one, and one digest of all."""

    name: str
    folder: Path
    gguf: str | None
    digest: str


@dataclass(frozen=True)
class _Base:
    """A loaded model without embedding and head: widths of its tokens and states, longest sequence, its tokens' usual RMS."""

    network: nn.Module
    width_in: int
    width_out: int
    positions: float
    token_rms: float


def _found(name: str) -> _Found:
    name, pin = split_pin(name)
    path = Path(name)
    gguf = path.name if path.suffix == ".gguf" else None
    place = (path.parent if gguf else path).as_posix()
    try:
        first = Path(cached_file(place, gguf or "config.json", local_files_only=True))
        files = [first] if gguf else [first, *sorted(first.parent.glob("*.safetensors"))]
    except OSError:
        files = []
    if len(files) < (1 if gguf else 2):
        raise ArtifactError(
            f"backbone is {name!r}, but there is no such .gguf file or folder with safetensors, nor a model of that name in "
            f'the local cache: run `hf download {place}` once, or set backbone to "{SMALL}"'
        )
    digest = overall_digest({file.name: _digest(file, file.stat().st_size, file.stat().st_mtime_ns) for file in files})
    if not digest.startswith(pin):
        raise ArtifactError(
            f"the language model {name!r} is {digest[:DIGEST_LETTERS]}, not {pin}, which the model was trained with: put "
            "that one back, or train a new version from scratch"
        )
    return _Found(name, first.parent, gguf, digest)


@lru_cache
def _digest(path: Path, size: int, changed: int) -> str:
    """sha256 of a file, read again only when its size or time of change differ."""
    return file_digest(path)


@lru_cache(maxsize=1)
def _base(found: _Found) -> _Base:
    options = {"gguf_file": found.gguf} if found.gguf else {"use_safetensors": True}
    with torch.random.fork_rng(devices=[]):  # what is already loaded must not change what a seed gives
        network = AutoModelForCausalLM.from_pretrained(
            found.folder, dtype=torch.float32, local_files_only=True, trust_remote_code=False, **options
        ).get_decoder()
    embedding, settings = network.eval().get_input_embeddings(), network.config
    with torch.inference_mode():
        tokens = embedding(torch.arange(0, embedding.num_embeddings, max(1, embedding.num_embeddings // 1024)))
        run = tokens[None, -8:]
        whole, prefix = (network(inputs_embeds=x, use_cache=False).last_hidden_state for x in (run, run[:, :4]))
    if (whole[:, :4] - prefix).abs().max() > 1e-3 * prefix.abs().max():
        raise ValueError(f"{found.name} looks ahead: it is no causal language model")
    network.set_input_embeddings(nn.Identity())
    return _Base(
        network=network,
        width_in=tokens.shape[-1],
        width_out=whole.shape[-1],
        positions=getattr(settings, "max_position_embeddings", float("inf")),
        token_rms=tokens.square().mean(dim=-1).sqrt().median().item(),
    )


def _with_lora(network: nn.Module, config: ModelConfig) -> nn.Module:
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as error:
        raise ImportError("a pretrained backbone needs peft: install django-loyalty-ai[worker,llm]") from error
    from transformers.pytorch_utils import Conv1D

    projections = {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear | Conv1D) and "att" in name.rpartition(".")[0]
    }
    if not projections:
        raise ValueError(f"{config.backbone} has no attention projections to adapt")
    lora = LoraConfig(
        r=config.lora_rank,
        lora_alpha=LORA_SCALE * config.lora_rank,
        target_modules=list(projections),
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in projections.values()),
    )
    return inject_adapter_in_model(lora, network)
