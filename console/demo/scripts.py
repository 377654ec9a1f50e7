"""What simulated people say: visitors' conversations by language, and agents' answers."""

from typing import NamedTuple


class Person(NamedTuple):
    """A visitor: name, language tag, queue, and what they write, in order."""

    name: str
    locale: str
    queue: str
    says: tuple[str, ...]


PEOPLE: tuple[Person, ...] = (
    Person(
        "Emma Clarke",
        "en",
        "support",
        (
            "Hi! My parcel says delivered but nothing came.",
            "Order 20417. The merino blanket in moss green.",
            "I asked next door, they haven't seen it either.",
            "That would be lovely, thank you.",
        ),
    ),
    Person(
        "Oliver Bennett",
        "en",
        "billing",
        (
            "I was charged twice for the same order",
            "Two payments of £48.50, both on Tuesday.",
            "Will the money be back before Friday?",
            "Great, thanks for sorting it.",
        ),
    ),
    Person(
        "Zoë Andersson",
        "en",
        "support",
        (
            "Quick one: can the wool socks go in the dryer? 🧦",
            "And if I already did… twice…",
            "Ha, fair enough. Thanks!",
        ),
    ),
    Person(
        "Giulia Ferri",
        "it",
        "support",
        (
            "Buongiorno, vorrei cambiare la taglia del maglione.",
            "Ho preso la M ma mi serve la L.",
            "L'ordine è il 20388, arrivato ieri.",
            "Devo pagare io la spedizione del reso?",
            "Perfetto, grazie mille!",
        ),
    ),
    Person(
        "Marco Esposito",
        "it",
        "billing",
        (
            "Salve, mi serve la fattura con la partita IVA",
            "L'ordine è di marzo, si può ancora fare?",
            "Gentilissimi, grazie.",
        ),
    ),
    Person(
        "Camille Laurent",
        "fr",
        "support",
        (
            "Bonjour, la laine bleue sera-t-elle de nouveau en stock ?",
            "Il m'en faudrait six pelotes du même bain.",
            "D'ici la fin du mois ce serait parfait.",
            "Merci beaucoup, bonne journée !",
        ),
    ),
    Person(
        "Lucas Moreau",
        "fr",
        "billing",
        (
            "Mon code promo ne fonctionne pas : HIVER10",
            "Il me dit « code expiré » alors qu'il est valable jusqu'à dimanche.",
            "Ça marche maintenant, merci !",
        ),
    ),
    Person(
        "Lucía Navarro",
        "es",
        "support",
        (
            "Hola, ¿hacen envíos a Canarias?",
            "Sería un regalo, tiene que llegar antes del día 12.",
            "¿Y se puede envolver para regalo?",
            "¡Genial, muchas gracias!",
        ),
    ),
    Person(
        "Diego Romero",
        "es",
        "billing",
        (
            "Buenas, el pago con tarjeta me da error",
            "Pone «operación no autorizada», pero en el banco dicen que todo está bien.",
            "Vale, pruebo con otra. Gracias.",
        ),
    ),
    Person(
        "Hannah Vogel",
        "de",
        "support",
        (
            "Guten Tag, der Reißverschluss an der Jacke ist kaputt.",
            "Gekauft im September, Bestellung 19856.",
            "Ein Foto kann ich gern schicken.",
            "Super, vielen Dank für die schnelle Hilfe!",
        ),
    ),
    Person(
        "Jonas Weber",
        "de",
        "billing",
        (
            "Hallo, kann ich auch auf Rechnung bezahlen?",
            "Wir sind ein Verein, das ginge sonst nicht.",
            "Alles klar, danke!",
        ),
    ),
    Person(
        "Beatriz Carvalho",
        "pt",
        "support",
        (
            "Olá! A manta veio com um fio puxado.",
            "Dá para trocar ou é melhor devolver?",
            "Prefiro trocar, se ainda tiverem a mesma cor.",
            "Obrigada, foi muito rápido!",
        ),
    ),
    Person(
        "김서연",
        "ko",
        "support",
        (
            "안녕하세요, 해외 배송도 가능한가요?",
            "서울로 받고 싶어요. 담요 두 장이에요.",
            "관세는 제가 따로 내야 하나요?",
            "네, 감사합니다!",
        ),
    ),
    Person(
        "田中 葵",
        "ja",
        "support",
        (
            "こんにちは。セーターの洗い方を教えてください。",
            "家の洗濯機でも大丈夫ですか？",
            "平干しですね。わかりました。",
            "ありがとうございました。",
        ),
    ),
    Person(
        "ليلى حداد",
        "ar",
        "billing",
        (
            "مرحباً، لم يصلني إيصال الدفع بالبريد.",
            "رقم الطلب 20431 والمبلغ 62 يورو.",
            "وصل الآن، شكراً جزيلاً!",
        ),
    ),
)

