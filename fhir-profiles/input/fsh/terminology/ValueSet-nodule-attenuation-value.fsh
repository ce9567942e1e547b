ValueSet: NoduleAttenuationValue
Id: nodule-attenuation-value
Title: "Attenuation types of a nodule"
Description: "What a nodule attenuation Observation may say."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#pure-ground-glass
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#part-solid
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#solid
