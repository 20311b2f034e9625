"""Where a decoder begins: items that keep company have like vectors, before it has learned anything."""

from __future__ import annotations

import numpy as np
import torch

from loyalty_ai.ml.counts import Matrix, basket_matrix, scale_rows
from loyalty_ai.ml.decoder import DecoderData
from loyalty_ai.ml.interactions import ANONYMOUS
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.sequences import Baskets
from loyalty_ai.ml.vocab import UNKNOWN

AFFINITY_STEPS = 3
"""How many baskets ahead an item still keeps company; a step of j baskets weighs 1/j."""


def affinity_table(baskets: Baskets, n_items: int) -> Matrix:
    """CSR float32 [items, items], symmetric: positive pointwise mutual information of items in the same or in near baskets.

    Contexts are smoothed by the power 3/4 (Levy, Goldberg, Dagan 2015).
    """
    held = basket_matrix(baskets, n_items)
    held = scale_rows(held, 1 / np.sqrt(np.maximum(baskets.sizes, 1)))  # a basket counts for its size, not its square
    total = held.T.tocsr() @ held
    for step in range(1, min(AFFINITY_STEPS, len(baskets) - 1) + 1):
        same = (baskets.user[:-step] == baskets.user[step:]) & (baskets.user[step:] != ANONYMOUS)
        first = np.flatnonzero(same)
        counted = held[first].T.tocsr() @ held[first + step] * np.float32(1 / step)
        total = total + counted + counted.T
    total = total.tocsr()
    total.setdiag(0)
    total.eliminate_zeros()
    weight = np.asarray(total.sum(axis=1)).ravel()
    context = weight**0.75
    scale = context.sum() / np.maximum(weight, 1e-12)
    pairs = total.tocoo()
    pairs.data = np.maximum(np.log(pairs.data * scale[pairs.row] / np.maximum(context[pairs.col], 1e-12)), 0)
    table = pairs.tocsr()
    table = (table + table.T).astype(np.float32)
    table.eliminate_zeros()
    return table


def spectral_vectors(table: Matrix, dim: int, *, seed: int, passes: int = 4) -> np.ndarray:
    """float32 [items, dim]: unit vectors whose products follow a symmetric `table`; zero rows for items without company.

    The leading eigenvectors, scaled by the root of their eigenvalues, by randomised subspace iteration (Halko 2011).
    """
    width = min(dim + 16, table.shape[0])
    basis = np.random.default_rng(seed).normal(size=(table.shape[0], width)).astype(np.float32)
    for _ in range(passes):
        basis = np.linalg.qr(table @ basis)[0]
    values, vectors = np.linalg.eigh(basis.T @ (table @ basis))  # ascending
    leading = np.argsort(-np.abs(values))[:dim]
    found = np.zeros((table.shape[0], dim), np.float32)
    found[:, : len(leading)] = basis @ vectors[:, leading] * np.sqrt(np.abs(values[leading]))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.where(length > 1e-6, found / np.maximum(length, 1e-6), 0).astype(np.float32)


def begin_in_company(decoder: Decoder, *, data: DecoderData, baskets: Baskets, seed: int) -> None:
    """Give items the vectors of the company they kept before the origin of `data`, and let texts say what they can of them."""
    table = affinity_table(baskets.before(data.origin), len(data.rows))
    vectors = torch.from_numpy(spectral_vectors(table, decoder.config.dim, seed=seed))
    known = vectors.any(dim=1) & torch.from_numpy(data.rows != UNKNOWN)
    if not known.any():
        return
    device = decoder.item.weight.device
    rows, vectors = torch.from_numpy(data.rows)[known].to(device), vectors[known].to(device)
    text = None if data.text is None else torch.from_numpy(data.text)[known].to(device)
    if text is not None:
        decoder.read_text(vectors, text)
    decoder.place(rows, vectors, text)


def place_newcomers(decoder: Decoder, *, data: DecoderData, earlier: DecoderData, baskets: Baskets) -> None:
    """Items first seen between the origins of `earlier` and `data` begin amid the known items that they were bought with."""
    new = np.flatnonzero((earlier.rows == UNKNOWN) & (data.rows != UNKNOWN))
    if not len(new):
        return
    device = decoder.item.weight.device
    text = None if data.text is None else torch.from_numpy(data.text).to(device)
    with torch.inference_mode():
        known = decoder.eval().item_vectors(torch.from_numpy(earlier.rows).to(device), text)[0].cpu().numpy()
    known[earlier.rows == UNKNOWN] = 0
    found = affinity_table(baskets.before(data.origin), len(data.rows))[new] @ known
    length = np.linalg.norm(found, axis=1)
    usual = np.linalg.norm(known[earlier.rows != UNKNOWN], axis=1).mean()
    new, found = new[length > 0], found[length > 0] * (usual / length[length > 0, None]).astype(np.float32)
    rows = torch.from_numpy(data.rows[new]).to(device)
    decoder.place(
        rows, torch.from_numpy(found).to(device), None if text is None else text[torch.from_numpy(new).to(device)]
    )
