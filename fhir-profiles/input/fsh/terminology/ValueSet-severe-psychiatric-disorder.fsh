ValueSet: SeverePsychiatricDisorder
Id: severe-psychiatric-disorder
Title: "Severe psychiatric disorder"
Description: "Psychoses, bipolar disorder and severe depression: an example of what the investigator weighs."
* ^experimental = false
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F20
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F22
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F23
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F24
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F25
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F28
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F29
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F30
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F31
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F32.2
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F32.3
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F33.2
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #F33.3
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F20
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F22
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F23
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F24
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F25
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F28
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F29
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F30
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F31
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F32.2
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F32.3
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F33.2
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #F33.3
* include http://snomed.info/sct#58214004 "Schizophrenia (disorder)"
* include http://snomed.info/sct#13746004 "Bipolar disorder (disorder)"
* include http://snomed.info/sct#69322001 "Psychotic disorder (disorder)"
