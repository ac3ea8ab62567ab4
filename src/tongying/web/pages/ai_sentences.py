"""Sentences of AI's parts that reach a page: refusals and caveats."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

from tongying.web.pages.sentence_templates import Templates

READING: Final = frozenset(
    {
        fixed("Requesters, experts and trainees read images."),
        fixed("There is no such run of a model."),
        fixed("Your own read of this study was committed before."),
        fixed("Commit your own read of the study first."),
        fixed("No result of a model was shown, so there is nothing to add."),
        fixed("Say whether the study is normal, abnormal, or you are unsure."),
        fixed("How sure you are is a whole number from 0 to 100."),
        fixed("The text must not be longer than 4000 characters."),
        fixed("The result has no such finding."),
        fixed("A finding is accepted, edited or rejected."),
        fixed("Say what was found."),
        fixed("The text must not be longer than 300 characters."),
        fixed("Say what is to be changed."),
        fixed("A diameter lies between 0 and 500 mm."),
        fixed("Nothing was accepted that does not stand in the opinion already."),
        fixed("The opinion holds no drafted lines."),
        fixed(
            "Lines that were drafted by AI are not confirmed yet: check them, then take the mark"
            " away."
        ),
        fixed("No norm of this measure was made with the same model, so its value has no centile."),
        fixed("The study does not say its day, so the child's age then is not known."),
        fixed("A report of a review needs a decision and the study's images."),
    }
)
"""Of reading beside models."""

RULES: Final = frozenset(
    {
        fixed("A vendor sees no rules of a hospital."),
        fixed("Administrators decide which steps run by themselves."),
        fixed("The text is longer than 100 kB."),
        fixed("Somebody saved other rules meanwhile; look at them first."),
        fixed("Exactly these rules hold already."),
        fixed("Send at most 100 files; one of each series is enough."),
        fixed("None of the files is a DICOM image."),
        fixed("There is no result of an earlier step that a report could be drafted from."),
        fixed("There is no text of an opinion to look over yet."),
        fixed("The list of critical words is a draft for consensus and needs sign-off."),
        fixed("Nobody asked a question with this study, so only earlier steps were looked at."),
        fixed(
            "This text was put together from results of models: a draft until a person has checked"
            " it."
        ),
        fixed("The normal wording comes from the pathway's template; no step has looked at it."),
        fixed(
            "The dose levels were read at second hand and need sign-off; your hospital's own come"
            " first."
        ),
        fixed(
            "For the head the survey gives CTDIw; it equals the CTDIvol of the header at pitch 1"
            " only."
        ),
        fixed(
            "The dose-length product was estimated as CTDIvol times the scanned length, no"
            " overranging."
        ),
        fixed("The case follows no pathway; the likeliest by its words was taken."),
        fixed(
            "Which examination comes first is the pathway's list and needs sign-off for your"
            " hospital."
        ),
        fixed(
            "From which volume on a finding counts as grown was not measured in children; needs"
            " sign-off."
        ),
    }
)
"""Of rules and the steps that rules do."""

FACTS: Final = frozenset(
    {
        fixed("The study holds images of several children."),
        fixed("The images of the study state different birth dates."),
        fixed("The images of the study state different ages."),
        fixed("The images of the study state different study dates."),
        fixed("The images of the study state different sexes."),
        fixed("The images of the study state different weights."),
        fixed("The stated age of the child is not the one from birth date to study date."),
        fixed("The birth date lies after the date of the study."),
        fixed("The stated age of the child cannot be read."),
        fixed("A birth date or study date in the header cannot be read."),
        fixed("The stated weight is none that a child has; it is not used."),
        fixed("The images of the series lie in different planes."),
        fixed("Slices are missing between the others."),
        fixed("The slices are not evenly spaced."),
        fixed("The stated modality is not that of the kind of object."),
        fixed("The coded body part is not the one that descriptions name."),
        fixed("The timing is not that of the sequence that labels name."),
        fixed("The images of the series are of different sequences."),
        fixed("Headers and descriptions disagree on whether a contrast agent was given."),
        fixed("Images of the series were compressed with loss."),
        fixed("The birth date is not known; the age is the one that the header states."),
        fixed("The slice thickness differs between images of the series."),
        fixed("The pixel size differs between images of the series."),
        fixed("The field strength differs between images of the series."),
        fixed("The tube voltage differs between images of the series."),
        fixed("There are no images to look at."),
        fixed("The images are of several studies."),
    }
)
"""Of what headers say and contradict."""

FIGURES: Final = frozenset(
    {
        fixed("There is no study to evaluate."),
        fixed("A study stands there twice."),
        fixed("Both must be evaluated on the same studies with the same truth."),
        fixed("Too few studies for an interval by bootstrap."),
        fixed("There is no study to draw from."),
        fixed("A score is not a number."),
        fixed("A probability must lie between 0 and 1."),
        fixed("The areas differ, but their difference has no variance."),
        fixed("Scans with lesions and scans without are needed."),
        fixed("A free-response curve needs a scan with a lesion that counts."),
        fixed("Too few scans have a lesion for an interval by bootstrap."),
        fixed("What is demanded must be a share between 0 and 1."),
        fixed("A child with the finding stands among the normal ones."),
        fixed("A baseline needs 100 studies."),
        fixed("A baseline needs studies."),
        fixed("A baseline needs ten differences that are not all the same."),
        fixed("A variable is either words or numbers."),
        fixed("A word stands where the baseline had numbers."),
        fixed("That chance of a false alarm cannot be held with these numbers."),
        fixed("The rate is too near to the one to be found."),
        fixed("The baseline is too small to hold that many studies without alarm."),
    }
)
"""Of evaluations and monitors."""

RUNTIMES: Final = frozenset(
    {
        fixed("No series was given to read."),
        fixed("A file of the series is gone."),
        fixed("The network gave numbers that are none."),
        fixed("The network answers in another shape than its card says."),
        fixed(
            "The model took more than the %(limit)s MB of memory that its card allows, and"
            " was ended."
        ),
        fixed("The model took longer than the %(limit)s s that its card allows, and was ended."),
        fixed("The model needed more memory than there is."),
        fixed("The model broke while it ran; it has been noted."),
        fixed("The model's process was ended by the machine, most often for lack of memory."),
        fixed("The model's process ended before it had an answer."),
        fixed("The model's process cannot be started."),
        fixed("A number of the answer is not finite, or something is none."),
        fixed("Two findings have one number, or two masks or maps one name."),
        fixed("A finding names a mask that the answer does not have."),
        fixed("A probability lies between 0 and 1."),
        fixed("A mask does not fit its grid."),
        fixed("A map does not fit its grid, or holds no number somewhere."),
        fixed("An object that the answer names is not there."),
        fixed("A file of the answer is missing or damaged."),
        fixed("A file of the answer is not the one that was written."),
        fixed("The answer is not written as answers are."),
        fixed("The model comes as a pack, and none is installed."),
        fixed("The pack's file %(file)s is missing."),
        fixed("The pack's file %(file)s is not the one its card names."),
        fixed("The pack's file %(file)s is not named by its card."),
        fixed("The pack's network cannot be read."),
        fixed("The pack has no card.yaml."),
        fixed("The pack has a link in it."),
        fixed("The zip is damaged, or locked with a password."),
        fixed("A pack is a folder or a zip."),
        fixed("Another pack of this id and version is installed; a change needs a new version."),
        fixed("The card's setting %(key)s is not known here."),
        fixed("The card's setting %(key)s is missing."),
        fixed("The card's setting %(key)s cannot be followed."),
        fixed("The card names a built-in that is not there."),
        fixed("This model needs torch, which is not installed here (the extra named ai)."),
        fixed("This model needs the package %(package)s, which is not installed here."),
        fixed("No installed package offers this model."),
        fixed("The package that offers this model cannot be loaded."),
        fixed("The program that runs this model is not installed here."),
        fixed("The model's program ended with an error."),
        fixed("The model's program refused and did not say why."),
        fixed("This model is performed by its vendor's own system, which claims the workitem."),
        fixed("The vendor's service cannot be reached."),
        fixed("The vendor's service did not take the task."),
        fixed("The vendor's service points to another server."),
        fixed("The vendor's service says that it failed."),
        fixed("The vendor's service does not say how far it is."),
        fixed("The vendor's service has no result."),
        fixed("The vendor's service gave something else than was agreed."),
        fixed("The vendor's service gave too much."),
        fixed("The vendor's service refused and did not say why."),
        fixed("An object of another child or study was handed back."),
        fixed("An object was handed back that AI results are not made of."),
        fixed("A file that is no DICOM was handed back."),
        fixed("Two objects with one identity were handed back."),
        fixed("A link was handed back."),
        fixed("A finding is of a kind that the card does not name."),
        fixed("A finding is on a series that was not read."),
        fixed("The results that were handed back are no JSON."),
        fixed("The results are findings, values, flags and texts."),
    }
)
"""Of packs, runtimes, processes and what vendors hand back."""

BRAIN: Final = frozenset(
    {
        fixed(
            "Four tools gave 1351 to 1499 cm³ for the brain of one and the same child; this"
            " value is to be set against a norm of the same tool, version and protocol only."
        ),
        fixed("Brain extraction needs a series that is a volume."),
        fixed("Tissues need a series that is a volume."),
        fixed("Motion is looked for in a series that is a volume."),
        fixed("Too little of a brain to tell tissues apart."),
        fixed("The middle of the series shows nothing."),
        fixed("No brain was found in the image."),
        fixed("The network found nothing of a brain in the image."),
        fixed("The image has no contrast: there is no head to be seen in it."),
        fixed("The pack's network and its labels do not fit each other."),
        fixed("Brain extraction needs the packages torch and deepbet (extra: ai)."),
        fixed("The networks of the package deepbet are missing."),
    }
)
"""Of functions that look at the brain."""

EVIDENCE: Final = frozenset(
    {
        fixed("The alarm is answered already."),
        fixed("There is no such alarm at your hospital."),
        fixed("Say what was found behind the alarm, in at most 300 letters."),
        fixed("Experts, researchers and administrators evaluate models."),
        fixed("There is no such evaluation at your hospital."),
        fixed("This version of the model is not installed here."),
        fixed("Say what failed, how, and what one learns from it."),
        fixed("Read the study yourself first; then say where the model failed."),
        fixed("The incident is closed already."),
        fixed("There is no such failure at your hospital."),
        fixed("There is no such incident at your hospital."),
        fixed("Experts and administrators answer alarms."),
        fixed("Experts and administrators close incidents."),
        fixed("Experts and administrators offer failures for teaching."),
        fixed("Incidents are reported by the hospitals."),
        fixed("Say how bad it was and what happened, in at most 2000 letters."),
        fixed("Say what came of it, in at most 2000 letters."),
        fixed("Administrators, coordinators and researchers keep the inventory."),
        fixed("There is no such model here."),
        fixed("Say why, in at most 500 letters."),
        fixed("An incident with this model is open; close it first."),
        fixed("Its card is no longer understood; the model cannot run."),
        fixed("The model does not go there from where it stands."),
        fixed("Experts and administrators decide where a model stands."),
        fixed(
            "A model may speak after 100 silent cases in at least one age band of its card here."
        ),
        fixed("Of no study here is the truth known: how good the model is must be seen first."),
        fixed("The need does not go there from where it stands."),
        fixed("There is no such need."),
        fixed("Needs are raised by the hospitals."),
        fixed("Who took the need on, or may take it on, moves it."),
        fixed("Choose the frozen data set that stands behind the need."),
        fixed("Choose the installed model that is tried."),
        fixed("Name the course in which people learn to work with it."),
        fixed("Say at which step of the examination the need arises."),
        fixed("Something is longer than it can be."),
        fixed("Something that must be said is empty."),
        fixed("The disease is longer than it can be."),
        fixed("This page is for vendors' accounts."),
        fixed("The model has not ended on any study of this set; run it first."),
        fixed("There is no such product."),
        fixed("A product has a name."),
        fixed("A registered class has a registration number."),
        fixed("A vendor has a name."),
        fixed("A vendor's code is 2 to 32 capital letters, digits or hyphens."),
        fixed("Choose who makes the product."),
        fixed("Choose an installed model, or none."),
        fixed("Class and children are chosen from the lists."),
        fixed("Say which step of the examination it serves."),
        fixed("There is no such frozen set at your hospital."),
        fixed("A frozen set has a name of at most 120 letters."),
        fixed("No model here speaks of this kind of finding."),
        fixed("No study of your hospital has a known truth of this kind."),
        fixed("Requesters, experts and researchers say what turned out to be so."),
        fixed("Say how it is known: operation, pathology, follow-up and so on."),
        fixed("A vendor has this code already."),
        fixed("There is nothing at this address."),
        fixed("Say whether it was there or not."),
        fixed("Administrators say for which vendor an account speaks."),
        fixed("Choose a vendor, and an account of the role vendor here."),
    }
)
"""Of standings, evidence, alarms, incidents, needs and products."""

RUNS: Final = frozenset(
    {
        fixed("Your role asks no models."),
        fixed("%(n)s files of the study could not be read."),
        fixed("Administrators install models."),
        fixed("The model is not switched on at the hospital of this study."),
        fixed("No model of this name is installed here."),
        fixed("This run has ended already."),
        fixed("Another text stands under this id and version; a change is a new version."),
        fixed("The model's card is no longer understood; it was not run."),
        fixed("The model was switched off or stopped before it ran."),
        fixed("The study received images while the model ran; its result was not kept."),
        fixed("The run did not end before its deadline."),
        fixed("The images that were to be read are not in the archive."),
        fixed("The performer gave the work back."),
        fixed("Something went wrong here; it has been noted."),
        fixed("The model wrote an object of another study; nothing is kept."),
        fixed("Lung reaches the edge of the scan; a part may be missing."),
        fixed("Both lungs were found as one; the middle of it divides them."),
        fixed("The images are not in Hounsfield units."),
        fixed("The score orders the findings; it is no probability of a nodule."),
        fixed("The slices are thick for this size; diameter and volume are rough."),
        fixed("The finding does not stand out enough from the lung to be measured."),
        fixed("The earlier study could not be compared, so nothing is matched."),
        fixed("The trees of the nodule detector are missing."),
        fixed("The trees of the nodule detector are not the ones that were trained."),
        fixed("The trees of the nodule detector know other features."),
    }
)
"""What is said of runs, of installing and of the lungs."""

told = Templates(READING | RULES | FACTS | FIGURES | RUNTIMES | BRAIN | EVIDENCE | RUNS).told
