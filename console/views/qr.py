"""A second factor's secret as a QR code for authenticator apps."""

import segno
from markupsafe import Markup

from console.security.second_factors import provisioning_url


def picture_of(secret: str, email: str, origin: str) -> Markup:
    """Return inline SVG, black on white in every theme, because apps cannot read inverted codes."""
    code = segno.make(provisioning_url(secret, email, origin), error="m", micro=False)
    return Markup(code.svg_inline(border=3, light="#fff", svgclass="qr", omitsize=True))
