"""First words: they tell a visitor that somebody has read their message, and when that person will be back. Pure."""

from collections.abc import Sequence

import msgspec

# The visitor's first name, the agent's name, and what the visitor wrote last, if it can be quoted.
PLACEHOLDERS = ("first_name", "agent", "question")
ALWAYS_KNOWN = ("agent",)  # known for every visitor and message
OTHERS = "-"
PROMISE = 30_000  # ms within which a team's own phrases promise to be back

HALF_A_MINUTE = {
    "en": (
        "One moment, please. I'll be back within 30 seconds.",
        "I'm looking into it. You'll hear from me within 30 seconds.",
        "Thanks, I've read it. Give me 30 seconds to check.",
    ),
    "it": (
        "Un momento, per favore. Torno entro 30 secondi.",
        "Sto controllando. Ti rispondo entro 30 secondi.",
        "Grazie, ho letto. Dammi 30 secondi per controllare.",
    ),
    "de": (
        "Einen Moment, bitte. Ich bin in 30 Sekunden wieder für Sie da.",
        "Ich sehe nach. Sie hören in 30 Sekunden von mir.",
        "Danke, ich habe es gelesen. Ich brauche 30 Sekunden, um es zu prüfen.",
    ),
    "es": (
        "Un momento, por favor. Vuelvo en menos de 30 segundos.",
        "Lo estoy comprobando. Le respondo en menos de 30 segundos.",
        "Gracias, lo he leído. Deme 30 segundos para comprobarlo.",
    ),
    "fr": (
        "Un instant, s'il vous plaît. Je reviens d'ici 30 secondes.",
        "Je vérifie. Je vous réponds d'ici 30 secondes.",
        "Merci, j'ai bien lu. Laissez-moi 30 secondes pour vérifier.",
    ),
    "pt": (
        "Um momento, por favor. Volto em até 30 segundos.",
        "Estou verificando. Respondo em até 30 segundos.",
        "Já li a sua mensagem. Preciso de 30 segundos para verificar.",
    ),
    "nl": (
        "Een moment, alstublieft. Ik ben binnen 30 seconden bij u terug.",
        "Ik kijk het voor u na. U hoort binnen 30 seconden van mij.",
        "Bedankt, ik heb het gelezen. Ik heb 30 seconden nodig om het na te kijken.",
    ),
    "pl": (
        "Proszę o chwilę cierpliwości. Wrócę w ciągu 30 sekund.",
        "Już sprawdzam. Odpowiem w ciągu 30 sekund.",
        "Dziękuję za wiadomość. Potrzebuję 30 sekund na sprawdzenie.",
    ),
    "bg": (
        "Един момент, моля. Връщам се до 30 секунди.",
        "Проверявам. Ще ви отговоря до 30 секунди.",
        "Благодаря, прочетох го. Дайте ми 30 секунди да проверя.",
    ),
    "cs": (
        "Okamžik, prosím. Vrátím se do 30 sekund.",
        "Podívám se na to. Ozvu se do 30 sekund.",
        "Děkuji, přečteno. Dejte mi 30 sekund na ověření.",
    ),
    "da": (
        "Et øjeblik. Jeg er tilbage inden for 30 sekunder.",
        "Jeg ser på det. Du hører fra mig inden for 30 sekunder.",
        "Tak, jeg har læst det. Giv mig 30 sekunder til at tjekke.",
    ),
    "fi": (
        "Hetki, olkaa hyvä. Palaan 30 sekunnin kuluessa.",
        "Selvitän asiaa. Vastaan 30 sekunnin kuluessa.",
        "Kiitos, luin viestin. Tarvitsen 30 sekuntia tarkistamiseen.",
    ),
    "ja": (
        "少々お待ちください。30秒以内に戻ります。",
        "確認しております。30秒以内にお返事します。",
        "拝見しました。確認に30秒ほどお時間をください。",
    ),
    "ko": (
        "잠시만 기다려 주세요. 30초 안에 돌아오겠습니다.",
        "확인하고 있습니다. 30초 안에 답변드리겠습니다.",
        "읽었습니다. 확인하는 데 30초만 주세요.",
    ),
    "nb": (
        "Et øyeblikk. Jeg er tilbake innen 30 sekunder.",
        "Jeg ser på det. Du hører fra meg innen 30 sekunder.",
        "Takk, jeg har lest det. Gi meg 30 sekunder til å sjekke.",
    ),
}
MINUTES = {
    "en": (
        "One moment, please. I'll be back within {n} minutes.",
        "I'm looking into it. You'll hear from me within {n} minutes.",
        "Thanks, I've read it. Give me {n} minutes to check.",
    ),
    "it": (
        "Un momento, per favore. Torno entro {n} minuti.",
        "Sto controllando. Ti rispondo entro {n} minuti.",
        "Grazie, ho letto. Dammi {n} minuti per controllare.",
    ),
    "de": (
        "Einen Moment, bitte. Ich bin in {n} Minuten wieder für Sie da.",
        "Ich sehe nach. Sie hören in {n} Minuten von mir.",
        "Danke, ich habe es gelesen. Ich brauche {n} Minuten, um es zu prüfen.",
    ),
    "es": (
        "Un momento, por favor. Vuelvo en menos de {n} minutos.",
        "Lo estoy comprobando. Le respondo en menos de {n} minutos.",
        "Gracias, lo he leído. Deme {n} minutos para comprobarlo.",
    ),
    "fr": (
        "Un instant, s'il vous plaît. Je reviens d'ici {n} minutes.",
        "Je vérifie. Je vous réponds d'ici {n} minutes.",
        "Merci, j'ai bien lu. Laissez-moi {n} minutes pour vérifier.",
    ),
    "pt": (
        "Um momento, por favor. Volto em até {n} minutos.",
        "Estou verificando. Respondo em até {n} minutos.",
        "Já li a sua mensagem. Preciso de {n} minutos para verificar.",
    ),
    "nl": (
        "Een moment, alstublieft. Ik ben binnen {n} minuten bij u terug.",
        "Ik kijk het voor u na. U hoort binnen {n} minuten van mij.",
        "Bedankt, ik heb het gelezen. Ik heb {n} minuten nodig om het na te kijken.",
    ),
    "pl": (
        "Proszę o chwilę cierpliwości. Wrócę w ciągu {n} minut.",
        "Już sprawdzam. Odpowiem w ciągu {n} minut.",
        "Dziękuję za wiadomość. Potrzebuję {n} minut na sprawdzenie.",
    ),
    "bg": (
        "Един момент, моля. Връщам се до {n} минути.",
        "Проверявам. Ще ви отговоря до {n} минути.",
        "Благодаря, прочетох го. Дайте ми {n} минути да проверя.",
    ),
    "cs": (
        "Okamžik, prosím. Vrátím se do {n} minut.",
        "Podívám se na to. Ozvu se do {n} minut.",
        "Děkuji, přečteno. Ověření mi zabere méně než {n} minut.",
    ),
    "da": (
        "Et øjeblik. Jeg er tilbage inden for {n} minutter.",
        "Jeg ser på det. Du hører fra mig inden for {n} minutter.",
        "Tak, jeg har læst det. Giv mig {n} minutter til at tjekke.",
    ),
    "fi": (
        "Hetki, olkaa hyvä. Palaan {n} minuutin kuluessa.",
        "Selvitän asiaa. Vastaan {n} minuutin kuluessa.",
        "Kiitos, luin viestin. Tarvitsen {n} minuuttia tarkistamiseen.",
    ),
    "ja": (
        "少々お待ちください。{n}分以内に戻ります。",
        "確認しております。{n}分以内にお返事します。",
        "拝見しました。確認に{n}分ほどお時間をください。",
    ),
    "ko": (
        "잠시만 기다려 주세요. {n}분 안에 돌아오겠습니다.",
        "확인하고 있습니다. {n}분 안에 답변드리겠습니다.",
        "읽었습니다. 확인하는 데 {n}분만 주세요.",
    ),
    "nb": (
        "Et øyeblikk. Jeg er tilbake innen {n} minutter.",
        "Jeg ser på det. Du hører fra meg innen {n} minutter.",
        "Takk, jeg har lest det. Gi meg {n} minutter til å sjekke.",
    ),
}


