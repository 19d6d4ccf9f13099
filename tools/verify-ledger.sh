#!/bin/sh
# Verifies an evidence ledger, in a way of its own: written from docs/spec/evidence-ledger.md, and shares no code with
# the program that writes ledgers. Needs sqlite3 (3.25 or newer), sha256sum, awk and nothing else.
#
#   sh verify-ledger.sh DIRECTORY      the one in which ledger.sqlite3 and ledger-heads.txt lie
#
# Prints one line for each fault, the entry's number (0: it is about none) and the fault's name, then what was seen.
# Exit status: 0 it verifies, 1 it doesn't, 2 it couldn't be looked at. Changes nothing; a service may be at work
# meanwhile. Signatures and time-stamps are for ssh-keygen and openssl; here a seal is an entry like others.
set -eu
LC_ALL=C
export LC_ALL
unset CDPATH

CHUNK=5000 # entries that lie as files in the temporary folder at once

die() {
    printf '%s\n' "$*" >&2
    exit 2
}

[ $# -eq 1 ] && [ -d "$1" ] || die "usage: sh verify-ledger.sh DIRECTORY"
for tool in sqlite3 sha256sum awk; do
    command -v "$tool" >/dev/null || die "$tool isn't here; install it first"
done
from=$(cd "$1" && pwd)
ledger=$from/ledger.sqlite3
heads=$from/ledger-heads.txt

# Two small files for each entry, for a moment: in memory where that can be had.
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || TMPDIR=/dev/shm
export TMPDIR="${TMPDIR:-/tmp}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
cd "$work"

# --- the copies of the head, before the ledger --------------------------------------------------------------------

cat >times.awk <<'END'
function good_time(t,    year, month, day, days) {
    if (length(t) != 24 || t !~ /^[0-9]+-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9][.][0-9][0-9][0-9]Z$/)
        return 0
    year = substr(t, 1, 4) + 0; month = substr(t, 6, 2) + 0; day = substr(t, 9, 2) + 0
    days = 31 - (month == 4 || month == 6 || month == 9 || month == 11)
    if (month == 2) days = 28 + (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days \
        && substr(t, 12, 2) + 0 <= 23 && substr(t, 15, 2) + 0 <= 59 && substr(t, 18, 2) + 0 <= 59
}
# Whether digits without leading zeros are at most 2^53 - 1: longer than 15 digits, they are compared as text.
function small_enough(digits) { return length(digits) < 16 || (length(digits) == 16 && digits "" <= "9007199254740991") }
function is_sum(text) { return length(text) == 64 && text !~ /[^0-9a-f]/ }
END

cat >copies.awk <<'END'
NR > whole { exit } # after the last LF: a copy that a crash cut short
{
    if ($0 !~ /^[a-z][a-z-]* (0|[1-9][0-9]*) [0-9a-f]+ [0-9TZ:.-]+$/ || split($0, part, " ") != 4 \
        || length(part[1]) > 32 || !small_enough(part[2]) || !is_sum(part[3]) || !good_time(part[4]))
        print "fault"
    else
        print part[2], part[3]
}
END

: >copies
if [ -e "$heads" ]; then
    tr '\000' '\001' <"$heads" >heads || die "$heads can't be read"
    awk -v whole="$(wc -l <heads)" -f times.awk -f copies.awk heads >copies
fi

# --- the walk -----------------------------------------------------------------------------------------------------

cat >walk.awk <<'END'
function fault(number, name) { print number, name; faults++ }

# A content, read strictly: RFC 8785 with the restrictions of the specification. `text` is read from `at` on.
function bad() { malformed = 1; return "" }
function peek() { return substr(text, at, 1) }
function take(what) { if (substr(text, at, length(what)) != what) { bad(); return 0 } at += length(what); return 1 }

function a_string(    out, c, code) {
    if (!take("\"")) return ""
    while (!malformed) {
        if (match(substr(text, at, 256), /^[^"\\\001-\037]+/)) {
            out = out substr(text, at, RLENGTH); at += RLENGTH
            continue
        }
        c = peek(); at++
        if (c == "\"") return out
        if (c != "\\") return bad()
        c = peek(); at++
        if (c in escaped) { out = out escaped[c]; continue }
        if (c != "u" || substr(text, at, 2) != "00") return bad()
        code = substr(text, at + 2, 2); at += 4
        if (code !~ /^[01][0-9a-f]$/ || code ~ /^0[89acd]$/) return bad() # those have a short form
        out = out "\\u" code # told apart from all other texts, which is enough
    }
    return ""
}

function a_number(    digits) {
    match(substr(text, at, 24), /^-?[0-9]+/)
    digits = substr(text, at, RLENGTH); at += RLENGTH
    kept = digits
    sub(/^-/, "", digits)
    if (RLENGTH < 1 || kept == "-0" || digits !~ /^(0|[1-9][0-9]*)$/ || !small_enough(digits)) bad()
}

function a_value(depth, key,    c) {
    c = peek(); type = "other"
    if (c == "{") an_object(depth)
    else if (c == "[") an_array(depth, key)
    else if (c == "\"") { kept = a_string(); type = "text" }
    else if (c == "t") take("true")
    else if (c == "f") take("false")
    else if (c == "n") take("null")
    else if (c ~ /[-0-9]/) { a_number(); type = "number" }
    else bad()
}

function an_array(depth, key,    listing) {
    listing = depth == 2 && key == "entries"
    if (depth > 16) { bad(); return }
    take("[")
    if (listing) { listed = 0; is_list = 1 }
    if (peek() == "]") { at++; type = "array"; return }
    while (!malformed) {
        a_value(depth + 1, "")
        if (listing) {
            if (type == "number") entries[++listed] = kept
            else is_list = 0
        }
        if (peek() == "]") { at++; type = "array"; return }
        take(",")
    }
}

function an_object(depth,    key, before, first) {
    if (depth > 16) { bad(); return }
    take("{"); first = 1
    if (peek() == "}") { at++; type = "object"; return }
    while (!malformed) {
        key = a_string()
        if (key ~ /[\200-\377]/ || (!first && (before "") >= (key ""))) { bad(); return }
        before = key; first = 0
        take(":")
        a_value(depth + 1, key)
        if (depth == 1 && type != "array" && type != "object" && type != "other") { value[key] = kept; typed[key] = type }
        if (peek() == "}") { at++; type = "object"; return }
        take(",")
    }
}

function is_utf8(bytes) {
    gsub(/[\302-\337][\200-\277]|\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]|\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]|\364[\200-\217][\200-\277][\200-\277]/, "", bytes)
    return bytes !~ /[\200-\377]/
}

function read_content(file,    line, lines) {
    text = ""; lines = 0
    while ((getline line < file) > 0) { text = (lines++ ? text "\n" : "") line }
    close(file)
    malformed = lines != 1 || length(text) >= 1048576 || !is_utf8(text)
    at = 1; listed = 0; is_list = 0
    split("", entries); split("", value); split("", typed)
    if (!malformed) an_object(1)
    if (at != length(text) + 1) malformed = 1
    if (typed["v"] != "number" || value["v"] != "1") malformed = 1
    if (typed["kind"] != "text" || value["kind"] !~ /^[a-z][a-z0-9-]*$/ || length(value["kind"]) > 64) malformed = 1
    if (typed["salt"] != "text" || length(value["salt"]) != 32 || value["salt"] ~ /[^0-9a-f]/) malformed = 1
    if (typed["at"] != "text" || !good_time(value["at"])) malformed = 1
}

function account(n,    i) {
    read_content("erasure." n)
    if (!malformed && value["kind"] != "erasure") return
    if (!is_list || !listed) malformed = 1
    for (i = 1; i <= listed; i++) if (entries[i] + 0 < 1 || entries[i] + 0 >= n + 0) malformed = 1
    if (malformed) { fault(n, "erasure-malformed"); return }
    for (i = 1; i <= listed; i++) {
        if (entries[i] in absent) absent[entries[i]] = 1
        else fault(entries[i], "content-not-erased")
    }
}

function compare_copies(    sums, count, i) {
    count = split(copied[head], sums, " ")
    for (i = 1; i <= count; i++) if (sums[i] != head_sum) fault(head, "copy-differs")
}

BEGIN {
    FS = "\t"
    escaped["\""] = "\""; escaped["\\"] = "\\"
    escaped["b"] = "\b"; escaped["f"] = "\f"; escaped["n"] = "\n"; escaped["r"] = "\r"; escaped["t"] = "\t"
    while ((getline line < "copies") > 0) {
        if (line == "fault") { fault(0, "copy-malformed"); continue }
        split(line, copy, " ")
        copied[copy[1]] = copied[copy[1]] " " copy[2]
        if (copy[1] + 0 > last_copied) last_copied = copy[1] + 0
    }
    head = "0"; head_sum = sprintf("%064d", 0)
    compare_copies()
}

{ # number, link (or “!”), sum of content (or “-”), sum of link, whether it may be an erasure
    n = $1; link = $2; count++
    expected = sprintf("%.0f", head + 1)
    if (n != expected) fault(expected, "link-missing")
    if (link !~ /^[1-9][0-9]* [0-9a-f]+ [0-9a-f]+$/ || split(link, part, " ") != 3 || !small_enough(part[1]) \
        || !is_sum(part[2]) || !is_sum(part[3]))
        fault(n, "link-malformed")
    else {
        if (part[1] != n) fault(n, "link-misplaced")
        if (n == expected && part[2] != head_sum) fault(n, "chain-broken")
        if ($3 != "-" && $3 != part[3]) fault(n, "content-changed")
    }
    head = n; head_sum = $4
    compare_copies()
    if ($3 == "-") absent[n] = 0
    else if ($5) account(n)
}

END {
    if (complete) {
        for (n in absent) {
            if (absent[n]) erased++
            else fault(n, "content-missing")
        }
        if (last_copied > head + 0) fault(sprintf("%.0f", head + 1), "cut-short")
        while ((getline n < "without-link") > 0) fault(n, "content-without-link")
        while ((getline n < "integrity") > 0) if (n != "ok") { fault(0, "file-damaged"); break }
    } else
        fault(0, "file-damaged")
    printf "%d entries, %d of them erased; head %s %s\n", count, erased, head, head_sum
    if (faults) { print "The ledger does NOT verify."; exit 1 }
    print "The ledger verifies."
}
END

# Between two chunks: the sums of what SQLite wrote, one process for all, joined to the rows.
cat >sum.sh <<'END'
set -e
sha256sum [lc][0-9]* >sums
awk -F '\t' -v OFS='\t' '
    NR == FNR { split($0, part, " "); sum[part[2]] = part[1]; next }
    { print $2, $3, ($4 ? sum["c" $1] : "-"), sum["l" $1], $5 }' sums rows >>walked
awk -F '\t' '$5 { print $1, $2 }' rows | while read -r seat n; do
    tr '\000' '\001' <"c$seat" >"erasure.$n"
done
rm -f [lc][0-9]*
END

# All in one transaction, and so at one moment of the ledger. `text` is the link where it has no other characters than a
# link has, so that it can't be mistaken for several lines or fields.
cat >read.sql <<END
.bail on
.timeout 5000
.mode list
.separator "	"
PRAGMA temp_store = MEMORY;
BEGIN;
CREATE TEMP TABLE seats AS SELECT row_number() OVER (ORDER BY n) AS seat, n FROM links;
CREATE UNIQUE INDEX temp.by_seat ON seats (seat);
CREATE TEMP VIEW entries AS
    SELECT seat, n, CAST(coalesce(line, '') AS BLOB) AS line, CAST(content AS BLOB) AS content
    FROM seats JOIN links USING (n) LEFT JOIN contents USING (n);
.output chunks.sql
WITH RECURSIVE chunks (first) AS (
    SELECT 1 WHERE EXISTS (SELECT 1 FROM seats)
    UNION ALL SELECT first + $CHUNK FROM chunks WHERE first + $CHUNK <= (SELECT max(seat) FROM seats))
SELECT '.output written' || char(10)
    || 'SELECT sum(writefile(''l'' || seat, CAST(line || char(10) AS BLOB))), '
    || 'sum(CASE WHEN content IS NOT NULL THEN writefile(''c'' || seat, CAST(content || char(10) AS BLOB)) END) '
    || 'FROM entries WHERE seat BETWEEN ' || first || ' AND ' || (first + $CHUNK - 1) || ';' || char(10)
    || '.output rows' || char(10)
    || 'SELECT seat, n, CASE WHEN hex(line) GLOB ''*0A*'' OR CAST(line AS TEXT) GLOB ''*[^0-9a-f ]*'' '
    || 'OR length(CAST(line AS TEXT)) <> length(line) OR length(line) > 200 THEN ''!'' ELSE CAST(line AS TEXT) END, '
    || 'content IS NOT NULL, coalesce(instr(content, CAST(''"kind":"erasure"'' AS BLOB)) > 0, 0) '
    || 'FROM entries WHERE seat BETWEEN ' || first || ' AND ' || (first + $CHUNK - 1) || ' ORDER BY seat;' || char(10)
    || '.output' || char(10)
    || '.system sh sum.sh || touch failed'
FROM chunks;
.output
.read chunks.sql
.output without-link
SELECT n FROM contents WHERE n NOT IN (SELECT n FROM links) ORDER BY n;
.output integrity
PRAGMA integrity_check;
.output
COMMIT;
.system touch complete
END

: >walked
: >without-link
: >integrity
if [ -e "$ledger" ]; then
    [ -r "$ledger" ] || die "$ledger can't be read"
    as="file:$(printf '%s' "$ledger" | sed 's/%/%25/g; s/?/%3f/g; s/#/%23/g')?mode=ro"
    # Where nothing may be written and nobody has it open, SQLite has to be told that nothing changes.
    [ -w "$from" ] || [ -e "$ledger-wal" ] || as="$as&immutable=1"
    if found=$(sqlite3 -init /dev/null -batch "$as" 'PRAGMA application_id; SELECT count(*) FROM sqlite_master' 2>said); then
        # shellcheck disable=SC2086 # two words
        set -- $found
        [ "$1" = 1651272524 ] || [ "$2" = 0 ] || die "$ledger is no ledger of this format"
        sqlite3 -init /dev/null -batch "$as" <read.sql >>said 2>&1 || rm -f complete
    fi
    [ ! -e failed ] || die "the sums couldn't be made (is the temporary folder full?)"
    [ -e complete ] || sed 's/^/note: /' said >&2
elif awk '$1 > 0 { found = 1 } END { exit !found }' copies; then
    : >complete # it is gone, and its copies tell
else
    die "$from holds no ledger"
fi

finished=0
[ ! -e complete ] || finished=1
status=0
awk -v complete="$finished" -f times.awk -f walk.awk walked || status=$?
if [ -s copies ]; then
    printf 'The last copy of the head is “%s”.\n' "$(awk '$1 != "fault"' copies | tail -n 1)"
    echo "Entries added after it and cut off since would not be missed."
else
    echo "There is no copy of the head (ledger-heads.txt): entries cut off at the end would not be missed."
fi
exit "$status"
