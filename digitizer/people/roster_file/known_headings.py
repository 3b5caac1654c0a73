"""The headings that jail management systems are known to write, as ``plain_heading`` writes them.

A case number is no booking number whatever stands above it, and a scheduled release is none.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMBERS_OF_BOOKINGS = _words(
    "bookingnumber bookingid bookingno booking bookno booknumber bookid inmatebookingnumber"
)
NUMBERS_OF_PEOPLE = _words(
    "inmateid inmatenumber inmateno jid jailid jailnumber jailno sonumber sono soid idnumber idno "
    "offenderid offendernumber offenderno prisonerid prisonernumber prisonerno detaineeid "
    "detaineenumber jacket jacketnumber jacketid arrestnumber arrestno personid individualid "
    "subjectid subjectnumber permanentid internalpersonid"
)
LANGUAGES = _words("language primarylanguage preferredlanguage spokenlanguage languagespoken")
LARGE_PRINTS = _words("largeprint")
LAST_NAMES = _words(
    "lastname last surname familyname inmatelastname namelast lname inmatelast offenderlastname"
)
FIRST_NAMES = _words(
    "firstname first givenname forename inmatefirstname namefirst fname inmatefirst namefirstmi "
    "offenderfirstname"
)
MIDDLE_NAMES = _words(
    "middlename middle mi middleinitial midname mid inmatemiddlename namemiddle mname "
    "offendermiddlename"
)
SUFFIXES = _words("suffix namesuffix generation sfx inmatesuffix")
FULL_NAMES = _words(
    "name fullname inmatename inmate offendername detaineename prisonername inmatefullname"
)
#: One column that says where somebody lives.
HOUSING = _words(
    "housingunit housing housinglocation housingassignment housingarea currenthousing unitname "
    "inmatehousing"
)
#: The parts of an address, from the largest to the smallest.
UNITS = (
    "building",
    "annex",
    "divname",
    "division",
    "floor",
    "cellblock",
    "block",
    "unit",
    "pod",
    "section",
    "wing",
    "dorm",
    "tier",
)
#: Where there is neither; a cell alone is no unit, and is never taken for one.
PLACES = _words("location locname currentlocation atcurrloc")
#: A word that says it, and then a column of yes and no.
STATUSES = (
    _words("status custodystatus currentstatus inmatestatus bookingstatus jailstatus"),
    _words("incustody isincustody"),
)
RELEASES = _words(
    "releasedate releasedatetime datereleased released releasetimestamp jailexitdate exitdate "
    "finalreleasedatetime finalreleasedate releaseddate actualreleasedate dateofrelease"
)
