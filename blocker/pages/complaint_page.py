"""A complaint draft as two pages: one for the household, field by field with what is missing first; one for the post.

Decides what stands where. The household's page is in its own language, what is to be pasted in that of the form. The
page for the post says only what goes to the authority: no remark of this program's, and no field without an answer
but for those that a person answers by hand.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from blocker.core.complaint import Draft, Filled, Report
from blocker.core.complaint_case import Told
from blocker.core.complaint_text import answer, said_of
from blocker.core.document import (
    Address,
    Block,
    Bullets,
    Document,
    Facts,
    Heading,
    NewSheet,
    Signature,
    Span,
    Style,
    Text,
    Tone,
    paragraph,
    plain,
)
from blocker.core.form_words import FormWords
from blocker.core.languages import in_language
from blocker.core.law import Finding
from blocker.core.provenance import Sure
from blocker.core.regulator import Channel, ChannelKind, Fill, Kind
from blocker.language import Words
from blocker.pages.complaint_words import hindered, left_out, missing
from blocker.pages.report_words import doubts

_BY_HAND = "…" * 24
"""Room for an answer."""


def draft_page(draft: Draft, words: Words, dated: str) -> Document:
    """For the household: what is missing, what to mind, and each field with what to paste into it.

    Args:
        draft: the complaint.
        words: of the household.
        dated: instant in UTC that the file carries.
    """
    name = in_language(draft.regulator.name, words.language)
    blocks: list[Block] = [
        *doubts(words, simulated=draft.case.simulated),
        paragraph(
            words(
                "A draft, made from your records. Nothing was sent. Read every line, change what isn't so, and "
                "hand it in yourself if you want to."
            ),
            Tone.LEAD,
        ),
        Heading(1, words("What is missing")),
        *_missing(draft, words),
        Heading(1, words("Before you hand it in")),
        *_before(draft, words),
    ]
    for report in draft.reports:
        blocks += _report(draft, report, words)
    if pointed := tuple(_points_to(draft, words)):
        blocks += [Heading(1, words("Which rules these calls point to")), Bullets(pointed)]
    blocks += [Heading(1, words("Where this comes from")), *_origin(draft, words)]
    about = draft.case.company
    return Document(
        title=words("Complaint draft: {regulator}", regulator=name),
        subtitle=words("About calls for {company}", company=about.name) if about else words("About who called"),
        language=str(words.language),
        blocks=tuple(blocks),
        footer=words("Not sent to anybody. What is evidence lies in the folder “pack”."),
        dated=dated,
    )


def _missing(draft: Draft, words: Words) -> Iterator[Block]:
    yours = _label_language(draft, words)
    lacking = [missing(field, item, draft, words, yours) for field, item in draft.missing]
    if hindrance := hindered(draft, words):
        yield paragraph(hindrance, Tone.WARNING)
    if lacking:
        yield Bullets(tuple(lacking))
    elif not hindrance:
        yield paragraph(words("Nothing. Every field that your records can fill is filled."))


def _label_language(draft: Draft, words: Words) -> str:
    """The language in which labels are named to the household: its own where the form has it."""
    return str(words.language) if words.language in draft.regulator.languages else draft.language


def _before(draft: Draft, words: Words) -> Iterator[Block]:
    regulator, language = draft.regulator, str(words.language)
    yield Facts(tuple((_channel_name(item, words), _channel(item, words)) for item in regulator.channels))
    cautions = [plain(in_language(item.text, language)) for item in regulator.warnings]
    if doubtful := [_channel_name(item, words) for item in regulator.channels if item.sure is Sure.UNVERIFIED]:
        where = "; ".join(doubtful)
        cautions.append(plain(words("Not certain, so look it up before you send anything: {where}.", where=where)))
    if regulator.signed:
        cautions.append(plain(words("The holder of the line signs it by hand.")))
    if len(draft.reports) > 1:
        cautions.append(plain(words("Your calls make several reports; each below is a form of its own.")))
    cautions += [plain(text) for text in _notes(draft, words)]
    cautions += [plain(text) for text in left_out(draft, words)]
    if cautions:
        yield Bullets(tuple(cautions))


def _notes(draft: Draft, words: Words) -> Iterator[str]:
    """What to mind at single fields, apart from what is pasted into them."""
    noted = {filled.field.id: filled.field for report in draft.reports for filled in report.fields if filled.field.note}
    for field in noted.values():
        label = in_language(field.label, _label_language(draft, words))
        yield words("“{label}”: {note}", label=label, note=in_language(field.note, words.language))


def _channel_name(item: Channel, words: Words) -> str:
    return {
        ChannelKind.WEB: words("On the web"),
        ChannelKind.POST: words("By post"),
        ChannelKind.E_MAIL: words("By e-mail"),
        ChannelKind.PHONE: words("By telephone"),
        ChannelKind.PROVIDER: words("To your own telephone company"),
    }[item.kind]


def _channel(item: Channel, words: Words) -> Text:
    if item.kind is ChannelKind.PROVIDER:
        return plain(words("its address is on your bill"))
    if item.kind is ChannelKind.WEB:
        return tuple(Span(("\n" if place else "") + each, link=each) for place, each in enumerate(item.where))
    return plain("\n".join(item.where))


def _report(draft: Draft, report: Report, words: Words) -> Iterator[Block]:
    count = len(report.calls)
    title = words.many("To paste: {count} call", "To paste: {count} calls", count)
    if report.kind:
        title = f"{title} · {_kind_label(report.kind, draft.language)}"
    elif len(draft.reports) > 1:
        title = f"{title} · {report.calls[0].call.seen.number or words('no number was presented')}"
    yield Heading(1, title)
    if report is draft.reports[0] and (ours := _ours(draft, words)):
        yield paragraph(ours, Tone.NOTE)
    if report.kind and report.kind.source is None:
        yield paragraph(words("The name of this kind of report is ours; choose what comes closest."), Tone.NOTE)
    yield Facts(tuple((_label(filled, draft.language), _value(filled, words)) for filled in report.fields))


def _kind_label(kind: Kind, language: str) -> str:
    return in_language(kind.label, language)


def _label(filled: Filled, language: str) -> str:
    return in_language(filled.field.label, language)


def _ours(draft: Draft, words: Words) -> str:
    """Which labels weren't read in the form itself, in one sentence for all; empty where all were."""
    fields = {filled.field.id: filled for report in draft.reports for filled in report.fields}
    ours = [_label(filled, draft.language) for filled in fields.values() if filled.field.source is None]
    if len(ours) == len(fields):
        return words("The names of the fields are ours, not read in the form itself; choose what comes closest.")
    named = ", ".join(map(words.quoted, ours))
    return words("These names of fields are ours, not read in the form itself: {labels}.", labels=named) if ours else ""


