"""Raises an address's budget a hundredfold, since all simulated people come from one address."""

from dataclasses import replace

from console.config import Settings

TIMES = 100


def for_one_address(settings: Settings) -> Settings:
    return replace(
        settings,
        address_sockets=TIMES * settings.address_sockets,
        address_openings=TIMES * settings.address_openings,
        address_messages=TIMES * settings.address_messages,
        visitor_openings=TIMES * settings.visitor_openings,
        visitor_bytes=TIMES * settings.visitor_bytes,
        attack_openings=TIMES * settings.attack_openings,
        site_openings=TIMES * settings.site_openings,
    )
