ValueSet: ResidualTumourType
Id: residual-tumour-type
Title: "Residual tumour classification"
Description: "What an Observation of the R classification is coded with."
* ^experimental = false
* include http://loinc.org#84892-9 "Residual tumor classification [Type] in Cancer specimen"
* include http://snomed.info/sct#17964000 "Residual tumor stage (observable entity)"
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#residual-tumour "Residual tumour after resection"
