"""Names the mistakes in a function by what it does on a handful of tiny inputs.

```python
fingerprints = take_fingerprints(wording, probes, right, mistakes)
diagnosis = diagnose(fingerprints, [behaviour_of(function, probe.arguments) for probe in fingerprints.probes])
```

What is returned is split into quantities (`quantities`) after oddities of the return are undone (`contract`); known
mistakes and factors that together explain the wrong quantities are found (`explanations`, `scales`), then those
that show on special inputs alone (`edges`), and all is put into words (`wording`).
"""

from .behaviour import Behaviour, behaviour_of, values_of
from .diagnose import Diagnosis, Diagnostician, diagnose
from .fingerprints import Fingerprints, Probe, Twin, Wording, take_fingerprints
from .storage import read_fingerprints, write_fingerprints

__all__ = [
    "Behaviour",
    "Diagnosis",
    "Diagnostician",
    "Fingerprints",
    "Probe",
    "Twin",
    "Wording",
    "behaviour_of",
    "diagnose",
    "read_fingerprints",
    "take_fingerprints",
    "values_of",
    "write_fingerprints",
]
