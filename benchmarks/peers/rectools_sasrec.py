"""SASRec of RecTools with its default loss (softmax over all items), stopped early on its own validation loss."""

from __future__ import annotations

import argparse
import warnings
from time import process_time
from typing import Any

import numpy as np

from benchmarks.output import Clock
from benchmarks.peers.files import Lists, Log, main

VALIDATION_USERS = 3000


def sasrec(log: Log, k: int, args: argparse.Namespace, clock: Clock) -> tuple[Lists, dict[str, Any]]:
    """The recipe of the published runs: width 64, lr 1e-3, one block (two where sequences are long), patience 5.

    Its minutes are those of all cores together, counted by processor time, so that other work on the machine takes none away.

    Sequences are cut where nineteen of twenty end (between 20 and 200): the library pads them all to that length.
    """
    import pandas as pd
    import torch
    from pytorch_lightning import Callback, Trainer, seed_everything
    from pytorch_lightning.callbacks import EarlyStopping
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    warnings.filterwarnings("ignore")
    seed_everything(args.seed, verbose=False)
    frame = pd.DataFrame(
        {
            Columns.User: log.user,
            Columns.Item: log.item,
            Columns.Weight: 1.0,
            # rows of one basket have no order; RecTools wants one
            Columns.Datetime: pd.to_datetime(log.basket * 1000 + np.arange(len(log.user)) % 1000, unit="s"),
        }
    )
    dataset = Dataset.construct(frame)
    chosen = np.random.default_rng(args.seed).permutation(len(log.users))[:VALIDATION_USERS]
    lengths = np.bincount(log.user, minlength=len(log.users))
    long = np.median(lengths) > 50

    class Best(Callback):
        """Remembers the weights of the epoch with the lowest validation loss."""

        loss, weights = float("inf"), None

        def on_validation_end(self, trainer: Trainer, module: Any) -> None:
            loss = float(trainer.callback_metrics.get("val_loss", float("inf")))
            if not trainer.sanity_checking and loss < self.loss:
                self.loss, self.weights = loss, {name: part.clone() for name, part in module.state_dict().items()}

    limit = args.minutes * 60 * torch.get_num_threads()

    class OutOfTime(Callback):
        """Ends the training where its processor time is used up."""

        began = process_time()

        def on_train_batch_end(self, trainer: Trainer, *args: Any) -> None:
            trainer.should_stop = trainer.should_stop or process_time() - self.began > limit

    best, clocked = Best(), OutOfTime()

    def last_of_some(interactions: pd.DataFrame) -> np.ndarray:
        rank = interactions.groupby(Columns.User)[Columns.Datetime].rank(method="first", ascending=False)
        return (interactions[Columns.User].isin(chosen) & (rank <= 1)).to_numpy()

    def trainer() -> Trainer:
        return Trainer(
            max_epochs=300,
            accelerator="auto",
            callbacks=[EarlyStopping("val_loss", patience=5), best, clocked],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )

    model = SASRecModel(
        n_blocks=2 if long else 1,
        n_heads=2,
        n_factors=64,
        session_max_len=int(np.clip(np.percentile(lengths, 95), 20, 200)),
        lr=1e-3,
        batch_size=128,
        get_val_mask_func=last_of_some,
        get_trainer_func=trainer,
    )
    with clock.part("training"):
        model.fit(dataset)
        spent = process_time() - clocked.began
    fitted = model.fit_trainer
    if best.weights is not None:
        model.lightning_model.load_state_dict(best.weights)
    lists = {}
    with clock.part("scoring"):
        for mode, seen in (("repeats", False), ("new_only", True)):
            recommended = model.recommend(np.arange(len(log.users)), dataset, k=k, filter_viewed=seen)
            lists[mode] = np.full((len(log.users), k), -1)
            lists[mode][recommended[Columns.User], recommended[Columns.Rank] - 1] = recommended[Columns.Item]
    return lists, {
        "parameters": sum(p.numel() for p in model.torch_model.parameters()),
        "epochs": fitted.current_epoch,
        "stopped": "early" if spent < limit else "out of time",
        "training_cpu_seconds": round(spent),
        "positions_per_second": round(fitted.current_epoch * len(log.user) / clock.seconds["training"]),
    }


if __name__ == "__main__":
    main({"sasrec": sasrec})
