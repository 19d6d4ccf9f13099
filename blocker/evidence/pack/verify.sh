#!/bin/sh
# Checks an evidence pack, version 1, with nothing but the tools that most machines have: sh, awk, sed, find, paste, xargs
# and sha256sum (or shasum); ssh-keygen for signatures and openssl for time-stamps, where they are there.
#
#     sh verify.sh            the folder in which this file lies
#     sh verify.sh FOLDER     another one
#     sh verify.sh --part     some of contents/ and proofs/ were left out on purpose
#
# It changes nothing. Exit status: 0 where nothing is wrong, 1 where something is (each FAULT says what and where), 2 where
# it can't check at all. Read it before you run it: it came with the pack.

set -u
LC_ALL=C
export LC_ALL
OPENSSL_CONF=/dev/null # nothing here needs one, and without any openssl reads no time-stamp
export OPENSSL_CONF
umask 077

part=no
folder=
for word; do
    case $word in
    --part) part=yes ;;
    -*) echo "usage: sh verify.sh [--part] [FOLDER]" >&2; exit 2 ;;
    *) folder=$word ;;
    esac
done
if [ -z "$folder" ]; then
    case $0 in
    */*) folder=${0%/*} ;;
    *) folder=. ;;
    esac
fi
cd -- "$folder" || exit 2

has() { command -v "$1" >/dev/null 2>&1; }

for tool in awk cat cmp cut find mktemp paste sed tail tr wc xargs; do
    if ! has "$tool"; then
        echo "There is no $tool on this machine: nothing can be checked." >&2
        exit 2
    fi
done

if has sha256sum; then
    sum=sha256sum
elif has shasum; then
    sum="shasum -a 256"
else
    echo "There is neither sha256sum nor shasum on this machine: nothing can be checked." >&2
    exit 2
fi

place=${TMPDIR:-/tmp}
[ -n "${TMPDIR:-}" ] || [ ! -d /dev/shm ] || [ ! -w /dev/shm ] || place=/dev/shm # memory: many small files are made
work=$(mktemp -d "$place/verify.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
: >"$work/faults"

ok() { echo "ok         $*"; }
unchecked() { echo "UNCHECKED  $*"; }
fault() { echo "$*" >>"$work/faults"; }
# What a check found is shown at once, and whether it found anything is its status.
show() {
    [ -s "$work/faults" ] || return 0
    sed 's/^/FAULT      /' "$work/faults"
    cat "$work/faults" >>"$work/all"
    : >"$work/faults"
    return 1
}
: >"$work/all"

# --- MANIFEST: every file that it names is there and unchanged, and there is no other.

if [ ! -s MANIFEST ] || [ -h MANIFEST ]; then
    echo "FAULT      manifest-malformed MANIFEST: it isn't here, or is empty, so that nothing can be checked"
    echo "The pack does NOT hold together."
    exit 1
fi
awk -v listed="$work/listed" -v faults="$work/faults" '
    {
        sum = substr($0, 1, 64); name = substr($0, 67)
        if (sum ~ /[^0-9a-f]/ || substr($0, 65, 2) != "  " || name == "" || name ~ /[^A-Za-z0-9._\/-]/ ||
            name ~ /^[\/-]/ || name ~ /\/$/ || ("/" name "/") ~ /\/\.*\// || (name in seen)) {
            print "manifest-malformed MANIFEST: line " NR " isn\047t as it should be" >> faults
            next
        }
        seen[name] = 1
        print sum, name > listed
    }' MANIFEST
[ -f "$work/listed" ] || : >"$work/listed"
find . -type f | sed 's,^\./,,' >"$work/found"
find . ! -type f ! -type d | sed 's,^\./,file-unlisted ,; s,$,: it is neither a file nor a folder,' >>"$work/faults"
awk -v part="$part" -v present="$work/present" -v faults="$work/faults" '
    FILENAME == ARGV[1] { there[$0] = 1; next }
    { listed[$2] = 1 }
    $2 in there { print $2 > present; next }
    part == "yes" && $2 ~ /^(contents|proofs)\// { next }
    { print "file-missing " $2 ": MANIFEST names it, and it isn\047t here" >> faults }
    END {
        split("MANIFEST MANIFEST.sig MANIFEST.tsr MANIFEST.2.tsr MANIFEST.tsr.txt", own, " ")
        for (i in own) listed[own[i]] = 1
        for (name in there) if (!(name in listed))
            print "file-unlisted " name ": it is here, and MANIFEST doesn\047t name it" >> faults
    }' "$work/found" "$work/listed"
[ -f "$work/present" ] || : >"$work/present"
: >"$work/sums"
# shellcheck disable=SC2086 # a command with its option
[ ! -s "$work/present" ] || xargs $sum <"$work/present" | awk '{ print $1, substr($0, 67) }' >"$work/sums"
awk -v faults="$work/faults" '
    FILENAME == ARGV[1] { listed[$2] = $1; next }
    FILENAME == ARGV[2] { unread[$1] = 1; next }
    { delete unread[$2] }
    listed[$2] != $1 { print "file-changed " $2 ": its sum isn\047t the one in MANIFEST" >> faults }
    $2 ~ /^proofs\// && substr($2, 8, 64) != $1 { print "proof-changed " $2 ": its sum isn\047t the one in its name" >> faults }
    END { for (name in unread) print "file-missing " name ": it can\047t be read here" >> faults }
    ' "$work/listed" "$work/present" "$work/sums"
show && ok "MANIFEST: $(wc -l <"$work/sums" | tr -d ' ') files are here and unchanged, and no others"
[ "$part" = no ] ||
    echo "           left out of contents/ and proofs/: $(($(wc -l <"$work/listed") - $(wc -l <"$work/present"))) files"

# --- links: each follows the one before it, from the head before the span to the head at its end.

first=$(sed -n 's/^first \([1-9][0-9]*\)$/\1/p' span 2>/dev/null)
last=$(sed -n 's/^last \([1-9][0-9]*\)$/\1/p' span 2>/dev/null)
before=$(sed -n 's/^before \([0-9a-f]*\)$/\1/p' span 2>/dev/null)
head=$(sed -n 's/^head \([0-9a-f]*\)$/\1/p' span 2>/dev/null)
printf 'evidence-pack-1\nfirst %s\nlast %s\nbefore %s\nhead %s\n' "$first" "$last" "$before" "$head" >"$work/span"
if ! cmp -s span "$work/span" || [ ${#before} -ne 64 ] || [ ${#head} -ne 64 ] || [ -z "$first" ] || [ -z "$last" ]; then
    fault "span-malformed span: it doesn't say from where to where the links go"
    show
    echo "The pack does NOT hold together."
    exit 1
fi
if [ -f links ]; then
    [ -z "$(tail -c 1 links)" ] || fault "link-malformed links: its last line has no end"
    tr -d '\000' <links | cmp -s - links || fault "link-malformed links: it isn't text"
fi
# The sums of single lines: a file for each, some thousand at a time, so that few programs are started.
mkdir "$work/lines"
: >"$work/link-sums"
[ ! -f links ] || awk -v folder="$work/lines" -v sum="$sum" -v sums="$work/link-sums" '
    function hash() {
        system("cd \047" folder "\047 && set -- * && [ -f \"$1\" ] && printf \047%s\\n\047 \"$@\" | xargs " sum \
            " | cut -c 1-64 >>\047" sums "\047 && rm -f -- *")
    }
    { file = folder "/" sprintf("%04d", NR % 5000); print > file; close(file) }
    NR % 5000 == 4999 { hash() }
    END { hash() }' links
if [ -f links ] && [ "$(awk 'END { print NR }' links)" -ne "$(awk 'END { print NR }' "$work/link-sums")" ]; then
    echo "The links can't be hashed here: is there no room in $place? (TMPDIR=FOLDER names another place)" >&2
    exit 2
fi
# What says which link has which sum: contents/N.json (the third field), heads.txt and seals/N.head (the line itself).
sed -n 's,^\([0-9a-f]*\) contents/0*\([1-9][0-9]*\)\.json$,\2 content \1,p' "$work/sums" >"$work/said"
[ ! -f heads.txt ] || awk '{ print $2, "head", $3, "heads.txt:" NR }' heads.txt >>"$work/said"
for file in seals/*.head; do
    [ ! -f "$file" ] || awk -v file="$file" '{ print $2, "head", $3, file }
        NR > 1 || $1 != "evidence-ledger-1" || NF != 3 { print 0, "head", "-", file }' "$file" >>"$work/said"
done
paste -d ' ' links "$work/link-sums" 2>/dev/null | awk -v first="$first" -v last="$last" -v before="$before" -v head="$head" \
    -v said="$work/said" -v faults="$work/faults" '
    function json(n) { while (length(n) < 9) n = "0" n; return "contents/" n ".json" }
    BEGIN {
        while ((getline line < said) > 0) {
            split(line, field, " ")
            if (field[2] == "content") content[field[1]] = field[3]
            else { heads++; number[heads] = field[1]; sum[heads] = field[3]; file[heads] = field[4]; wanted[field[1]] = 1 }
        }
        previous = before; expected = first; is[first - 1] = before
    }
    {
        where = "links, line " NR " (entry " expected ")"
        if (NF != 4 || $1 ~ /[^0-9]/ || $1 ~ /^0/ || length($2) != 64 || $2 ~ /[^0-9a-f]/ || length($3) != 64 || $3 ~ /[^0-9a-f]/)
            print "link-malformed " where ": it isn\047t a link" >> faults
        else {
            missing = ($1 + 0 > expected + 0)
            if (missing) {
                print "link-missing links, line " NR ": the link of entry " expected " is missing before it" >> faults
                expected = $1
            } else if ($1 + 0 < expected + 0) print "link-misplaced " where ": it says that it is number " $1 >> faults
            if ($2 != previous && !missing) print "chain-broken " where ": it doesn\047t follow the one before it: one of the two was changed" >> faults
            if (($1 in content) && content[$1] != $3)
                print "content-changed " json($1) ": it isn\047t the content that its link was made for" >> faults
        }
        previous = $4
        if (expected in wanted) is[expected] = $4
        if (expected in content) linked[expected]
        expected++
    }
    END {
        if (expected - 1 < last + 0)
            print "cut-short links: they end with entry " expected - 1 ", and should end with entry " last >> faults
        if (previous != head) print "head-differs span: the last link isn\047t the one that it names as the head" >> faults
        for (i = 1; i <= heads; i++)
            if (!(number[i] in is)) print "head-differs " file[i] ": there is no link of entry " number[i] >> faults
            else if (is[number[i]] != sum[i])
                print "head-differs " file[i] ": the link of entry " number[i] " isn\047t the one that was the head then" >> faults
        for (n in content) if (!(n in linked)) print "content-without-link " json(n) ": there is no link of that number" >> faults
    }'
if show; then
    ok "links: entries $first to $last, each follows the one before it"
    ok "contents: $(grep -c ' content ' "$work/said") entries, each the one that its link was made for"
    ok "heads.txt, seals: $(grep -c ' head ' "$work/said") copies of the head, all on this chain"
fi
echo "           the head before entry $first: $before"
echo "           the head, entry $last: $head"

# --- Signatures.

# signed FILE SIGNATURE ALLOWED_SIGNERS NAMESPACE: says whether FILE is signed as it should be.
signed() {
    if ! has ssh-keygen; then
        unchecked "$2: there is no ssh-keygen here (OpenSSH 8.2 or newer); HOW-TO-CHECK has the command"
        return
    fi
    while read -r identity _; do
        if why=$(ssh-keygen -Y verify -f "$3" -I "$identity" -n "$4" -s "$2" <"$1" 2>&1); then
            case " $identities " in *" $identity "*) ;; *) identities="$identities $identity" ;; esac
            good=$((good + 1))
            return
        fi
        case $why in *"unknown option"* | *"llegal option"* | *usage:*)
            unchecked "$2: the ssh-keygen here is too old (OpenSSH 8.2 or newer is needed)"
            return ;;
        esac
    done <"$3"
    fault "signature-wrong $2: it isn't a signature of $1 by a key in $3 for “$4”"
}

good=0 identities=
if [ -f allowed_signers ]; then
    if [ -f MANIFEST.sig ]; then
        signed MANIFEST MANIFEST.sig allowed_signers evidence-pack@blocker
    else
        fault "signature-missing MANIFEST.sig: it isn't here, though MANIFEST names allowed_signers"
    fi
    show && [ "$good" -gt 0 ] && ok "MANIFEST.sig: a good signature of$identities"
    [ "$good" -eq 0 ] || echo "           its key: $(cut -d ' ' -f 3- allowed_signers | ssh-keygen -l -f - | cut -d ' ' -f 2)"
    [ ! -f seals/allowed_signers ] || grep -qF "$(cut -d ' ' -f 3- allowed_signers)" seals/allowed_signers ||
        unchecked "allowed_signers: no seal was made with that key: ask the household whether it has a new one"
else
    [ ! -f MANIFEST.sig ] || fault "signature-wrong MANIFEST.sig: there is no allowed_signers that says who may sign"
    show
    unchecked "MANIFEST: this pack is not signed, so that nothing shows who made it"
fi
good=0 identities=
# A text in a content, which has no escapes but those of line ends.
text_of() { printf %b "$(sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$2")"; }
for file in seals/*.head; do
    [ -f "$file" ] || continue
    content=${file#seals/}
    content=contents/${content%.head}.json
    if [ -f "$content" ]; then # what is in seals/ is for convenience: the entry says who signed what
        line="$(text_of identity "$content") namespaces=\"ledger-head@blocker\" $(text_of public_key "$content")"
        text_of signature "$content" | cmp -s - "${file%.head}.sig" && grep -qxF "$line" seals/allowed_signers &&
            grep -qF "\"head\":{\"n\":$(cut -d ' ' -f 2 "$file"),\"sha256\":\"$(cut -d ' ' -f 3 "$file")\"}" "$content" ||
            fault "seal-differs ${file%.head}.sig: it isn't the seal in $content"
    fi
    if [ -f "${file%.head}.sig" ] && [ -f seals/allowed_signers ]; then
        signed "$file" "${file%.head}.sig" seals/allowed_signers ledger-head@blocker
    else
        fault "signature-missing ${file%.head}.sig: the signature of $file isn't here"
    fi
done
show && [ "$good" -gt 0 ] && ok "seals: $good good signatures of$identities"

# --- Time-stamps.

# The token's own time, read from what openssl shows of it: as text, and in seconds since 1970.
time_of() {
    openssl ts -reply -in "$1" -text 2>/dev/null | awk '
        /^Time stamp: / {
            split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", names, " ")
            for (i in names) if (names[i] == $3) month = i + 0
            split($5, clock, ":"); year = $6 + 0; day = $4 + 0
            y = month < 3 ? year - 1 : year; m = month < 3 ? month + 9 : month - 3
            days = 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m + 2) / 5) + day - 719469
            printf "%.0f %04d-%02d-%02dT%02d:%02d:%02dZ\n", days * 86400 + clock[1] * 3600 + clock[2] * 60 + int(clock[3]),
                year, month, day, clock[1], clock[2], int(clock[3])
            exit
        }'
}

# stamped FILE TOKEN CERTIFICATES: says whether TOKEN is a time-stamp of FILE.
stamped() {
    if ! has openssl; then
        unchecked "$2: there is no openssl here; HOW-TO-CHECK has the command"
        return
    fi
    set -- "$1" "$2" "$3" $(time_of "$2")
    if [ $# -lt 5 ]; then
        fault "stamp-wrong $2: it is no time-stamp"
        return
    fi
    if [ ! -f "$3" ]; then
        unchecked "$2: says $5; the authority's certificates aren't here (have them from the authority)"
        return
    fi
    command="openssl ts -verify -data $1 -in $2 -CAfile $3 -untrusted $3"
    if $command >/dev/null 2>&1; then
        ok "$2: $1 was there on $5"
    elif $command -attime "$4" >/dev/null 2>&1; then
        ok "$2: $1 was there on $5; the authority's certificate has run out since then:"
        echo "           $command -attime $4"
    else
        fault "stamp-wrong $2: it isn't a time-stamp of $1, or $3 wasn't valid at its time, $5: $(
            $command -attime "$4" 2>&1 | tail -n 1)"
        show
    fi
}

[ ! -f MANIFEST.tsr ] || stamped MANIFEST MANIFEST.tsr tsa-chain.pem
[ ! -f MANIFEST.2.tsr ] || stamped MANIFEST MANIFEST.2.tsr tsa-chain.2.pem
for file in seals/*.tsr; do
    [ ! -f "$file" ] || stamped "${file%-*}.head" "$file" "${file%.tsr}.pem"
done
show

# --- What it comes to.

echo
if [ -s "$work/all" ]; then
    echo "The pack does NOT hold together. Faults listed above: $(wc -l <"$work/all" | tr -d ' ')."
    exit 1
fi
echo "The pack holds together. What that shows, and what it doesn't, is in HOW-TO-CHECK."
