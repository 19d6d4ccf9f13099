"""Promises about naming who gets the weekly report: what is read, what stands as default, what is refused and how."""

from pathlib import Path

import pytest

from blocker import actions
from blocker.config import Config, load_config
from blocker.core.languages import Language
from blocker.errors import ConfigError
from blocker.report_config import Form, Mail, Recipient, Security, Way, languages_of

MAIL = '[report.mail]\nhost = "mail.example.org"\nfrom = "home@example.org"\n'


def load(folder: Path, text: str) -> Config:
    """Read a configuration of a household in Belgium."""
    path = folder / "blocker.toml"
    path.write_text('region = "BE"\n' + text)
    return load_config(path, {"HOME": "/home/anna"}, actions.load())


def test_every_way_is_read(tmp_path: Path) -> None:
    """Each recipient has one way, a name to be called by, and files that suit it."""
    config = load(
        tmp_path,
        MAIL
        + 'security = "starttls"\nuser = "home"\npassword_file = "secret"\ncertificates = "/ca.pem"\n'
        + '[[report.recipient]]\nemail = "anna@example.org"\nname = "Anna"\nlanguage = "fr"\nattach = ["csv"]\n'
        + '[[report.recipient]]\nfolder = "~/reports"\n'
        + '[[report.recipient]]\nwebhook = "http://192.0.2.7/x?y=1"\nsecret_file = "s"\nprivate_addresses = true\n'
        + '[[report.recipient]]\nntfy = "https://ntfy.example.org/topic"\n',
    )
    assert config.report.mail == Mail(
        "mail.example.org", 587, Security.STARTTLS, "home@example.org", "home", tmp_path / "secret", Path("/ca.pem")
    )
    everything = (Form.PDF, Form.HTML, Form.CSV, Form.JSON, Form.ICS)
    assert config.report.recipients == (
        Recipient(Way.EMAIL, "anna@example.org", "Anna", Language.FR, (Form.CSV,)),
        Recipient(Way.FOLDER, "/home/anna/reports", "/home/anna/reports", None, everything),
        Recipient(
            Way.WEBHOOK,
            "http://192.0.2.7/x?y=1",
            "webhook at 192.0.2.7",
            None,
            (),
            tmp_path / "s",
            private_addresses=True,
        ),
        Recipient(Way.NTFY, "https://ntfy.example.org/topic", "ntfy at ntfy.example.org"),
    )


def test_nobody_gets_anything_unless_named(tmp_path: Path) -> None:
    """Without recipients there are none, and no mail server."""
    report = load(tmp_path, MAIL).report
    assert report.recipients == ()
    assert (report.mail.security, report.mail.port) == (Security.TLS, 465) if report.mail else pytest.fail("no mail")
    assert load(tmp_path, "").report.mail is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_server_on_this_machine_may_be_spoken_to_in_the_clear(tmp_path: Path, host: str) -> None:
    """What doesn't leave the machine needs no encryption."""
    mail = load(tmp_path, f'[report.mail]\nhost = "{host}"\nfrom = "a@b"\nsecurity = "none"').report.mail
    assert mail is not None
    assert (mail.security, mail.port) == (Security.NONE, 25)


TO = "[[report.recipient]]\n"
FAULTS = {
    "in the clear": (
        MAIL + 'security = "none"',
        "without encryption everybody on the way to mail.example.org could read the report",
    ),
    "in the clear at home": (
        '[report.mail]\nhost = "192.168.1.2"\nfrom = "a@b"\nsecurity = "none"',
        "everybody on the way to 192.168.1.2",
    ),
    "a name in the address": (MAIL.replace("home@", "Home <home@"), "is no e-mail address"),
    "a line in the address": (MAIL.replace("home@", "home\\n@"), "is no e-mail address"),
    "no sender": ('[report.mail]\nhost = "mail.example.org"', "from is missing"),
    "user alone": (MAIL + 'user = "home"', "user and password_file go together"),
    "password in the configuration": (MAIL + 'password = "x"', "unknown key “password” in [report.mail]"),
    "mail without a server": (TO + 'email = "a@b"', ":3: no mail server is named (add a table [report.mail]"),
    "no way": (TO + 'name = "Anna"', "a recipient has exactly one way to be reached (write one of: email = …"),
    "two ways": (TO + 'folder = "x"\nntfy = "https://a/b"', "a recipient has exactly one way to be reached"),
    "twice": (TO + 'folder = "x"\n' + TO + 'folder = "x"', "x is named twice (remove one of them)"),
    "one name": (
        TO + 'folder = "x"\nname = "n"\n' + TO + 'folder = "y"\nname = "n"',
        "two recipients are called “n” (give one another name",
    ),
    "no folder": (TO + 'folder = ""', "folder is empty"),
    "no web address": (TO + 'webhook = "ftp://example.org/"', "is no web address (write it whole: https://…)"),
    "half a web address": (TO + 'webhook = "http://[::1"', "is no web address"),
    "a password in it": (TO + 'webhook = "https://a:b@example.org/"', "ends up in logs (put it into a secret_file)"),
    "no topic": (TO + 'ntfy = "https://ntfy.sh/"', "names no topic (write it like https://ntfy.sh/my-topic)"),
    "a language": (TO + 'folder = "x"\nlanguage = "es"', "language can't be “es”"),
    "a form": (TO + 'folder = "x"\nattach = ["xls"]', "“xls” is no form of the report"),
    "files to a web address": (TO + 'ntfy = "https://a/b"\nattach = ["pdf"]', "unknown key “attach”"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_wrong_is_said_with_its_mend(tmp_path: Path, text: str, said: str) -> None:
    """Every fault names its line, what is wrong and how to mend it."""
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    assert said in str(raised.value)
    assert "blocker.toml:" in str(raised.value)


def test_a_report_is_made_in_the_languages_of_those_who_get_it(tmp_path: Path) -> None:
    """The household's language first, then each recipient's, once."""
    text = "".join(f'{TO}folder = "{place}"\nlanguage = "{place}"\n' for place in ("fr", "nl", "de"))
    recipients = load(tmp_path, text).report.recipients
    nl, fr, de, en = Language.NL, Language.FR, Language.DE, Language.EN
    assert languages_of((), recipients, "BE", {}) == (nl, fr, de)
    assert languages_of((), recipients, "BE", {"LANG": "fr_BE.UTF-8"}) == (fr, nl, de)
    assert languages_of((en,), recipients, "BE", {}) == (en, fr, nl, de)
    assert languages_of((), (), "BE", {}) == (nl,)