STILL_THERE: dict[str, str] = {
    "en": "Hello? Is anyone there?",
    "it": "C'è qualcuno?",
    "fr": "Il y a quelqu'un ?",
    "es": "¿Hay alguien?",
    "de": "Hallo? Ist jemand da?",
    "pt": "Está aí alguém?",
    "ko": "혹시 계신가요?",
    "ja": "どなたかいらっしゃいますか？",
    "ar": "هل من أحد هنا؟",
}

ANSWERS: dict[str, tuple[str, ...]] = {
    "en": (
        "Hi, thanks for getting in touch! Let me take a look.",
        "I've found it. One moment, please.",
        "All done. You'll get a confirmation in a few minutes.",
        "You're welcome. Is there anything else?",
    ),
    "it": (
        "Buongiorno! Controllo subito.",
        "L'ho trovato, un attimo solo.",
        "Fatto: tra poco riceverà la conferma.",
        "Si figuri! C'è altro che posso fare?",
    ),
    "fr": (
        "Bonjour ! Je regarde tout de suite.",
        "Je l'ai trouvé, un petit instant.",
        "C'est fait : vous recevrez la confirmation dans quelques minutes.",
        "Avec plaisir ! Autre chose ?",
    ),
    "es": (
        "¡Hola! Lo miro ahora mismo.",
        "Ya lo tengo, un momento por favor.",
        "Hecho: en unos minutos le llega la confirmación.",
        "¡De nada! ¿Algo más?",
    ),
    "de": (
        "Guten Tag! Ich sehe gleich nach.",
        "Gefunden, einen kleinen Moment bitte.",
        "Erledigt: Die Bestätigung kommt in ein paar Minuten.",
        "Sehr gern! Kann ich sonst noch helfen?",
    ),
    "pt": (
        "Olá! Vou já verificar.",
        "Encontrei, só um momento.",
        "Está feito: a confirmação chega daqui a uns minutos.",
        "De nada! Mais alguma coisa?",
    ),
    "ko": (
        "안녕하세요! 바로 확인해 보겠습니다.",
        "찾았습니다. 잠시만요.",
        "처리되었습니다. 곧 확인 메일이 갈 거예요.",
        "천만에요! 더 도와드릴 일이 있을까요?",
    ),
    "ja": (
        "こんにちは。すぐに確認いたします。",
        "見つかりました。少々お待ちください。",
        "完了しました。まもなく確認メールが届きます。",
        "どういたしまして。他に何かございますか？",
    ),
    "ar": (
        "مرحباً! سأتحقق حالاً.",
        "وجدته، لحظة من فضلك.",
        "تم الأمر، ستصلك رسالة التأكيد بعد دقائق.",
        "على الرحب والسعة! هل من شيء آخر؟",
    ),
}

HOLDING: dict[str, str] = {
    "en": "I need to check that. I'll be back in a moment.",
    "it": "Devo verificare, torno tra un attimo.",
    "fr": "Je dois vérifier, je reviens dans un instant.",
    "es": "Tengo que comprobarlo, vuelvo enseguida.",
    "de": "Das muss ich nachsehen, ich bin gleich zurück.",
    "pt": "Tenho de confirmar, volto já.",
    "ko": "확인이 필요합니다. 곧 돌아오겠습니다.",
    "ja": "確認いたします。すぐに戻ります。",
    "ar": "عليّ التحقق من ذلك، سأعود بعد لحظات.",
}

COLLEAGUES: tuple[str, ...] = ("Carla", "Dmitri", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jun")
