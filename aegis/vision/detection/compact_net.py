"""The embedded detector's network: small, dense, anchor-free, on luminance alone."""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
LABELS = ("person", "vehicle", "weapon")


class ConvUnit(nn.Module):
    """Convolution, batch norm, SiLU; `fold` merges the norm into the convolution."""

    def __init__(
        self, channels_in: int, channels_out: int, kernel: int = 3, stride: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, kernel, stride, kernel // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(channels_out, eps=1e-3, momentum=0.03)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels_in, H, W) -> (B, channels_out, H / stride, W / stride)."""
        folded: Tensor = self.norm(self.conv(x))
        return functional.silu(folded, inplace=True)

    def fold(self) -> None:
        """Same answers in evaluation with one operation less; training is over afterwards."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = torch.nn.utils.fuse_conv_bn_eval(self.conv.eval(), self.norm.eval())
            self.norm = nn.Identity()


class Residual(nn.Module):
    """Two 3 x 3 units through half the channels, added to the input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = ConvUnit(channels, channels // 2)
        self.expand = ConvUnit(channels // 2, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        change: Tensor = self.expand(self.squeeze(x))
        return x + change


class PyramidPool(nn.Module):
    """Context at four scales by repeated 5 x 5 max pooling (spatial pyramid pooling)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduce = ConvUnit(channels, channels // 2, kernel=1)
        self.mix = ConvUnit(2 * channels, channels, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same shape."""
        scales = [self.reduce(x)]
        for _ in range(3):
            scales.append(functional.max_pool2d(scales[-1], 5, 1, 2))
        mixed: Tensor = self.mix(torch.cat(scales, 1))
        return mixed


class CompactNet(nn.Module):
    """Backbone at strides 4 to 32, a top-down pyramid, one head shared by three levels.

    Method after FCOS (Tian et al. 2019) and YOLOX (Ge et al. 2021): each cell of a level
    says how likely its box shows each label, and how far the box reaches to each side.
    """

    def __init__(self, labels: int = len(LABELS), width: int = 64) -> None:
        super().__init__()
        half, quarter = width // 2, width // 4
        self.stem = nn.Sequential(
            ConvUnit(1, quarter, stride=2), ConvUnit(quarter, half, stride=2), Residual(half)
        )
        self.stage8 = nn.Sequential(
            ConvUnit(half, width, stride=2), Residual(width), Residual(width)
        )
        self.stage16 = nn.Sequential(
            ConvUnit(width, 2 * width, stride=2), *(Residual(2 * width) for _ in range(3))
        )
        self.stage32 = nn.Sequential(
            ConvUnit(2 * width, 3 * width, stride=2),
            Residual(3 * width),
            Residual(3 * width),
            PyramidPool(3 * width),
        )
        self.lateral = nn.ModuleList(
            [ConvUnit(channels, width, kernel=1) for channels in (width, 2 * width, 3 * width)]
        )
        self.smooth = nn.ModuleList([ConvUnit(width, width) for _ in STRIDES])
        self.label_tower = ConvUnit(width, width)
        self.box_tower = ConvUnit(width, width)
        self.label_head = nn.Conv2d(width, labels, 1)
        self.box_head = nn.Conv2d(width, 4, 1)
        nn.init.constant_(self.label_head.bias, -4.6)  # type: ignore[arg-type]
        nn.init.constant_(self.box_head.bias, 1.0)  # type: ignore[arg-type]

    def forward(self, luminance: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, H, W) in 0 to 1, sides multiples of 32 -> logits (B, A, labels), xyxy (B, A, 4).

        Boxes are in pixels of the input; A cells over the three levels, finest first.
        """
        c8 = self.stage8(self.stem(luminance * 4 - 2))
        c16 = self.stage16(c8)
        c32 = self.stage32(c16)
        levels = self._pyramid(c8, c16, c32)
        logits, boxes = [], []
        for level, stride in zip(levels, STRIDES, strict=True):
            said = self.label_head(self.label_tower(level))
            reach = functional.softplus(self.box_head(self.box_tower(level)).float()) * stride
            logits.append(said.flatten(2).transpose(1, 2).float())
            boxes.append(_to_xyxy(reach, stride))
        return torch.cat(logits, 1), torch.cat(boxes, 1)

    def fold(self) -> None:
        """Merge every batch norm into its convolution, for inference."""
        for module in self.modules():
            if isinstance(module, ConvUnit):
                module.fold()

    def _pyramid(self, c8: Tensor, c16: Tensor, c32: Tensor) -> list[Tensor]:
        p32 = self.lateral[2](c32)
        p16 = self.lateral[1](c16) + functional.interpolate(p32, scale_factor=2.0)
        p8 = self.lateral[0](c8) + functional.interpolate(p16, scale_factor=2.0)
        return [smooth(p) for smooth, p in zip(self.smooth, (p8, p16, p32), strict=True)]


def cell_centers(height: int, width: int, stride: int, device: torch.device) -> Tensor:
    """(height * width, 2) x, y of the cells' centres in pixels, row by row."""
    y = (torch.arange(height, device=device) + 0.5) * stride
    x = (torch.arange(width, device=device) + 0.5) * stride
    # Only views: nothing here waits for the device, which a recorded graph may not.
    rows, columns = y[:, None].expand(height, width), x[None].expand(height, width)
    return torch.stack((columns, rows), 2).reshape(-1, 2)


def _to_xyxy(reach: Tensor, stride: int) -> Tensor:
    height, width = reach.shape[2:]
    centers = cell_centers(height, width, stride, reach.device)
    left, top, right, bottom = reach.flatten(2).transpose(1, 2).unbind(2)
    x, y = centers.unbind(1)
    return torch.stack((x - left, y - top, x + right, y + bottom), 2)
