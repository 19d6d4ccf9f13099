"""A letter as a page: to a company (objection, access, reminder), or to the provider about callers without a number.

Decides what the household's letters say. Each sentence is the household's own, calm and short; it says what callers
said and what is recorded, and accuses nobody. What is cited of national law comes with the letter, out of the law
files; the articles of the GDPR stand here.

Sources: Regulation (EU) 2016/679, articles 7, 12, 15, 17, 19, 21, 77; Court of Justice C-154/21 (12 January 2023: each
recipient by name) and C-129/21 (27 October 2022: a withdrawal is passed on along the chain); 47 CFR 64.1200(d);
Telecommunicatiewet art. 11.11; TDDDG § 14.
"""

from collections.abc import Iterator

from blocker.core.document import (
    Address,
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Signature,
    Table,
    Text,
    paragraph,
    plain,
)
from blocker.core.household_facts import How
from blocker.core.letter import Earlier, Identity, Kind, Letter, Listed, Regime
from blocker.language import Words
from blocker.pages.report_words import doubts


def letter_page(letter: Letter, words: Words) -> Document:
    """The letter in a language, to be printed and signed, or pasted into a message."""
    subject = _subject(letter, words)
    blocks: list[Block] = [
        *doubts(words, simulated=letter.simulated),
        Address((letter.holder, *_own_address(letter, words))),
        Address((letter.company, *_without_name(letter)), of_addressee=True),
        paragraph(words.day(letter.day)),
        Heading(1, subject),
        paragraph(words("Dear Sir or Madam,")),
        *_body(letter, words),
        paragraph(words("Yours faithfully,")),
        Signature(letter.holder, ""),
    ]
    return Document(
        title=subject,
        subtitle="",
        language=str(words.language),
        blocks=tuple(blocks),
        footer="",
        dated=f"{letter.day.isoformat()}T00:00:00Z",
        letter=True,
    )


def _own_address(letter: Letter, words: Words) -> tuple[str, ...]:
    blank = (words("[your address]"),) if letter.by is How.POST else ()
    return letter.address or blank


def _without_name(letter: Letter) -> tuple[str, ...]:
    """The lines of the address below the name, which many addresses begin with."""
    return letter.to[1:] if letter.to[:1] == (letter.company,) else letter.to


def _subject(letter: Letter, words: Words) -> str:
    if letter.regime is Regime.US and letter.kind is Kind.OBJECTION:
        return words("Request to put my number on your do-not-call list")
    if letter.kind is Kind.FOLLOW_UP and letter.earlier:
        return words("Reminder: no answer to my letter of {day}", day=words.day(letter.earlier.on))
    return {
        Kind.OBJECTION: words("Objection to direct marketing"),
        Kind.ACCESS: words("Request for access to my personal data"),
        Kind.BOTH: words("Objection to direct marketing, and request for access to my personal data"),
        Kind.IDENTITY: words("Calls without a number: request for the identity of the callers"),
    }[letter.kind]


def _body(letter: Letter, words: Words) -> Iterator[Block]:
    if letter.kind is Kind.IDENTITY:
        yield from _identity(letter, words)
        return
    yield paragraph(_introduction(letter, words))
    if letter.calls:
        yield _calls(letter, words)
    if letter.kind is Kind.FOLLOW_UP and letter.earlier:
        yield from _reminder(letter, letter.earlier, words)
        return
    if letter.kind.objects:
        yield from map(paragraph, _dnc(letter, words) if letter.regime is Regime.US else _objection(letter, words))
    if letter.kind.asks_access:
        yield from _access(letter, words)
    if letter.regime is not Regime.US:
        yield paragraph(_month(letter, words))
    yield paragraph(words("Please answer in writing; calls are what this letter is about."))


def _introduction(letter: Letter, words: Words) -> str:
    numbers = ", ".join(letter.numbers)
    if not letter.named:
        return words("My telephone number: {numbers}.", numbers=numbers)
    said = words(
        "At my telephone number {numbers} I get calls in which the callers say that they call for {company}.",
        numbers=numbers,
        company=letter.company,
    )
    if not letter.also:
        return _ended(said)
    return _ended(said) + " " + _ended(words("Names that they also gave: {names}.", names=", ".join(letter.also)))


def _ended(sentence: str) -> str:
    """With one full stop, also where it ends with a name that has its own, such as “B.V.”."""
    return sentence[:-1] if sentence.endswith("..") else sentence


def _law(letter: Letter, words: Words) -> str:
    return words("UK GDPR") if letter.regime is Regime.UK else words("GDPR")


def _objection(letter: Letter, words: Words) -> Iterator[str]:
    law = _law(letter, words)
    yield words(
        "I object to the processing of my personal data for direct marketing, profiling included ({law}, article "
        "21(2)). From now on they may no longer be processed for that purpose (article 21(3)); no reason is needed. If "
        "there is a consent of mine, I withdraw it (article 7(3)).",
        law=law,
    )
    yield words(
        "The objection holds for every call made for you, whoever makes it. Please erase what you keep of me for "
        "marketing (article 17(1)(c)), but for what you need so as not to call me again, and tell all to whom you gave "
        "my data (article 19)."
    )
    if letter.regime is Regime.GDPR:
        yield words(
            "Whoever shares such data with others has to pass the message on to them: Court of Justice, 27 October "
            "2022, C-129/21."
        )
    if letter.law:
        yield _national(letter, words)


def _national(letter: Letter, words: Words) -> str:
    return words("On calls after this, see also: {law}.", law="; ".join(item.text for item in letter.law))


