"""Where tensors live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
    return Accelerator(cpu=device.type == "cpu", mixed_precision="bf16" if has_bf16(device) else "no")


def has_bf16(device: torch.device) -> bool:
    """Whether the device is a GPU that computes bf16 natively."""
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


@contextmanager
def cpu_threads(count: int | None) -> Iterator[None]:
    """Run torch's operations on `count` CPU threads inside the block; None leaves them alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