def _value(filled: Filled, words: Words) -> Text:
    if filled.answer.lines:
        return plain("\n".join(filled.answer.lines))
    if filled.field.fill is Fill.YOURSELF:
        return (Span(words("for you to write"), Style.QUIET),)
    return (Span(words("left empty: see above what is missing"), Style.QUIET),)


def _points_to(draft: Draft, words: Words) -> Iterator[Text]:
    """The rules that calls in the draft point to; whether one was broken is for an authority to say."""
    calls = {item.call.seen.call: item for report in draft.reports for item in report.calls}
    flags = [flag for item in calls.values() for flag in item.flags if flag.finding is Finding.POINTS_TO]
    counted = Counter(flag.provision.citation_in(words.language) for flag in flags)
    doubtful = {flag.provision.citation_in(words.language) for flag in flags if flag.provision.check}
    for citation, count in counted.most_common():
        text = words.many("{citation}: {count} call", "{citation}: {count} calls", count, citation=citation)
        doubt = f" ({words('to be looked up before you rely on it')})" if citation in doubtful else ""
        yield (Span(text), Span(doubt, Style.QUIET)) if doubt else plain(text)


def _origin(draft: Draft, words: Words) -> Iterator[Block]:
    regulator = draft.regulator
    yield paragraph(
        words(
            "What the form asks was last looked at on {checked}; it may ask otherwise by now. This is no legal advice.",
            checked=words.day(regulator.checked),
        )
    )
    yield Bullets(
        tuple(
            plain(words("{title}, read {seen}", title=source.title_in(words.language), seen=words.day(source.seen)))
            for source in regulator.sources
        )
    )