def _dnc(letter: Letter, words: Words) -> Iterator[str]:
    yield words(
        "Please put this number on your own do-not-call list, and see that all who call for you heed it. If there is a "
        "consent of mine to be called, I revoke it."
    )
    yield words("Please send me your written do-not-call policy (47 CFR 64.1200(d)(1)).")
    if letter.law:
        yield _national(letter, words)


def _access(letter: Letter, words: Words) -> Iterator[Block]:
    law = _law(letter, words)
    yield paragraph(
        words("I ask for access to my personal data ({law}, article 15). Please tell me in particular:", law=law)
    )
    to_whom = (
        words(
            "to whom they were or will be given, each recipient by name, call centres and intermediaries included "
            "(article 15(1)(c); Court of Justice, 12 January 2023, C-154/21);"
        )
        if letter.regime is Regime.GDPR
        else words(
            "to whom they were or will be given, call centres and intermediaries included (article 15(1)(c)), each by "
            "name;"
        )
    )
    items = [
        words(
            "which data of mine you process, or somebody processes for you, and for what (article 15(1)(a) and (b));"
        ),
        to_whom,
        words("how long they are kept (article 15(1)(d));"),
        words("where my number comes from: all that is known of its source (article 15(1)(g));"),
        words("if you rely on a consent: when, how and to whom I am said to have given it (article 7(1));"),
        words("and please send me a copy of the data (article 15(3))."),
    ]
    yield Bullets(tuple(map(plain, items)))
    yield paragraph(
        words(
            "My name and my number are enough to find the data; please ask for more only if you have reasonable "
            "doubts who I am (article 12(6))."
        )
    )


def _month(letter: Letter, words: Words) -> str:
    return words(
        "Please tell me within one month of receiving this what you have done ({law}, article 12(3)). If you need "
        "longer, by two months at most, you have to tell me so within that month, and why. If you do nothing, please "
        "tell me the reason within the month (article 12(4)).",
        law=_law(letter, words),
    )


def _reminder(letter: Letter, earlier: Earlier, words: Words) -> Iterator[Block]:
    day, due = words.day(earlier.on), words.day(earlier.due)
    if letter.regime is Regime.US:
        yield paragraph(
            words(
                "On {day} I asked to be put on your do-not-call list. The time for that ended on {due}.",
                day=day,
                due=due,
            )
        )
        yield paragraph(words("Please confirm in writing by {day} that it is done.", day=_answer_by(letter, words)))
        yield paragraph(
            words("After that I may turn to the Federal Communications Commission and the Federal Trade Commission.")
        )
        return
    law = _law(letter, words)
    asked = words("My letter of {day} objected to direct marketing.", day=day)
    if earlier.asks_access:
        asked = words("My letter of {day} asked for access to my personal data.", day=day)
    if earlier.objects and earlier.asks_access:
        asked = words(
            "My letter of {day} objected to direct marketing, and asked for access to my personal data.", day=day
        )
    yield paragraph(asked)
    yield paragraph(
        words(
            "The month for your answer ended on {due} ({law}, article 12(3)). Neither an answer nor word that you need "
            "longer has reached me.",
            due=due,
            law=law,
        )
    )
    if earlier.objects:
        yield paragraph(words("The objection holds all the same, answered or not."))
        if letter.law:
            yield paragraph(_national(letter, words))
    yield paragraph(
        words(
            "Please answer by {day}. After that I may lodge a complaint with the supervisory authority ({law}, article "
            "77).",
            day=_answer_by(letter, words),
            law=law,
        )
    )


def _answer_by(letter: Letter, words: Words) -> str:
    return words.day(letter.answer_by or letter.day)


def _identity(letter: Letter, words: Words) -> Iterator[Block]:
    numbers = ", ".join(letter.numbers)
    yield paragraph(
        words(
            "I am your customer. My line {numbers} gets nuisance calls for which no number is presented:",
            numbers=numbers,
        )
    )
    yield _calls(letter, words)
    if letter.identity is Identity.NL:
        yield paragraph(
            words(
                "Under article 11.11 of the Dutch Telecommunications Act (Telecommunicatiewet) I ask you to "
                "investigate, with other providers where needed, and to tell me name, address, postcode and town "
                "of the subscriber from whose number these calls came, also where that is a call centre."
            )
        )
        yield paragraph(words("Should there be further calls, I will report them to you at once, with date and time."))
    else:
        yield paragraph(
            words(
                "Under section 14 of the German Telecommunications Digital Services Data Protection Act (TDDDG) I ask "
                "you to tell me, for calls and attempted calls from the arrival of this letter on, name and address "
                "of the holders of the lines from which they come, across networks."
            )
        )
        yield paragraph(
            words(
                "The calls so far show the days and hours to which this can be limited. I will report further ones "
                "with date and time."
            )
        )
    if all(call.exact for call in letter.calls):
        yield paragraph(words("The times were recorded automatically, to the second."))
    yield paragraph(words("Please keep the data of these calls."))


def _calls(letter: Letter, words: Words) -> Table:
    columns = (
        Column(words("Date and time"), share=2.2),
        Column(words("Number called"), share=1.3),
        Column(words("Number presented"), share=1.3),
    )
    return Table(
        caption=words("The calls in question, in local time with its offset from UTC"),
        columns=columns,
        rows=tuple(_row(call, words) for call in letter.calls),
    )


def _row(call: Listed, words: Words) -> tuple[Text, Text, Text]:
    presented = call.presented or words("no number was presented")
    return plain(words.moment(call.at, seconds=call.exact)), plain(call.line), plain(presented)