class Phrases(msgspec.Struct, frozen=True):
    """A team's own phrases in one language, a primary tag; each may have PLACEHOLDERS in braces."""

    language: str
    texts: tuple[str, ...]


class Choice(msgspec.Struct, frozen=True):
    """The choice for a visitor: the language of the first word, and the team's own phrases in it, if any."""

    language: str
    texts: tuple[str, ...] = ()


def built_in(language: str, ms: int) -> tuple[str, ...]:
    """Return our phrases that promise to be back within that time; none in a language without built-in phrases."""
    if ms == PROMISE:
        return HALF_A_MINUTE.get(language, ())
    return tuple(text.replace("{n}", str(ms // 60_000)) for text in MINUTES.get(language, ()))


def choice_for(own: Sequence[Phrases], served: Sequence[str], locale: str) -> Choice:
    """Choose for a visitor of that locale, in a queue with its `own` phrases and the languages it is `served` in.

    The visitor's language comes first, then the queue's first language, then English: the first one with phrases, the
    team's or ours.
    """
    ours = {one.language: one.texts for one in own}
    for language in (primary(locale), *served[:1]):
        if language in ours or language in HALF_A_MINUTE:
            return Choice(language, ours.get(language, ()))
    return Choice("en", ours.get("en", ()))


def phrases_by_language(own: Sequence[Phrases], served: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the phrases any visitor may get, by language; under OTHERS for all other languages."""
    languages = dict.fromkeys([*HALF_A_MINUTE, *(one.language for one in own)])
    chosen = {language: choice_for(own, served, language) for language in languages} | {
        OTHERS: choice_for(own, served, "")
    }
    return {language: one.texts or built_in(one.language, PROMISE) for language, one in chosen.items()}


def primary(locale: str) -> str:
    """Return a locale's primary tag: `en` of `en-GB`."""
    return locale.replace("_", "-").split("-")[0].lower()
