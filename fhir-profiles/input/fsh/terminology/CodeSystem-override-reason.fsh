CodeSystem: OverrideReason
Id: override-reason
Title: "Why a card was set aside"
Description: "The override reasons that this service's CDS Hooks cards offer."
* ^experimental = false
* ^caseSensitive = true
* #already-scheduled "Already scheduled" "What the card proposes is scheduled already."
* #patient-declined "Patient declined" "The patient does not want what the card proposes."
* #clinical-judgement "Clinical judgement differs" "The clinician decides otherwise, for reasons of the case."
* #other-treatment-planned "Other treatment or work-up planned" "Another treatment or work-up takes the place of what the card proposes."
* #result-implausible "Result not plausible" "The clinician does not believe the result that the card shows."
* #date-medically-needed "Date needed for medical reasons" "The date that was chosen has a medical reason that the card does not know of."
* #no-earlier-slot "No earlier slot" "No earlier date was free."
* #patient-preference "Preferred by the patient" "The patient asked for this date or this examination."
* #other-clinical-question "Ordered for another question" "The order answers a question other than follow-up: symptoms, or another disease."
* #ordered-elsewhere "Ordered elsewhere" "The same is ordered or done at another place."
