"""A camera's description over a frame of it, as a picture file."""

from pathlib import Path

from PIL import Image

from aegis.domain.site import Site
from aegis.errors import ConfigurationError
from aegis.vision.decoding.image_codec import decode_image
from aegis.vision.site_drawing import draw_description


def draw_camera(site: Site, camera_id: str, frame: Path, target: Path) -> None:
    """Write the drawing; raises ConfigurationError for what cannot be found, read or written.

    Raises InvalidImage for a frame that is no picture.
    """
    if camera_id not in site.cameras:
        known = ", ".join(site.cameras) or "none"
        raise ConfigurationError(f"The site has no camera {camera_id}; there are: {known}")
    try:
        rgb = decode_image(frame.read_bytes())
        drawing = Image.fromarray(draw_description(rgb, site.camera(camera_id)))
        drawing.save(target)
    except ValueError as error:
        raise ConfigurationError(f"{target}: name a .png or .jpg file for the drawing") from error
    except OSError as error:
        path = error.filename or target
        raise ConfigurationError(f"{path}: {error.strerror or error}") from error
