"""Made-up pages with every kind of block in them, and texts that try to break one."""

from datetime import datetime, timedelta

from blocker.core.document import (
    Address,
    Align,
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    KeyFigure,
    KeyFigures,
    NewSheet,
    Paragraph,
    Signature,
    Span,
    Style,
    Table,
    Tone,
    plain,
)
from blocker.renderers import plots

MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 - a plot's times are local
HOSTILE = (
    '<script>alert("x")</script> &amp; #let x = 1; #panic() $x$ *bold* _it_ `raw` \\ @ref <label> // no comment /* */',
    "=1+1 @SUM(A1) ${jndi} {{7*7}} %n%s ]]> --> <!-- <img src=https://example.org/x.png onerror=x>",
    "שלום עולם (עסק) 123",
    "شركة الاتصالات ٣",
    "漢字のテスト 😀👩‍👩‍👧 ᚠᚢᚦ",
    "\u202eevil\u202c \u2066x \x00\x1b[31m\ufeff\ud800",
    "Ελλάδα Привет Żółć ÿ ﬁ e\u0301\u0323 ñ̃",
    "W" * 200,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
)


def figures() -> tuple[Block, ...]:
    """One of each plot."""
    weeks = [f"W{week}" for week in range(1, 53)]
    refused = tuple((week * 7) % 11 for week in range(52))
    rang = tuple((week * 5) % 4 for week in range(52))
    told = plots.Told("Calls per week", "No calls.", "Calls in each week of the year.")
    series = (plots.Series("kept away", refused), plots.Series("rang", rang), plots.Series("unknown", rang))
    companies = ["Telecom & Co <NV>", "A company with a name that is much too long for its place", "שלום", "Q"]
    hours = [f"{hour:02}" for hour in range(24)]
    days = ["ma", "di", "wo", "do", "vr", "za", "zo"]
    heat = [[(day * hour) % 9 if 8 < hour < 20 else 0 for hour in range(24)] for day in range(7)]
    lanes = tuple(
        plots.Lane(f"Campaign {lane}", tuple(MONDAY + timedelta(hours=lane * 7 + 13 * n) for n in range(5 + lane)))
        for lane in range(4)
    )
    ticks = [(MONDAY + timedelta(days=day), name) for day, name in enumerate(days)]
    return (
        plots.bars(told, weeks, series, marks=[plots.Mark(9.5, "Objection to Q, 3 March"), plots.Mark(30, "Again")]),
        plots.ranking(told, companies, (plots.Series("kept away", (5, 3, 2, 0)), plots.Series("rang", (1, 0, 4, 1)))),
        plots.heat_map(told, days, hours, heat),
        plots.timeline(
            told, (MONDAY, MONDAY + timedelta(days=7)), lanes, ticks=ticks, marks=[(ticks[3][0], "Objection")]
        ),
    )


def table(rows: int) -> Table:
    """Calls, as a report lists them."""
    columns = (
        Column("Presented number", 1.5),
        Column("Local time", 1.9),
        Column("Line", 0.8),
        Column("Said company", 1.6),
        Column("Entry", 0.6, Align.END),
    )
    cells = tuple(
        (
            plain(f"+33 1 99 00 {n // 100 % 100:02} {n % 100:02}"),
            plain("17 Nov 2026 09:12:33 (+01:00)"),
            plain("landline"),
            plain(HOSTILE[n % len(HOSTILE)]),
            (Span(str(n), Style.CODE),),
        )
        for n in range(rows)
    )
    return Table("Every unwanted call", columns, cells, "3 calls more are in calls.csv.")


def report(language: str = "nl", rows: int = 30) -> Document:
    """Every block there is."""
    blocks: tuple[Block, ...] = (
        Paragraph(plain("A quiet week: eleven calls were kept away, and the soup stayed hot."), Tone.LEAD),
        KeyFigures((
            KeyFigure("11", "kept away", "3 fewer than last week"),
            KeyFigure("2", "came through"),
            KeyFigure("1 234 567", "calls since the beginning of everything that was counted"),
            KeyFigure("0,5 %", "doubtful"),
            KeyFigure("W" * 40, "W" * 60, "W" * 60),
        )),
        Heading(1, "What to do now", "now"),
        Bullets((plain("Say who called."), (Span("Run "), Span("blocker calls", Style.CODE))), numbered=True),
        Heading(3, "A level too deep", "now"),
        Bullets((plain("one"), plain("two\nin two lines"))),
        Paragraph((
            Span("above, ", link="#now"), Span("nowhere, ", link="#gone"), Span("bad, ", link="javascript:x"),
            Span("outside", link="https://example.org/?a=1&b=2"),
        )),
        Paragraph((Span("Mind: ", Style.STRONG), Span("quiet words", Style.QUIET)), Tone.NOTE),
        Paragraph(plain("Three calls may be missing."), Tone.WARNING),
        *(Paragraph(plain(text)) for text in HOSTILE),
        Paragraph((Span("f" * 64, Style.CODE), Span(" is the head."))),
        Facts((("Company", plain("Telecom & Co")), ("W" * 50, (Span("0" * 200, Style.CODE),)), ("Empty", ()))),
        Heading(1, "Pictures"),
        *figures(),
        NewSheet(),
        Heading(1, "Calls"),
        table(rows),
        Signature("Jane Doe", "Ghent, 23 November 2026"),
    )  # fmt: skip
    return Document("Week 47", "16 to 22 November 2026", language, blocks, "blocker\nHead 12ab", "2026-11-23T05:00:00Z")


def letter(language: str = "nl") -> Document:
    """A letter of one sheet."""
    blocks: tuple[Block, ...] = (
        Address(("Jane Doe", "Kouter 1", "9000 Gent")),
        Address(
            ("Telecom & Co NV", "t.a.v. de functionaris", "Voorbeeldlaan 10", "1000 Brussel", "België"),
            of_addressee=True,
        ),
        Paragraph(plain("Gent, 23 november 2026")),
        Heading(1, "Bezwaar tegen direct marketing (artikel 21 AVG)"),
        Paragraph(plain("Geachte heer of mevrouw,")),
        *(
            Paragraph(plain("Ik maak bezwaar tegen het gebruik van mijn gegevens voor direct marketing. " * 4))
            for _ in range(3)
        ),
        Signature("Jane Doe", "Gent, 23 november 2026"),
    )
    return Document("Bezwaar", "", language, blocks, "", "2026-11-23T05:00:00Z", letter=True)
