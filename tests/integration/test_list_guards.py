"""What keeps a list that turned bad from being used, and what a person can do about it: the real program."""

from pathlib import Path

from fakes.running import Program

OWN, FRIEND, SELLER = "+3225551230", "+32475551234", "+3225551234"
LINE = f'[lines.home]\nregion = "BE"\ntime_zone = "Europe/Brussels"\nnumber = "{OWN}"\n'


def test_a_list_that_turned_bad(tmp_path: Path) -> None:
    """It names the household's own numbers, grows fifty times, is used anyway, and is taken back."""
    program, path = Program(tmp_path, more=LINE), tmp_path / "club.txt"
    program.run("allow", "add", FRIEND)
    path.write_text(f"{OWN}\n{FRIEND}\n{SELLER}\n+3270245245\n")
    said = program.run("sync", str(path), "--name", "club")
    assert said.stdout == "club: 2 numbers and prefixes.\n"
    assert "left out: 2 of emergency" in said.stderr
    assert f"it lists your own number ({OWN})" in said.stderr
    assert f"it lists numbers that you allow ({FRIEND})" in said.stderr

    path.write_text("".join(f"+322555{n:04}\n" for n in range(2000, 2200)))
    refused = program.run("sync", str(path), "--name", "club", check=False)
    assert refused.returncode != 0
    assert "it grew from 2 to 200 items" in refused.stderr
    assert "--anyway" in refused.stderr
    assert "club" in program.run("check", SELLER).stdout

    program.run("sync", str(path), "--name", "club", "--anyway")
    assert "club" not in program.run("check", SELLER).stdout
    assert "2 numbers and prefixes" in program.run("lists", "back", "club").stdout
    assert "club" in program.run("check", SELLER).stdout
    assert "no list of before" in program.run("lists", "back", "club", check=False).stderr
    assert [entry["entries"] for entry in program.entries("list-synced")] == [2, 200, 2]