def post_page(draft: Draft, form: FormWords, dated: str, address: Sequence[str] = ()) -> Document:
    """For the post: the same fields with their answers, ready to be signed, in the language of the form.

    Args:
        draft: the complaint.
        form: words in its language.
        dated: instant in UTC that the file carries.
        address: of the household, line by line; a place to write it where it isn't given.
    """
    blocks = list[Block]()
    holders = _holders(draft)
    name = in_language(draft.regulator.name, draft.language)
    sender = Address((", ".join(holders) or form("your_name"), *(address or (form("your_address"),))))
    post = (item.on_a_letter(draft.language) for item in draft.regulator.channels if item.kind is ChannelKind.POST)
    own = any(item.kind is ChannelKind.PROVIDER for item in draft.regulator.channels)
    unknown = (form("provider"),) if own else (name, form("their_address"))
    addressee = Address(next(post, ()) or unknown, of_addressee=True)
    for place, report in enumerate(draft.reports):
        blocks += [NewSheet()] if place else []
        blocks += [paragraph(form("simulated"), Tone.WARNING)] if draft.case.simulated else []
        blocks += [sender, addressee, *_letter(draft, report, form)]
        blocks.append(Signature(", ".join(holders), form("place_and_date")))
        blocks += [paragraph(f"{form('enclosures')}:"), Bullets(tuple(map(plain, _enclosed(draft, report, form))))]
    return Document(name, "", draft.language, tuple(blocks), "", dated, letter=True)


def _letter(draft: Draft, report: Report, form: FormWords) -> Iterator[Block]:
    """From the subject to the greeting: what is asked, what happened, and the fields whose answer that doesn't hold."""
    about = said_of(report.calls, lambda call: call.said.said_company, form) if draft.case.company else ""
    what = "company" if about else "caller" if draft.regulator.signed else "nuisance"
    subject = form(f"subject_{what}", company=about)
    yield Heading(1, f"{subject} · {_kind_label(report.kind, draft.language)}" if report.kind else subject)
    yield paragraph(form("salutation"))
    yield paragraph(form(f"request_{what}", company=about))
    apart = {Fill.ACCOUNT, *_ENCLOSED}
    account = [line for filled in report.fields if filled.field.fill is Fill.ACCOUNT for line in filled.answer.lines]
    yield from map(paragraph, account)
    rest = [
        (filled, lines)
        for filled in report.fields
        if filled.field.fill not in apart and (lines := _posted(filled)) and not _told(filled, account)
    ]
    yield Facts(tuple((_label(filled, draft.language), plain("\n".join(lines))) for filled, lines in rest))
    yield paragraph(form("closing"))


_ENCLOSED = (Fill.PROOFS, Fill.REGISTER_PROOF, Fill.HOLDER_PROOF)
"""Questions that are answered by what goes along."""


_IN_PROSE = {Fill.CALL_CENTRE, Fill.PRODUCT, Fill.CUSTOMER, Fill.CONSENT, Fill.OBJECTED, Fill.REGISTERED, Fill.VOICE}
"""Questions that the account answers in the same words, where its template asks for them."""


def _told(filled: Filled, account: Sequence[str]) -> bool:
    """Whether the account holds an answer word for word, so that the letter needn't say it twice."""
    return filled.field.fill in _IN_PROSE and all(any(line in each for each in account) for line in filled.answer.lines)


def _enclosed(draft: Draft, report: Report, form: FormWords) -> list[str]:
    """What goes along with a letter: the evidence, and the files that show what is said."""
    told = Told(draft.case, draft.regulator, report.calls)
    return list(dict.fromkeys(line for fill in _ENCLOSED for line in answer(told, fill, form).lines))


def _posted(filled: Filled) -> tuple[str, ...]:
    """An answer as it is posted: where only a person can write it, room to do so by hand."""
    return (_BY_HAND,) if filled.field.fill is Fill.YOURSELF else filled.answer.lines


def _holders(draft: Draft) -> list[str]:
    """Who holds the lines that were called."""
    calls = (item for report in draft.reports for item in report.calls)
    held = (draft.case.file.held_by(item.call.seen.line, item.day) for item in calls)
    return list(dict.fromkeys(holder.holder for holder in held if holder))
