ValueSet: ResidualTumourValue
Id: residual-tumour-value
Title: "R0, R1 and R2"
Description: "What a residual tumour Observation may say."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#r0
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#r1
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#r2
