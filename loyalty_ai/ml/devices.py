"""Where tensors live."""

from __future__ import annotations

import torch
from accelerate import Accelerator


def torch_device(name: str) -> torch.device:
    """The device of a configured name; "auto" is the accelerator where there is one, else the CPU."""
    if name != "auto":
        return torch.device(name)
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return found or torch.device("cpu")


def accelerator(name: str) -> Accelerator:
    """Devices, processes and precision of a training run: bf16 where the device computes it natively, else float32."""
    device = torch_device(name)
    native = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return Accelerator(cpu=device.type == "cpu", mixed_precision="bf16" if native else "no")
