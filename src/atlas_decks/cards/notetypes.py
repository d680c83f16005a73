"""The note types and their ids, fixed for ever.

Anki matches note types, fields and templates by id. A field or template added later makes every note of a learner
"conflicting", so each type has spare ones: rename and fill a spare when something new is needed, and never change a
number in this table. The numbers were drawn at random once.
"""

from __future__ import annotations

from dataclasses import dataclass

SPARE_TEMPLATES = ("Spare A", "Spare B")


@dataclass(frozen=True)
class NoteType:
    """A note type: `fields` and `templates` as (name, id), in Anki's order; `folder` holds its templates."""

    id: int
    name: str
    folder: str
    fields: tuple[tuple[str, int], ...]
    templates: tuple[tuple[str, int], ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        """The names of the fields, in order."""
        return tuple(name for name, _ in self.fields)


NOTE_TYPES: dict[str, NoteType] = {
    "component": NoteType(
        1953425356,
        "Atlas Component",
        "component",
        (
            ("Key", 8081100707361695),
            ("Prompt", 4623553240802475),
            ("Picture", 7553809685695534),
            ("Mask", 4528456251957968),
            ("Ring", 5407421597493476),
            ("Answer", 4864172377274384),
            ("Detail", 6076932323109273),
            ("Title", 5405429406494907),
            ("Breadcrumb", 7664230298928772),
            ("Source", 6715044379633351),
            ("Note", 7406203808877185),
            ("Retired", 6150094353099974),
            ("Spare 1", 5093761635694053),
            ("Spare 2", 4548938509154654),
            ("Spare 3", 6314545145676768),
            ("Spare 4", 6861766785088967),
        ),
        (
            ("Recall", 8237169346628452),
            ("Spare A", 7357550684765382),
            ("Spare B", 6697961266790482),
        ),
    ),
    "metric": NoteType(
        1417115445,
        "Atlas Metric",
        "metric",
        (
            ("Key", 6935057122047706),
            ("Prompt", 5636476129989801),
            ("Answer", 7384829576467271),
            ("Detail", 4791081534191869),
            ("As of", 4991032734665646),
            ("Basis", 6657864961897786),
            ("Formula", 8483134993254924),
            ("Picture", 5025243433347808),
            ("Title", 8644451546583531),
            ("Breadcrumb", 8132054319227764),
            ("Source", 7338810428290851),
            ("Note", 8624745008031707),
            ("Retired", 8470982176081791),
            ("Spare 1", 6114957780677229),
            ("Spare 2", 8655512730401090),
            ("Spare 3", 6658738316534103),
            ("Spare 4", 6262768790596269),
        ),
        (
            ("Recall", 5767754871233447),
            ("Spare A", 4887858352684480),
            ("Spare B", 6911631966151216),
        ),
    ),
    "trade-off": NoteType(
        1461117146,
        "Atlas Trade-off",
        "trade-off",
        (
            ("Key", 4668399830182965),
            ("Choice", 7470185058119135),
            ("Prompt", 8733887652617105),
            ("Gains", 5011712059449936),
            ("Costs", 5613141859003791),
            ("Instead", 8659703962317508),
            ("Picture", 6658677884608816),
            ("Title", 8298996440179588),
            ("Breadcrumb", 6054294802480854),
            ("Source", 7482257835796995),
            ("Note", 5351170364064058),
            ("Retired", 6037353003321102),
            ("Spare 1", 5189569842537798),
            ("Spare 2", 6887706178774900),
            ("Spare 3", 5113387206662439),
            ("Spare 4", 6421604522935105),
        ),
        (
            ("Recall", 5035610556485063),
            ("Spare A", 7428082694029683),
            ("Spare B", 4668972382199803),
        ),
    ),
    "failure": NoteType(
        1976766874,
        "Atlas Failure",
        "failure",
        (
            ("Key", 6936117044206091),
            ("Prompt", 8282584049783143),
            ("Trigger", 5799852453539300),
            ("Effect", 6920339451177260),
            ("Containment", 5896667253587329),
            ("Detection", 4836722200729954),
            ("Picture", 5448987391182116),
            ("Title", 8662790415505975),
            ("Breadcrumb", 8637114441393611),
            ("Source", 6710035024837117),
            ("Note", 5252866725740511),
            ("Retired", 8134403100834990),
            ("Spare 1", 4524105556630278),
            ("Spare 2", 8852542095941866),
            ("Spare 3", 5329680251037460),
            ("Spare 4", 5254257779491171),
        ),
        (
            ("Recall", 8865351116492212),
            ("Spare A", 5282262088854753),
            ("Spare B", 5964754875164123),
        ),
    ),
    "redraw": NoteType(
        1367969285,
        "Atlas Redraw",
        "redraw",
        (
            ("Key", 8225126891357441),
            ("Shows", 6564833947402101),
            ("Size", 7325504533469101),
            ("Minutes", 5736396129159732),
            ("Technique", 8788602050955981),
            ("Hook", 5493170470570675),
            ("Picture", 4965351449897699),
            ("Checklist", 7918985384798846),
            ("Title", 7497216365466787),
            ("Breadcrumb", 6858826460947730),
            ("Source", 8564510196093812),
            ("Note", 7788798031122613),
            ("Retired", 9002175698584727),
            ("Spare 1", 6180155056104986),
            ("Spare 2", 4739978546923013),
            ("Spare 3", 8964620758852837),
            ("Spare 4", 6966664935702307),
        ),
        (
            ("Recall", 8158499066861601),
            ("Spare A", 6262488988751147),
            ("Spare B", 5220471726395140),
        ),
    ),
    "guide": NoteType(
        1488249256,
        "Atlas Guide",
        "guide",
        (
            ("Key", 4983307100702555),
            ("Text", 8209153375517776),
            ("Title", 6397965103631617),
            ("Breadcrumb", 6526819673248946),
            ("Source", 4816861802610083),
            ("Note", 6915698956540925),
            ("Retired", 7185787975063500),
            ("Spare 1", 6662251057909580),
            ("Spare 2", 5304498275825360),
            ("Spare 3", 8696459721591035),
            ("Spare 4", 6244967178142118),
        ),
        (
            ("Recall", 7553742847678283),
            ("Spare A", 8001459098382571),
            ("Spare B", 5900327491769597),
        ),
    ),
}
