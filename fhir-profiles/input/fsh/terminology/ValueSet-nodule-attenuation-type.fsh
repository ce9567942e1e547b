ValueSet: NoduleAttenuationType
Id: nodule-attenuation-type
Title: "Nodule attenuation"
Description: "What an Observation of a nodule's attenuation on CT is coded with."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#nodule-attenuation "Attenuation of a lung nodule on CT"
