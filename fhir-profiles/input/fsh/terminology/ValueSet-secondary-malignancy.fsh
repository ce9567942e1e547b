ValueSet: SecondaryMalignancy
Id: secondary-malignancy
Title: "Metastasis or local recurrence"
Description: "A diagnosis of these after the resection bars any number: the disease is back. Intrathoracic lymph nodes (C77.1) are left out: after surgery that is how positive nodes of the resected tumour are coded. Of SNOMED CT only the concepts named here are known without a terminology server; a site adds its own."
* ^experimental = false
* include http://snomed.info/sct#128462008 "Secondary malignant neoplastic disease (disorder)"
* include http://snomed.info/sct#94225005 "Secondary malignant neoplasm of brain (disorder)"
* include http://snomed.info/sct#94391008 "Secondary malignant neoplasm of lung (disorder)"
* include http://snomed.info/sct#94222008 "Secondary malignant neoplasm of bone (disorder)"
* include http://snomed.info/sct#94381002 "Secondary malignant neoplasm of liver (disorder)"
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C77.0
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C77.2
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C77.3
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C77.4
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C77.5
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C78
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C79
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C77.0
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C77.2
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C77.3
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C77.4
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C77.5
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C78
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C79
