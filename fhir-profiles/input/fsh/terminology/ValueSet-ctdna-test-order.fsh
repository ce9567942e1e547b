ValueSet: CtdnaTestOrder
Id: ctdna-test-order
Title: "ctDNA blood test, as it is ordered or booked"
Description: "What a ServiceRequest's code or an Appointment's serviceType says where circulating tumour DNA (molecular residual disease) is to be measured in blood. Holds the project's own codes only: sites add the codes of the tests that their laboratories offer."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#ctdna-test "Circulating tumour DNA test of blood"
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#tumour-fraction "Tumour fraction of plasma cfDNA"
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#fragment-score "Ratio of short (100-150 bp) to long (151-220 bp) cfDNA fragments"
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#methylation-score "Share of tumour-type methylation in plasma cfDNA"
