"""A complaint draft as two pages: one for the household, field by field with what is missing first; one for the post.

Decides what stands where. The household's page is in its own language, what is to be pasted in that of the form. The
page for the post says only what goes to the authority: no remark of this program's, and no field without an answer
but for those that a person answers by hand.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from blocker.core.complaint import Draft, Filled, Report
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
    if regulator.signed:
        cautions.append(plain(words("The holder of the line signs it by hand.")))
    if len(draft.reports) > 1:
        cautions.append(plain(words("Your calls fit several kinds of report; each below is a form of its own.")))
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
    doubt = f" ({words('to be looked up before you rely on it')})" if item.sure is Sure.UNVERIFIED else ""
    if item.kind is ChannelKind.PROVIDER:
        return plain(words("its address is on your bill"))
    if item.kind is ChannelKind.WEB:
        links = [Span(("\n" if place else "") + each, link=each) for place, each in enumerate(item.where)]
        return (*links, Span(doubt, Style.QUIET)) if doubt else tuple(links)
    shown = Span("\n".join(item.where))
    return (shown, Span(doubt, Style.QUIET)) if doubt else (shown,)


def _report(draft: Draft, report: Report, words: Words) -> Iterator[Block]:
    count = len(report.calls)
    title = words.many("To paste: {count} call", "To paste: {count} calls", count)
    if report.kind:
        title = f"{title} · {_kind_label(report.kind, draft.language)}"
    yield Heading(1, title)
    if report.kind and report.kind.source is None:
        yield paragraph(words("The name of this kind of report is ours; choose what comes closest."), Tone.NOTE)
    yield Facts(tuple((_label(filled, draft, words), _value(filled, words)) for filled in report.fields))


def _kind_label(kind: Kind, language: str) -> str:
    return in_language(kind.label, language)


def _label(filled: Filled, draft: Draft, words: Words) -> str:
    label = in_language(filled.field.label, draft.language)
    return label if filled.field.source else f"{label} {words('(our wording)')}"


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
            "What the form asks was last looked at on {checked}; it may ask otherwise by now. Labels marked as our "
            "wording weren't read in the form itself. This is no legal advice.",
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
    regulator, blocks = draft.regulator, list[Block]()
    holders = _holders(draft)
    name = in_language(draft.regulator.name, draft.language)
    sender = Address((", ".join(holders) or form("your_name"), *(address or (form("your_address"),))))
    post = next((item.where for item in regulator.channels if item.kind is ChannelKind.POST), ())
    for place, report in enumerate(draft.reports):
        blocks += [NewSheet()] if place else []
        blocks += [sender, Address(post or (name, form("their_address")), of_addressee=True)]
        blocks.append(Heading(1, f"{name} · {_kind_label(report.kind, draft.language)}" if report.kind else name))
        account = [filled for filled in report.fields if filled.field.fill is Fill.ACCOUNT]
        blocks += [paragraph(line) for filled in account for line in filled.answer.lines]
        rest = [(filled, lines) for filled in report.fields if filled not in account and (lines := _posted(filled))]
        label = {id(filled): in_language(filled.field.label, draft.language) for filled, _ in rest}
        blocks.append(Facts(tuple((label[id(filled)], plain("\n".join(lines))) for filled, lines in rest)))
        blocks.append(Signature(", ".join(holders), form("place_and_date")))
    return Document(name, "", draft.language, tuple(blocks), "", dated, letter=True)


def _posted(filled: Filled) -> tuple[str, ...]:
    """An answer as it is posted: where only a person can write it, room to do so by hand."""
    return (_BY_HAND,) if filled.field.fill is Fill.YOURSELF else filled.answer.lines


def _holders(draft: Draft) -> list[str]:
    """Who holds the lines that were called."""
    calls = (item for report in draft.reports for item in report.calls)
    held = (draft.case.file.held_by(item.call.seen.line, item.day) for item in calls)
    return list(dict.fromkeys(holder.holder for holder in held if holder))
