ValueSet: CfdnaMarker
Id: cfdna-marker
Title: "cfDNA markers"
Description: "The three numbers of the cfDNA report."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#tumour-fraction "Tumour fraction of plasma cfDNA"
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#fragment-score "Ratio of short (100-150 bp) to long (151-220 bp) cfDNA fragments"
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#methylation-score "Share of tumour-type methylation in plasma cfDNA"
