"""A moving average of a net's weights, which judges new pictures better than the last ones."""

import copy

import torch

from aegis.vision.detection.compact_net import CompactNet

_DECAY = 0.9985


class WeightAverage:
    """Follows a net with growing inertia (Polyak averaging)."""

    def __init__(self, net: CompactNet) -> None:
        self.net = copy.deepcopy(net).eval()
        self.steps = 0

    @torch.no_grad()
    def follow(self, net: CompactNet) -> None:
        """Move towards the weights and the statistics of ``net``."""
        self.steps += 1
        inertia = min(_DECAY, (1 + self.steps) / (10 + self.steps))
        theirs = net.state_dict()
        for name, mine in self.net.state_dict().items():
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs[name], 1 - inertia)
            else:
                mine.copy_(theirs[name])
