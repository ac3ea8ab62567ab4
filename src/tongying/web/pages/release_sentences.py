"""Sentences of documents, releases and signatures of reference values, and of many scores."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as fixed

RELEASES: Final = frozenset(
    {
        # documents
        fixed("The document is not JSON."),
        fixed("The document is not written as %(schema)s."),
        fixed("The document is not in the canonical form, so its digest is not."),
        fixed("The document is not one of a norm."),
        fixed("A number in the norm is not finite."),
        # what a release must say
        fixed("The norm cannot be released: how it was made is not said."),
        fixed("The norm cannot be released: its document says something else."),
        fixed("The norm cannot be released: %(lacks)s."),
        # signatures
        fixed("The document has changed since it was read; read it again."),
        fixed("The same person cannot sign a norm twice."),
        fixed("One of the two who sign a norm must be an expert."),
        # differences between two documents
        fixed("They are about different measures."),
        fixed("Their units differ."),
        fixed("They run along different axes."),
        fixed("One of them does not know the whole distribution."),
        # many scores, and changes
        fixed(
            "The body surface was computed by Haycock's formula (J Pediatr 1978; 93: 62-66); who"
            " made the norm may have used another."
        ),
        fixed(
            "The 2.5th centile of this norm lies below nothing, so it gives no lower limit here."
        ),
        fixed("This norm prints limits only: there is no z and no centile."),
        fixed("Values, places, sexes and sites are not equally many."),
        fixed("A measurement error must be a number above zero."),
    }
)
"""Sentences and templates, each a message id."""

LACKS: Final = frozenset(
    {
        fixed("its id has no version"),
        fixed("it was not made here"),
        fixed("direct or indirect is not stated"),
        fixed("the measuring method is not stated"),
        fixed("how well its centiles are known is not stated"),
        fixed("the number of children in each band is not stated"),
        fixed("the bands hold fewer children than the population"),
        fixed("the version of the program is not stated"),
        fixed("the settings of the fit are not stated"),
        fixed("the diagnostics are not tied to it"),
        fixed("the children's entries are not tied to it"),
    }
)
"""What a release may lack: the parts of the sentence that says it cannot be released."""
